"""Joining a class that has a list: who is on it says which line is theirs, anybody else waits for a teacher's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.domain.names import NameFault, full_name_in, one_visible_line
from rollcall.domain.similar_names import look_alike
from rollcall.sealing.seal import Keyring
from rollcall.storage import join_requests
from rollcall.storage.classes import Member, class_by_code
from rollcall.storage.handover import claim_line
from rollcall.storage.people import set_step
from rollcall.storage.roster_tables import JoinRequest
from rollcall.storage.rosters import has_roster, unclaimed
from rollcall.storage.tables import FORMER, Conversation, Membership, Person, SchoolClass
from rollcall.usecases.dialogue import JOIN_CODE, NAME, WITHOUT_VOICE
from rollcall.usecases.joined import Joined, welcome
from rollcall.usecases.roster_matching import is_within


@dataclass(frozen=True)
class Choice:
    """Which line of the list is it?

    Attributes:
        lines: (person, name) of those that nobody has claimed.
        narrowed: whether they are only those that what was said fits.
        unknown: whether a number was said that none of them has.
        by_teacher: whether a teacher says which one it is, and only a name is asked for.
    """

    title: str
    lines: Sequence[tuple[int, str]]
    narrowed: bool = False
    unknown: bool = False
    by_teacher: bool = False


@dataclass(frozen=True)
class Waits:
    """A teacher is asked who it is.

    Attributes:
        freed: because the line that they had was another's.
    """

    name: str
    title: str
    freed: bool = False


def class_by_list(
    session: Session, conversation: Conversation, person: Person | None, now: datetime
) -> SchoolClass | None:
    """The class that somebody is joining, if they have to be found on its list first."""
    school_class = class_by_code(session, conversation.data.get(JOIN_CODE, ""), now)
    if school_class is None and (freed := join_requests.freed_of(session, conversation.telegram_id)) is not None:
        school_class = session.get_one(SchoolClass, freed.class_id)
    if conversation.step != NAME or school_class is None or not has_roster(session, school_class.id):
        return None
    mine = session.get(Membership, (school_class.id, person.id)) if person is not None else None
    return school_class if mine is None or mine.role == FORMER else None


def own_line_or_choice(
    session: Session,
    keyring: Keyring,
    school_class: SchoolClass,
    conversation: Conversation,
    person: Person | None,
    now: datetime,
) -> Joined | Choice:
    """Whose name is known already is found by it, where only one line has it."""
    lines = _locked_lines(session, school_class)
    if join_requests.freed_of(session, conversation.telegram_id, school_class.id) is not None:
        return Choice(school_class.title, (), by_teacher=True)
    if person is not None and not person.is_teacher:
        same = [one for one in lines if look_alike(one.person.full_name, person.full_name)]
        if len(same) == 1:
            return _claim(session, keyring, school_class, same[0], conversation, person, now)
    return _choice(school_class, lines)


def choice(session: Session, conversation: Conversation, person: Person | None, now: datetime) -> Choice | None:
    """All lines that nobody has claimed; None for somebody who is not asked."""
    school_class = class_by_list(session, conversation, person, now)
    if school_class is None:
        return None
    if join_requests.freed_of(session, conversation.telegram_id, school_class.id) is not None:
        return Choice(school_class.title, (), by_teacher=True)
    return _choice(school_class, unclaimed(session, school_class.id))


def find_own_line(
    session: Session,
    keyring: Keyring,
    school_class: SchoolClass,
    conversation: Conversation,
    person: Person | None,
    text: str,
    now: datetime,
) -> Joined | Choice | Waits | NameFault:
    """What somebody typed: a line's number, or a name; about one that no line has the teachers are asked."""
    said, lines = one_visible_line(text), _locked_lines(session, school_class)
    freed = join_requests.freed_of(session, conversation.telegram_id, school_class.id)
    if freed is not None:
        return _say_name(session, school_class, conversation, freed, text, now)
    numbers = [(one, one.membership.student_number) for one in lines]
    found = [one for one, number in numbers if number is not None and number.casefold() == said.casefold()]
    if not found and not any(sign.isalpha() for sign in said):
        return _choice(school_class, lines, unknown=True)
    name = full_name_in(text)
    if not found:
        alike = [one for one in lines if look_alike(one.person.full_name, said)]
        found = alike or [one for one in lines if is_within(one.person.full_name, said)]
    if len(found) == 1:
        return _claim(session, keyring, school_class, found[0], conversation, person, now)
    if found:
        return _choice(school_class, found, narrowed=True)
    if isinstance(name, NameFault):
        return name
    join_requests.ask(
        session, school_class.id, conversation.telegram_id, name, now,
        without_voice=bool(conversation.data.get(WITHOUT_VOICE)),
    )  # fmt: skip
    set_step(session, conversation.telegram_id, "", None, now)
    return Waits(name, school_class.title)


def pick_line(
    session: Session,
    keyring: Keyring,
    conversation: Conversation,
    person: Person | None,
    line_id: int,
    now: datetime,
) -> Joined | Choice | None:
    """A line was pressed; where somebody else was quicker, those that are left. None for somebody who is not asked."""
    school_class = class_by_list(session, conversation, person, now)
    if school_class is None:
        return None
    lines = _locked_lines(session, school_class)
    if join_requests.freed_of(session, conversation.telegram_id, school_class.id) is not None:
        return Choice(school_class.title, (), by_teacher=True)
    for one in lines:
        if one.person.id == line_id:
            return _claim(session, keyring, school_class, one, conversation, person, now)
    return _choice(school_class, lines)


def _say_name(
    session: Session,
    school_class: SchoolClass,
    conversation: Conversation,
    freed: JoinRequest,
    text: str,
    now: datetime,
) -> Waits | NameFault:
    name = full_name_in(text)
    if isinstance(name, NameFault):
        return name
    join_requests.say_name(session, freed, name)
    set_step(session, conversation.telegram_id, "", None, now)
    return Waits(name, school_class.title, freed=True)


def _locked_lines(session: Session, school_class: SchoolClass) -> Sequence[Member]:
    """The lines that nobody has claimed, and nobody else does until the transaction ends."""
    session.get_one(SchoolClass, school_class.id, with_for_update=True)
    return unclaimed(session, school_class.id)


def _claim(
    session: Session,
    keyring: Keyring,
    school_class: SchoolClass,
    line: Member,
    conversation: Conversation,
    person: Person | None,
    now: datetime,
) -> Joined:
    data = dict(conversation.data)
    name = line.person.full_name
    mine = claim_line(session, line.person, conversation.telegram_id, person, school_class, now)
    if is_within(mine.full_name, name) or look_alike(mine.full_name, name):
        mine.full_name = name  # as the school writes it
    set_step(session, conversation.telegram_id, "", None, now)
    return welcome(session, keyring, mine, school_class, data, now, new=True)


def _choice(
    school_class: SchoolClass, lines: Sequence[Member], *, narrowed: bool = False, unknown: bool = False
) -> Choice:
    return Choice(school_class.title, [(one.person.id, one.name) for one in lines], narrowed, unknown)
