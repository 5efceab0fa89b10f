"""What a teacher does with a class's students: list, rename, add without a phone, take out, put back, make two one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rollcall.domain.names import NameFault, alike, clean_name, full_name_in
from rollcall.domain.staff import StaffNews
from rollcall.sealing.seal import Keyring
from rollcall.storage import rosters
from rollcall.storage.claims import take_along
from rollcall.storage.classes import Member, join_class, members_of, remove_student
from rollcall.storage.handover import hand_over
from rollcall.storage.people import set_step
from rollcall.storage.staff_notices import promise_student
from rollcall.storage.tables import Conversation, Membership, Person, SchoolClass
from rollcall.storage.teaching import teaches
from rollcall.usecases.dialogue import SAID, STUDENT_CLASS, STUDENT_MESSAGE, STUDENT_NAME, STUDENT_NUMBER
from rollcall.usecases.erasure import Erased, Kind, erase_voice


@dataclass(frozen=True)
class Students:
    """A class's students, by name, those who have left at the end."""

    school_class: SchoolClass
    members: Sequence[Member]


@dataclass(frozen=True)
class OneStudent:
    """A student of a class, or a former one."""

    school_class: SchoolClass
    member: Member


@dataclass(frozen=True)
class Named:
    """A student who has this name from now on.

    Attributes:
        added: whether they are new in the class, without an account.
    """

    one: OneStudent
    added: bool


@dataclass(frozen=True)
class Merging:
    """Two who are to be one: everything of the first becomes the second's."""

    old: OneStudent
    new: OneStudent


def students(session: Session, teacher: Person, class_id: int) -> Students:
    """The class's students, and who was one."""
    teacher.last_class_id = class_id
    found = sorted(members_of(session, class_id, former=True), key=lambda one: (one.is_former, alike(one.name)))
    return Students(session.get_one(SchoolClass, class_id), found)


def student(session: Session, _teacher: Person, class_id: int, person_id: int) -> OneStudent | None:
    """One of them; None for somebody who never was."""
    for one in members_of(session, class_id, former=True):
        if one.person.id == person_id:
            return OneStudent(session.get_one(SchoolClass, class_id), one)
    return None


def ask_name(
    session: Session, teacher: Person, conversation: Conversation, class_id: int, person_id: int | None, now: datetime
) -> OneStudent | SchoolClass | None:
    """The next text is the student's name; without one, that of a new student without an account."""
    one = student(session, teacher, class_id, person_id) if person_id is not None else None
    if person_id is not None and one is None:
        return None
    data = {STUDENT_CLASS: class_id} | ({STUDENT_NUMBER: person_id} if person_id is not None else {})
    session.add(conversation)
    session.flush()
    set_step(session, conversation.telegram_id, STUDENT_NAME, data, now)
    return one or session.get_one(SchoolClass, class_id)


def name_said(
    session: Session, teacher: Person, conversation: Conversation, text: str, message_id: int, now: datetime
) -> Named | NameFault | None:
    """The answer, or another one in its place. None where the class is not the teacher's any more, or the student gone.

    A single name is one when it is said twice: there are people who have no other.
    """
    data = dict(conversation.data)
    class_id, person_id = data.get(STUDENT_CLASS, 0), data.get(STUDENT_NUMBER)
    if not teaches(session, teacher.id, class_id, now):
        return None
    name = full_name_in(text)
    if isinstance(name, NameFault):
        cleaned = clean_name(text)
        if name is not NameFault.ONE_WORD or alike(str(data.get(SAID, ""))) != alike(cleaned):
            set_step(
                session, teacher.telegram_id, STUDENT_NAME, {**data, SAID: cleaned, STUDENT_MESSAGE: message_id}, now
            )
            return name
        name = cleaned
    named = _give_name(session, teacher, class_id, person_id, name, now)
    if named is not None:
        person_id = named.one.member.person.id
        kept = {STUDENT_CLASS: class_id, STUDENT_NUMBER: person_id, STUDENT_MESSAGE: message_id}
        set_step(session, teacher.telegram_id, "", kept, now)
    return named


def name_given(
    session: Session, teacher: Person, class_id: int, person_id: int | None, text: str, now: datetime, *, sure: bool
) -> Named | NameFault | None:
    """A student's name, given in a form; without a student, that of a new one without an account.

    None where the student is gone.

    Args:
        sure: whether a single name is meant as one.
    """
    name = full_name_in(text)
    if isinstance(name, NameFault):
        if name is not NameFault.ONE_WORD or not sure:
            return name
        name = clean_name(text)
    return _give_name(session, teacher, class_id, person_id, name, now)


def _give_name(
    session: Session, teacher: Person, class_id: int, person_id: int | None, name: str, now: datetime
) -> Named | None:
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    added = person_id is None
    if person_id is None:
        person_id = rosters.add_line(session, school_class, name, teacher, now).person_id
    one = student(session, teacher, class_id, person_id)
    if one is None:
        return None
    rosters.rename(session, one.member.person, name, teacher, class_id)
    session.flush()
    found = student(session, teacher, class_id, person_id)
    return Named(found, added) if found is not None else None


def take_out(session: Session, teacher: Person, class_id: int, person_id: int, now: datetime) -> OneStudent | None:
    """A former student from now on; None for somebody who is none."""
    school_class, person = session.get_one(SchoolClass, class_id, with_for_update=True), session.get(Person, person_id)
    if person is None or not remove_student(session, person, school_class, teacher, now):
        return None
    promise_student(session, person, class_id, StaffNews.OUT, now)
    return student(session, teacher, class_id, person_id)


def put_back(
    session: Session, teacher: Person, keyring: Keyring, class_id: int, person_id: int, now: datetime
) -> OneStudent | None:
    """A student again; None for somebody who was none, or is one."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    membership = session.get(Membership, (class_id, person_id))
    if membership is None or not join_class(session, session.get_one(Person, person_id), school_class, now):
        return None
    person = session.get_one(Person, person_id)
    take_along(session, keyring, person_id, class_id, now)
    promise_student(session, person, class_id, StaffNews.BACK, now)
    return student(session, teacher, class_id, person_id)


def merging(session: Session, teacher: Person, class_id: int, old_id: int, new_id: int) -> Merging | None:
    """Two of the class who are to be one; None where there are not two, or the first of them teaches."""
    old, new = (student(session, teacher, class_id, one) for one in (old_id, new_id))
    if old is None or new is None or old_id == new_id or old.member.person.is_teacher:
        return None
    if old.member.person.has_account and not new.member.person.has_account:
        old, new = new, old  # a line of the list and its account: the account stays
    return Merging(old, new)


def begin_merging(
    session: Session, teacher: Person, class_id: int, old_id: int, new_id: int, receipt: str, now: datetime
) -> Erased | Merging | None:
    """First what was made of the lost account's voice goes; the rest, `merge`, once the other stores have followed."""
    found = merging(session, teacher, class_id, old_id, new_id)
    if found is None or not found.old.member.person.has_account:
        return found
    return erase_voice(session, found.old.member.person, receipt, Kind.VOICE, now)


def merge(
    session: Session, teacher: Person, class_id: int, old_id: int, new_id: int, now: datetime
) -> OneStudent | None:
    """Marks and places on lists of the first are the second's; None where that is done."""
    session.get_one(SchoolClass, class_id, with_for_update=True)
    found = merging(session, teacher, class_id, old_id, new_id)
    if found is None:
        return None
    old = found.old.member.person
    if old.has_account:
        session.execute(delete(Conversation).where(Conversation.telegram_id == old.telegram_id))
    hand_over(session, old, found.new.member.person, teacher, now)
    return student(session, teacher, class_id, found.new.member.person.id)
