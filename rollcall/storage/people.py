"""People, their consents, and where each stands in a dialogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.audit.chain import Action
from rollcall.storage import audit
from rollcall.storage.audit import Account
from rollcall.storage.tables import Consent, Conversation, Person

_RECORDINGS = "recordings "
"""How the text version begins of an agreement to keep recordings, beside the one to voice check-in."""
_ATTENDANCE = "attendance "
"""How the text version begins of an agreement to be marked without a voice."""


async def find_person(session: AsyncSession, telegram_id: int) -> Person | None:
    """The person behind a Telegram account."""
    return await session.scalar(select(Person).where(Person.telegram_id == telegram_id))


async def register_person(session: AsyncSession, telegram_id: int, full_name: str, now: datetime) -> Person:
    """The person behind a Telegram account, made with this name if new."""
    person = await find_person(session, telegram_id)
    if person is None:
        person = Person(telegram_id=telegram_id, full_name=full_name, is_teacher=False, created_at=now)
        session.add(person)
        await session.flush()
    return person


def make_teacher(session: AsyncSession, person: Person, by: audit.Who) -> None:
    """From now on this person may teach."""
    if not person.is_teacher:
        person.is_teacher = True
        audit.record(session, Action.TEACHER_MADE, by, "person", about=person)


async def known_conversation(session: AsyncSession, telegram_id: int) -> Conversation | None:
    """The conversation with an account, if there is one."""
    return await session.get(Conversation, telegram_id, with_for_update=True)


async def conversation_with(session: AsyncSession, telegram_id: int, now: datetime) -> Conversation:
    """The conversation with an account, begun if there is none."""
    conversation = await known_conversation(session, telegram_id)
    if conversation is None:
        conversation = Conversation(telegram_id=telegram_id, step="", data={}, locale="en", updated_at=now)
        session.add(conversation)
    return conversation


async def drop_conversation(session: AsyncSession, telegram_id: int) -> None:
    """Forget where someone stood in a dialogue, and that there was one."""
    await session.execute(delete(Conversation).where(Conversation.telegram_id == telegram_id))


async def set_step(
    session: AsyncSession, telegram_id: int, step: str, data: Mapping[str, Any] | None, now: datetime
) -> None:
    """Move the dialogue to ``step``; an empty step ends it."""
    conversation = await conversation_with(session, telegram_id, now)
    conversation.step = step
    conversation.data = dict(data or {})
    conversation.updated_at = now


async def give_consent(
    session: AsyncSession, telegram_id: int, text_version: str, language: str, now: datetime
) -> None:
    """Record an agreement, once to each text."""
    if not await has_consent(session, telegram_id, text_version):
        session.add(Consent(telegram_id=telegram_id, text_version=text_version, language=language, given_at=now))
        _consented(session, telegram_id, text_version)


async def has_consent(session: AsyncSession, telegram_id: int, text_version: str | None = None) -> bool:
    """Whether the account's owner agreed to voice check-in, in this text or in any, and has not withdrawn."""
    if text_version is not None:
        return await _agreed(session, telegram_id, Consent.text_version == text_version)
    neither = [Consent.text_version.not_like(other + "%") for other in (_RECORDINGS, _ATTENDANCE)]
    return await _agreed(session, telegram_id, and_(*neither))


async def agree_to_attendance(
    session: AsyncSession, telegram_id: int, text_version: str, language: str, now: datetime
) -> None:
    """Record the agreement to be marked without a voice, once."""
    if not await _agreed(session, telegram_id, Consent.text_version.like(_ATTENDANCE + "%")):
        version = _ATTENDANCE + text_version
        session.add(Consent(telegram_id=telegram_id, text_version=version, language=language, given_at=now))
        _consented(session, telegram_id, version)


async def agree_to_keep_recordings(
    session: AsyncSession, telegram_id: int, text_version: str, language: str, now: datetime
) -> None:
    """Record the separate agreement to keep the enrolment recordings, once."""
    if not await keeps_recordings(session, telegram_id):
        version = _RECORDINGS + text_version
        session.add(Consent(telegram_id=telegram_id, text_version=version, language=language, given_at=now))
        _consented(session, telegram_id, version)


async def keeps_recordings(session: AsyncSession, telegram_id: int) -> bool:
    """Whether the account's owner agreed that the enrolment recordings are kept."""
    return await _agreed(session, telegram_id, Consent.text_version.like(_RECORDINGS + "%"))


def _consented(session: AsyncSession, telegram_id: int, version: str) -> None:
    owner = Account(telegram_id)
    audit.record(session, Action.CONSENT_GIVEN, owner, "consent", about=owner, version=version)


async def _agreed(session: AsyncSession, telegram_id: int, to_what: ColumnElement[bool]) -> bool:
    active = select(Consent.id).where(Consent.telegram_id == telegram_id, Consent.withdrawn_at.is_(None), to_what)
    return await session.scalar(active.limit(1)) is not None


async def withdraw_consent(session: AsyncSession, telegram_id: int, now: datetime, *, everything: bool = False) -> None:
    """End every agreement of this account that concerns its voice, or every one; the record of it stays."""
    voice = Consent.text_version.not_like(_ATTENDANCE + "%")
    withdrawn = await session.scalars(
        update(Consent)
        .where(
            Consent.telegram_id == telegram_id,
            Consent.withdrawn_at.is_(None),
            true() if everything else voice,
        )
        .values(withdrawn_at=now)
        .returning(Consent.text_version)
    )
    owner = Account(telegram_id)
    for version in withdrawn.all():
        audit.record(session, Action.CONSENT_WITHDRAWN, owner, "consent", about=owner, version=version)


async def agreements_of(session: AsyncSession, telegram_id: int) -> Sequence[Consent]:
    """Everything the account's owner ever agreed to, oldest first."""
    rows = await session.scalars(select(Consent).where(Consent.telegram_id == telegram_id).order_by(Consent.id))
    return rows.all()


async def names_of(session: AsyncSession, person_ids: Collection[int]) -> dict[int, str]:
    """Full names by id."""
    rows = await session.execute(select(Person.id, Person.full_name).where(Person.id.in_(person_ids)))
    return dict(rows.all())
