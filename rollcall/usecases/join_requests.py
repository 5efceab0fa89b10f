"""A teacher says who somebody is who is not on the class's list: a new student, one of its lines, or a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.joiner import JoinState
from rollcall.sealing.seal import Keyring
from rollcall.storage import audit, join_requests
from rollcall.storage.classes import classes_attended, join_class
from rollcall.storage.handover import claim_line
from rollcall.storage.people import find_person, locale_of, register_person
from rollcall.storage.questions import JOINERS
from rollcall.storage.roster_tables import JoinRequest
from rollcall.storage.rosters import unclaimed
from rollcall.storage.tables import Membership, Person, SchoolClass
from rollcall.storage.voiceprints import is_enrolled
from rollcall.usecases.cards import Due, Facts, Told, due, name_of
from rollcall.usecases.joined import welcome


@dataclass(frozen=True, kw_only=True)
class JoinerFacts(Facts):
    """What the card says.

    Attributes:
        lines: how many lines of the list nobody has claimed.
        freed: they had claimed another's line.
    """

    class_id: int
    lines: int
    freed: bool


@dataclass(frozen=True)
class Decided:
    """What a teacher answered, and about whom."""

    name: str
    title: str
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class JoinerTold(Told):
    """What the student hears.

    Attributes:
        enrolled: whether there is a voice to check in by.
    """

    name: str
    title: str
    accepted: bool
    enrolled: bool


def joiners_due(session: Session, now: datetime) -> Due:
    """What is owed at this moment, once what is answered and said is forgotten."""
    join_requests.forget_answered(session)
    return due(session, now, JOINERS)


def joiner_facts(session: Session, request_id: int, chat_id: int, _now: datetime) -> JoinerFacts:
    """What the card says in this teacher's chat."""
    found = session.get_one(JoinRequest, request_id)
    school_class = session.get_one(SchoolClass, found.class_id)
    return JoinerFacts(
        question=found.id,
        state=found.state,
        locale=locale_of(session, chat_id),
        note=None,
        name=found.full_name,
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        at=found.created_at.astimezone(ZoneInfo(school_class.timezone)),
        teacher=name_of(session, found.decided_by),
        class_id=school_class.id,
        lines=len(unclaimed(session, school_class.id)),
        freed=found.freed,
    )


def joiner_told(session: Session, request_id: int) -> JoinerTold:
    """What the student hears of the answer."""
    found = session.get_one(JoinRequest, request_id)
    person, school_class = find_person(session, found.telegram_id), session.get_one(SchoolClass, found.class_id)
    return JoinerTold(
        chat_id=found.telegram_id,
        locale=locale_of(session, found.telegram_id),
        vocabulary=school_class.vocabulary,
        name=person.full_name if person is not None else found.full_name,
        title=school_class.title,
        accepted=found.state is JoinState.ACCEPTED,
        enrolled=person is not None and is_enrolled(session, person.id),
    )


def lines_of(session: Session, class_id: int, request_id: int) -> tuple[str, list[tuple[int, str]]] | None:
    """The name that was given, and the lines that it may be; None where the question is answered."""
    found = join_requests.open_request(session, class_id, request_id)
    if found is None:
        return None
    return found.full_name, [(one.person.id, one.name) for one in unclaimed(session, class_id)]


def decide(
    session: Session,
    teacher: Person,
    keyring: Keyring,
    class_id: int,
    request_id: int,
    now: datetime,
    *,
    accepted: bool,
    line_id: int | None = None,
) -> Decided | None:
    """The teacher's word; None where somebody has answered, or the line is claimed.

    Args:
        line_id: which line of the list it is; without it, a new student.
    """
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    found = join_requests.open_request(session, class_id, request_id)
    if found is None:
        return None
    if accepted:
        person = _let_in(session, found, school_class, line_id, now)
        if person is None:
            return None
        welcome(session, keyring, person, school_class, {}, now, new=True)
    found.state = JoinState.ACCEPTED if accepted else JoinState.REFUSED
    found.decided_by = teacher.id
    who = audit.Account(found.telegram_id)
    audit.record(session, Action.JOINER_DECIDED, teacher, f"class:{class_id}", about=who, accepted=accepted)
    return Decided(found.full_name, school_class.title, accepted)


def _let_in(
    session: Session, found: JoinRequest, school_class: SchoolClass, line_id: int | None, now: datetime
) -> Person | None:
    known = find_person(session, found.telegram_id)
    if line_id is not None:
        line = next((one.person for one in unclaimed(session, school_class.id) if one.person.id == line_id), None)
        if line is None:
            return None
        name = line.full_name
        mine = claim_line(session, line, found.telegram_id, known, school_class, now)
        _go_by(session, mine, found, name)
        return mine
    person = known or register_person(session, found.telegram_id, found.full_name, now)
    _go_by(session, person, found, found.full_name)
    join_class(session, person, school_class, now)
    session.get_one(Membership, (school_class.id, person.id)).listed_at = now
    return person


def _go_by(session: Session, person: Person, found: JoinRequest, name: str) -> None:
    """Who had claimed another's line went by that one's name; but for those who are known elsewhere by their own."""
    others = set(classes_attended(session, person.id)) - {found.class_id}
    if found.freed and not others and not person.is_teacher:
        person.full_name = name
