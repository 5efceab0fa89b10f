"""People, their consents, and where each stands in a dialogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, or_, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import AliasedClass

from rollcall.audit.chain import Action
from rollcall.storage import audit
from rollcall.storage.audit import Account
from rollcall.storage.tables import STUDENT, Consent, Conversation, Membership, Person, SchoolClass, UtcTime
from rollcall.storage.teaching import gives_right
from rollcall.texts import DEFAULT_LANGUAGE

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])

_RECORDINGS = "recordings "
"""How the text version begins of an agreement to keep recordings, beside the one to voice check-in."""
_RENEWAL = "renewal "
"""How it begins of an agreement that the voiceprint follows the voice."""
_ATTENDANCE = "attendance "
"""How the text version begins of an agreement to be marked without a voice."""
_WORDS = "words "
"""How the text version begins of an agreement that a note's words are listened to."""


def find_person(session: Session, telegram_id: int) -> Person | None:
    """The person behind a Telegram account."""
    return session.scalar(select(Person).where(Person.telegram_id == telegram_id))


@dataclass(frozen=True)
class Acquaintance:
    """Somebody who writes to us, as far as we know them.

    Attributes:
        classes: with their role in each, oldest membership first; without those that were put away, and those in which
            they were a substitute whose time is over.
    """

    person: Person | None
    conversation: Conversation | None
    classes: tuple[tuple[str, SchoolClass], ...] = ()


def acquaintance(session: Session, telegram_id: int, moment: datetime) -> Acquaintance:
    """Who is behind a Telegram account, and what they are at the moment; their conversation is locked for this
    transaction.
    """
    values = {"account": telegram_id, "moment": moment}
    rows = session.execute(_IN_CONVERSATION, values).all()
    if rows:
        return Acquaintance(rows[0][1], rows[0][0], tuple((role, one) for *_, role, one in rows if one is not None))
    return known_as(session, telegram_id, moment)


def known_as(session: Session, telegram_id: int, moment: datetime) -> Acquaintance:
    """The same, where nobody writes to us: a page is looked at, and the conversation is left alone."""
    known = session.execute(_WITHOUT_CONVERSATION, {"account": telegram_id, "moment": moment}).all()
    person = known[0][0] if known else None
    return Acquaintance(person, None, tuple((role, one) for _, role, one in known if one is not None))


_HOLDS = or_(Membership.role == STUDENT, gives_right(bindparam("moment", type_=UtcTime())))


def _belonging(query: _Query) -> _Query:
    return (
        query.outerjoin(Membership, and_(Membership.person_id == Person.id, _HOLDS))
        .outerjoin(SchoolClass, and_(SchoolClass.id == Membership.class_id, SchoolClass.archived_at.is_(None)))
        .order_by(Membership.joined_at, SchoolClass.id)
    )


# Every update passes here: made once.
_IN_CONVERSATION = _belonging(
    select(Conversation, Person, Membership.role, SchoolClass)
    .select_from(Conversation)
    .outerjoin(Person, Person.telegram_id == Conversation.telegram_id)
    .where(Conversation.telegram_id == bindparam("account"))
    .with_for_update(of=Conversation)
)
_WITHOUT_CONVERSATION = _belonging(
    select(Person, Membership.role, SchoolClass).select_from(Person).where(Person.telegram_id == bindparam("account"))
)


def register_person(session: Session, telegram_id: int, full_name: str, now: datetime) -> Person:
    """The person behind a Telegram account, made with this name if new."""
    person = find_person(session, telegram_id)
    if person is None:
        person = Person(telegram_id=telegram_id, full_name=full_name, is_teacher=False, created_at=now)
        session.add(person)
        session.flush()
    return person


def make_teacher(session: Session, person: Person, by: audit.Who) -> None:
    """From now on this person may teach."""
    if not person.is_teacher or person.is_guest:
        person.is_teacher, person.is_guest = True, False
        audit.record(session, Action.TEACHER_MADE, by, "person", about=person)


def make_guest(session: Session, person: Person, by: audit.Who) -> None:
    """From now on this person may teach, for as long as they are somebody's substitute."""
    if not person.is_teacher:
        person.is_teacher = person.is_guest = True
        audit.record(session, Action.TEACHER_MADE, by, "person", about=person, guest=True)


def known_conversation(session: Session, telegram_id: int) -> Conversation | None:
    """The conversation with an account, if there is one."""
    return session.get(Conversation, telegram_id, with_for_update=True)


def locale_of(session: Session, telegram_id: int) -> str:
    """The language in which an account was last heard."""
    return known_locale_of(session, telegram_id) or DEFAULT_LANGUAGE


def known_locale_of(session: Session, telegram_id: int) -> str | None:
    """The same; None where it never was."""
    conversation = session.get(Conversation, telegram_id)
    return conversation.locale if conversation is not None else None


def conversation_with(session: Session, telegram_id: int, now: datetime) -> Conversation:
    """The conversation with an account, begun if there is none."""
    conversation = known_conversation(session, telegram_id)
    if conversation is None:
        conversation = Conversation(telegram_id=telegram_id, step="", data={}, locale="en", updated_at=now)
        session.add(conversation)
    return conversation


def drop_conversation(session: Session, telegram_id: int) -> None:
    """Forget where someone stood in a dialogue, and that there was one."""
    session.execute(delete(Conversation).where(Conversation.telegram_id == telegram_id))


def set_step(session: Session, telegram_id: int, step: str, data: Mapping[str, Any] | None, now: datetime) -> None:
    """Move the dialogue to ``step``; an empty step ends it."""
    conversation = conversation_with(session, telegram_id, now)
    conversation.step = step
    conversation.data = dict(data or {})
    conversation.updated_at = now


def give_consent(session: Session, telegram_id: int, text_version: str, language: str, now: datetime) -> None:
    """Record an agreement, once to each text."""
    if not has_consent(session, telegram_id, text_version):
        session.add(Consent(telegram_id=telegram_id, text_version=text_version, language=language, given_at=now))
        _consented(session, telegram_id, text_version)


def has_consent(session: Session, telegram_id: int, text_version: str | None = None) -> bool:
    """Whether the account's owner agreed to voice check-in, in this text or in any, and has not withdrawn."""
    if text_version is not None:
        return _agreed(session, telegram_id, Consent.text_version == text_version)
    neither = [Consent.text_version.not_like(other + "%") for other in (_RECORDINGS, _RENEWAL, _ATTENDANCE, _WORDS)]
    return _agreed(session, telegram_id, and_(*neither))


def agree_to_attendance(session: Session, telegram_id: int, text_version: str, language: str, now: datetime) -> None:
    """Record the agreement to be marked without a voice, once."""
    if not _agreed(session, telegram_id, Consent.text_version.like(_ATTENDANCE + "%")):
        version = _ATTENDANCE + text_version
        session.add(Consent(telegram_id=telegram_id, text_version=version, language=language, given_at=now))
        _consented(session, telegram_id, version)


def agree_to_keep_recordings(
    session: Session, telegram_id: int, text_version: str, language: str, now: datetime
) -> None:
    """Record the separate agreement to keep the enrolment recordings, once."""
    if not keeps_recordings(session, telegram_id):
        version = _RECORDINGS + text_version
        session.add(Consent(telegram_id=telegram_id, text_version=version, language=language, given_at=now))
        _consented(session, telegram_id, version)


def agree_to_words(session: Session, telegram_id: int, text_version: str, language: str, now: datetime) -> None:
    """Record the separate agreement that a note's words are listened to, once to each text."""
    version = _WORDS + text_version
    if not _agreed(session, telegram_id, Consent.text_version == version):
        session.add(Consent(telegram_id=telegram_id, text_version=version, language=language, given_at=now))
        _consented(session, telegram_id, version)


def has_words_heard(session: Session, telegram_id: int) -> bool:
    """Whether the account's owner agreed that the words are listened to."""
    return _agreed(session, telegram_id, Consent.text_version.like(_WORDS + "%"))


def keeps_recordings(session: Session, telegram_id: int) -> bool:
    """Whether the account's owner agreed that the enrolment recordings are kept."""
    return _agreed(session, telegram_id, Consent.text_version.like(_RECORDINGS + "%"))


def agree_to_renew(session: Session, telegram_id: int, text_version: str, language: str, now: datetime) -> None:
    """Record the separate agreement that the voiceprint follows the voice, once."""
    if not renews_voice(session, telegram_id):
        version = _RENEWAL + text_version
        session.add(Consent(telegram_id=telegram_id, text_version=version, language=language, given_at=now))
        _consented(session, telegram_id, version)


def renews_voice(session: Session, telegram_id: int) -> bool:
    """Whether the account's owner agreed that the voiceprint follows the voice."""
    return _agreed(session, telegram_id, is_renewal(Consent))


def is_renewal(consent: type[Consent] | AliasedClass[Consent]) -> ColumnElement[bool]:
    """Whether an agreement is that the voiceprint follows the voice."""
    return consent.text_version.like(_RENEWAL + "%")


def stop_renewing(session: Session, telegram_id: int, now: datetime) -> None:
    """End that agreement; the others stand."""
    _withdraw(session, telegram_id, now, is_renewal(Consent))


def _consented(session: Session, telegram_id: int, version: str) -> None:
    owner = Account(telegram_id)
    audit.record(session, Action.CONSENT_GIVEN, owner, "consent", about=owner, version=version)


def _agreed(session: Session, telegram_id: int, to_what: ColumnElement[bool]) -> bool:
    active = select(Consent.id).where(Consent.telegram_id == telegram_id, Consent.withdrawn_at.is_(None), to_what)
    return session.scalar(active.limit(1)) is not None


def withdraw_consent(session: Session, telegram_id: int, now: datetime, *, everything: bool = False) -> None:
    """End every agreement of this account that concerns its voice, or every one; the record of it stays."""
    voice = Consent.text_version.not_like(_ATTENDANCE + "%")
    _withdraw(session, telegram_id, now, true() if everything else voice)


def _withdraw(session: Session, telegram_id: int, now: datetime, which: ColumnElement[bool]) -> None:
    withdrawn = session.scalars(
        update(Consent)
        .where(Consent.telegram_id == telegram_id, Consent.withdrawn_at.is_(None), which)
        .values(withdrawn_at=now)
        .returning(Consent.text_version)
    )
    owner = Account(telegram_id)
    for version in withdrawn.all():
        audit.record(session, Action.CONSENT_WITHDRAWN, owner, "consent", about=owner, version=version)


def agreements_of(session: Session, telegram_id: int) -> Sequence[Consent]:
    """Everything the account's owner ever agreed to, oldest first."""
    rows = session.scalars(select(Consent).where(Consent.telegram_id == telegram_id).order_by(Consent.id))
    return rows.all()


def names_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Full names by id."""
    rows = session.execute(select(Person.id, Person.full_name).where(Person.id.in_(person_ids)))
    return dict(rows.all())
