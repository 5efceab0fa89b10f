"""Who teaches a class: colleagues come by an invitation, substitutes for a time, and one of them owns it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from rollcall.domain.class_settings import Vocabulary
from rollcall.domain.staff import StaffNews, Standing, ends_with, last_day
from rollcall.storage import staff, staff_notices
from rollcall.storage.audit import Account
from rollcall.storage.holder import Holder
from rollcall.storage.invites import create_invite, find_invite, open_invites, revoke_invite, use_up
from rollcall.storage.people import find_person, locale_of, make_guest, make_teacher
from rollcall.storage.rights import end_teaching
from rollcall.storage.tables import TEACHER, Invite, Membership, Person, SchoolClass, StaffNotice
from rollcall.storage.teaching import taught_classes, teachers_of, teaches

_INVITES_SHOWN = 10


@dataclass(frozen=True)
class Member:
    """One of a class's teachers.

    Attributes:
        until: the last day of a substitute; None for good.
    """

    person_id: int
    name: str
    owner: bool
    until: date | None


@dataclass(frozen=True)
class Staff:
    """A class's teachers: its owner first.

    Attributes:
        own: who asks, as one of them.
        invites: to this class, that can still be used.
    """

    school_class: SchoolClass
    members: Sequence[Member]
    own: Member | None
    invites: Sequence[Invite]

    @property
    def colleagues(self) -> Sequence[Member]:
        """All but who asks."""
        return [one for one in self.members if one != self.own]


class Refusal(StrEnum):
    """Why an invitation makes nobody a teacher of the class."""

    UNUSABLE = "unusable"
    STUDENT = "student"
    """On this very class's list, now or before."""
    NOT_YET = "not-yet"
    """Only an admin says who teaches at all."""


@dataclass(frozen=True)
class Accepted:
    """Somebody teaches a class.

    Attributes:
        until: the last day of a substitute; None for good.
        already: they did before, for as long.
    """

    class_id: int
    title: str
    until: date | None
    already: bool


class Leaving(StrEnum):
    """Whether a teacher can leave a class."""

    CAN = "can"
    OWNER = "owner"
    """Not before somebody else owns it."""
    LAST = "last"
    """Nobody else teaches it but substitutes."""


@dataclass(frozen=True)
class News:
    """A word to a teacher, or to a student who was moved.

    Attributes:
        class_id: None, and no title, where it is about no class.
        name: whom it is about; to a student, the class that they come from.
        still: they teach the class, and may be shown a way to it.
        at_all: they teach something.
    """

    locale: str
    chat_id: int
    news: StaffNews
    class_id: int | None
    title: str
    vocabulary: str
    name: str
    by: str
    until: date | None
    still: bool
    at_all: bool


def staff_of(session: Session, teacher: Person | None, class_id: int, now: datetime) -> Staff:
    """Who teaches the class."""
    school_class = session.get_one(SchoolClass, class_id)
    found = {
        person.id: _member(person, membership, school_class)
        for person, membership in staff.members(session, class_id, now)
    }
    own = found.get(teacher.id) if teacher is not None else None
    return Staff(school_class, list(found.values()), own, open_invites(session, now, _INVITES_SHOWN, class_id))


def standing_refused(session: Session, person: Person, class_id: int | None, wanted: Standing, now: datetime) -> bool:
    """Whether a teacher is less to the class than an action asks for; without a class, less than a teacher for good."""
    if wanted is Standing.ANY:
        return False
    if class_id is None:
        return person.is_guest
    membership = staff.member(session, person.id, class_id, now)
    if membership is None or membership.until is not None:
        return True
    return wanted is Standing.OWNER and not membership.owner


def has_for_good(session: Session, teacher: Person, class_id: int, now: datetime) -> bool:
    """Whether the teacher is more to the class than a substitute, or than the one who tries out a practice class."""
    return not standing_refused(session, teacher, class_id, Standing.LASTING, now)


def invite(session: Session, teacher: Person, class_id: int, last: date | None, valid: timedelta, now: datetime) -> str:
    """A single-use link's token for a colleague, or for a substitute until the end of a day.

    Raises:
        ValueError: that day is over.
    """
    school_class = session.get_one(SchoolClass, class_id)
    until = None if last is None else ends_with(last, school_class.timezone)
    if until is not None and until <= now:
        raise ValueError("the last day is over")
    return create_invite(session, teacher.telegram_id, valid, now, class_id=class_id, until=until)


def uninvite(session: Session, teacher: Person, class_id: int, handle: str, now: datetime) -> bool:
    """An invitation to the class does not work any more; False where it was used, or there is none."""
    return revoke_invite(session, handle, Account(teacher.telegram_id), now, class_id)


def accept(
    session: Session,
    token: str,
    telegram_id: int,
    register: Callable[[Session], Person],
    now: datetime,
    *,
    may_invite: bool,
) -> Accepted | Refusal:
    """Somebody opens the link: from now on they teach the class. Whoever invited them has to teach it still.

    Args:
        register: the account's owner, made a person if they were not.
        may_invite: whether teachers make teachers; else only an admin does, and a class is open to those alone.
    """
    found = find_invite(session, token)
    if found is None or found.class_id is None or found.revoked_at is not None:
        return Refusal.UNUSABLE
    school_class = session.get_one(SchoolClass, found.class_id, with_for_update=True)
    person = find_person(session, telegram_id)
    belongs = session.get(Membership, (school_class.id, person.id)) if person is not None else None
    teaches_now = person is not None and teaches(session, person.id, school_class.id, now)
    if teaches_now and found.used_by == telegram_id:
        return _accepted(school_class, belongs, already=False)  # opened once more
    inviter = _inviter(session, found, school_class, now)
    if inviter is None:
        return Refusal.UNUSABLE
    if belongs is not None and belongs.role != TEACHER:
        return Refusal.STUDENT
    if not (may_invite or (person is not None and person.is_teacher and not person.is_guest)):
        return Refusal.NOT_YET
    if teaches_now and belongs is not None and _holds(belongs, found.until):
        return _accepted(school_class, belongs, already=True)
    return _join(session, found, school_class, register(session), inviter, now)


def _inviter(session: Session, found: Invite, school_class: SchoolClass, now: datetime) -> Person | None:
    """Whose invitation it is; None where it cannot be used, or they may not bring others into the class any more."""
    if found.used_by is not None or found.expires_at <= now or school_class.archived_at is not None:
        return None
    inviter = find_person(session, found.created_by)
    membership = staff.member(session, inviter.id, school_class.id, now) if inviter is not None else None
    return inviter if membership is not None and membership.until is None else None


def _join(
    session: Session, found: Invite, school_class: SchoolClass, person: Person, inviter: Person, now: datetime
) -> Accepted:
    use_up(session, found, person.telegram_id, now)
    (make_teacher if found.until is None else make_guest)(session, person, inviter)
    before = [other for other in teachers_of(session, school_class.id, now) if other.id != person.id]
    membership = staff.add(session, person, school_class.id, found.until, inviter, now)
    until = membership.until
    news = StaffNews.JOINED if until is None else StaffNews.SUBSTITUTE
    for other in before:
        staff_notices.promise(session, other, school_class.id, news, now, about=person, by=inviter, until=until)
    return _accepted(school_class, membership, already=False)


def take_out(session: Session, by: Person, class_id: int, person_id: int, now: datetime) -> str | None:
    """A colleague does not teach the class any more, and hears of it; their name, or None where they did not."""
    lock_class(session, class_id)
    membership = staff.member(session, person_id, class_id, now)
    if membership is None or person_id == by.id:
        return None
    person = session.get_one(Person, person_id)
    end_membership(session, person, membership, by, now, how="removed")
    staff_notices.promise(session, person, class_id, StaffNews.YOU_LEFT, now, by=by)
    end_guest(session, person, now)
    return person.full_name


def hand_over(session: Session, owner: Person, class_id: int, person_id: int, now: datetime, *, go: bool) -> str | None:
    """A colleague owns the class from now on, and the owner stays or goes; the colleague's name.

    None where they own it already, teach it no more, or as a substitute.

    Args:
        owner: who says so; an admin, where it is one.
    """
    lock_class(session, class_id)
    membership = staff.member(session, person_id, class_id, now)
    if membership is None or membership.until is not None or membership.owner:
        return None
    heir = session.get_one(Person, person_id)
    staff.own(session, heir, membership, owner)
    if heir.id != owner.id:
        staff_notices.promise(session, heir, class_id, StaffNews.YOU_OWN, now, by=owner)
    for other in teachers_of(session, class_id, now):
        if other.id not in (heir.id, owner.id):
            staff_notices.promise(session, other, class_id, StaffNews.OWNER, now, about=heir, by=owner)
    own = staff.member(session, owner.id, class_id, now)
    if go and own is not None:
        end_membership(session, owner, own, owner, now, how="left")
    return heir.full_name


def may_leave(session: Session, teacher: Person, class_id: int, now: datetime) -> Leaving:
    """Whether a teacher can leave the class: not the owner, and not the last who is no substitute."""
    found = {person.id: one for person, one in staff.members(session, class_id, now)}
    own = found.pop(teacher.id, None)
    if own is None or own.until is not None:
        return Leaving.CAN
    if all(one.until is not None for one in found.values()):
        return Leaving.LAST
    return Leaving.OWNER if own.owner else Leaving.CAN


def leave(session: Session, teacher: Person, class_id: int, now: datetime) -> Leaving:
    """A teacher does not teach the class any more, if they can leave it."""
    lock_class(session, class_id)
    can = may_leave(session, teacher, class_id, now)
    membership = staff.member(session, teacher.id, class_id, now)
    if can is Leaving.CAN and membership is not None:
        end_membership(session, teacher, membership, teacher, now, how="left")
        end_guest(session, teacher, now)
    return can


def end_substitutes(session: Session, now: datetime) -> int:
    """The time of substitutes is over: they hear of it, and nothing of the class reaches them. How many they were.

    Their right has ended by itself, at that very moment.
    """
    ended = staff.over(session, now)
    for person, membership in ended:
        class_id = membership.class_id
        staff.end(session, person, membership, None, now, how="over")
        staff_notices.promise(session, person, class_id, StaffNews.OVER, now)
        end_guest(session, person, now)
    return len(ended)


def take_notice(session: Session, notice_id: int, now: datetime, holder: Holder) -> News | None:
    """Take it on to tell a teacher; None where they were told, or another bot is at it."""
    notice = staff_notices.claim(session, notice_id, now, holder)
    return None if notice is None else _news(session, notice, now)


def _news(session: Session, notice: StaffNotice, now: datetime) -> News:
    school_class = session.get_one(SchoolClass, notice.class_id) if notice.class_id is not None else None
    zone = school_class.timezone if school_class is not None else ""
    reader = find_person(session, notice.chat_id)
    return News(
        locale=locale_of(session, notice.chat_id),
        chat_id=notice.chat_id,
        news=notice.news,
        class_id=notice.class_id,
        title=school_class.title if school_class is not None else "",
        vocabulary=school_class.vocabulary if school_class is not None else Vocabulary.SCHOOL,
        name=_came_from(session, notice) if notice.news is StaffNews.MOVED else _name(session, notice.about_id),
        by=_name(session, notice.by_id),
        until=None if notice.until is None else last_day(notice.until, zone),
        still=reader is not None and school_class is not None and teaches(session, reader.id, school_class.id, now),
        at_all=reader is not None and reader.is_teacher,
    )


def _name(session: Session, person_id: int | None) -> str:
    person = session.get(Person, person_id) if person_id is not None else None
    return person.full_name if person is not None else ""


def _came_from(session: Session, notice: StaffNotice) -> str:
    membership = session.get(Membership, (notice.class_id, notice.about_id))
    left = session.get(SchoolClass, membership.came_from_id) if membership is not None else None
    return left.title if left is not None else ""


def _member(person: Person, membership: Membership, school_class: SchoolClass) -> Member:
    until = None if membership.until is None else last_day(membership.until, school_class.timezone)
    return Member(person.id, person.full_name, membership.owner, until)


def _accepted(school_class: SchoolClass, membership: Membership | None, *, already: bool) -> Accepted:
    until = membership.until if membership is not None else None
    last = None if until is None else last_day(until, school_class.timezone)
    return Accepted(school_class.id, school_class.title, last, already)


def _holds(membership: Membership, until: datetime | None) -> bool:
    """Whether somebody who teaches the class does for as long already."""
    return membership.until is None or (until is not None and membership.until >= until)


def lock_class(session: Session, class_id: int) -> None:
    """For two who leave at the same moment the class's row is the queue."""
    session.get_one(SchoolClass, class_id, with_for_update=True)


def end_membership(
    session: Session, person: Person, membership: Membership, by: Person, now: datetime, *, how: str
) -> None:
    """They do not teach the class any more; all who do hear of it, but for who did it."""
    class_id = membership.class_id
    owned = membership.owner
    staff.end(session, person, membership, by, now, how=how)
    for other, one in staff.members(session, class_id, now):
        if other.id != by.id:
            staff_notices.promise(session, other, class_id, StaffNews.LEFT, now, about=person, by=by)
        if owned and one.owner:
            staff_notices.promise(session, other, class_id, StaffNews.YOU_OWN, now, by=by)


def end_guest(session: Session, person: Person, now: datetime) -> None:
    """Whose right to teach came with being a substitute, has none without."""
    if person.is_guest and not taught_classes(session, person, now):
        end_teaching(session, person, None, now)
