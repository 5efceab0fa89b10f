"""Facts on record, in the transaction that makes them: noted as they happen, written at its very end."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.audit import GENESIS, Action, Detail, Head, Record, Sealed, Sealer, detail_text
from rollcall.storage.audit_tables import AuditHead, AuditPseudonym, AuditRecord
from rollcall.storage.tables import Person

_PENDING = "rollcall.audit"
_SYSTEM = "system"


@dataclass(frozen=True)
class Account:
    """Someone by their Telegram id, where there may be no person yet."""

    telegram_id: int


@dataclass(frozen=True)
class PersonId:
    """Someone by their id among the people."""

    id: int


Who = Account | PersonId | Person | None
"""None is the system: a lesson whose time is up, an upkeep, the command line."""


@dataclass(frozen=True)
class _Fact:
    action: Action
    by: Account | PersonId | None
    what: str
    about: Account | PersonId | None
    details: str


@dataclass(frozen=True)
class _Erasure:
    telegram_id: int


def record(session: AsyncSession, action: Action, by: Who, what: str, *, about: Who = None, **details: Detail) -> None:
    """Put a fact on record; it is written with the rest of the session's transaction, or not at all.

    Args:
        by: who did it.
        what: the object, such as ``lesson:7``; like the details without names, Telegram ids or people's ids.
        about: whom it concerns.
    """
    _pending(session).append(_Fact(action, _who(by), what, _who(about), detail_text(details)))


def erase(session: AsyncSession, telegram_id: int) -> None:
    """Put an erasure on record and forget who the account's pseudonym is: what is on record names nobody any more."""
    record(session, Action.PERSON_ERASED, Account(telegram_id), "person", about=Account(telegram_id))
    _pending(session).append(_Erasure(telegram_id))


async def write_pending(session: AsyncSession, sealer: Sealer | None) -> None:
    """Append what was noted. The head's row is locked last of all, so that nobody who waits for it is waited for."""
    pending: list[_Fact | _Erasure] = session.info.pop(_PENDING, [])
    if not pending:
        return
    if sealer is None:
        raise RuntimeError("opened without the keyring, a database takes no facts: use Database.open(settings)")
    await session.flush()
    accounts, names = await _names(session, pending)
    head, fits = await _lock_head(session, sealer)
    if not fits:
        pending.insert(0, _Fact(Action.HEAD_LOST, None, "audit", None, detail_text({})))
    await _name_newcomers(session, accounts.values(), names, head.sequence + 1)
    rows = []
    for fact in pending:
        if isinstance(fact, _Erasure):
            await session.execute(delete(AuditPseudonym).where(AuditPseudonym.telegram_id == fact.telegram_id))
            names.pop(fact.telegram_id, None)
            continue
        entry = Record(
            sequence=head.sequence + 1,
            at=datetime.now(UTC),
            actor=_name(fact.by, accounts, names) or _SYSTEM,
            action=fact.action.value,
            object=fact.what,
            subject=_name(fact.about, accounts, names),
            details=fact.details,
            previous=head.sealed.hash,
        )
        rows.append(_row(entry, sealer.record(entry.hash())))
        head = Head(entry.sequence, Sealed(entry.hash(), "", ""))
    await session.execute(insert(AuditRecord), rows)
    await session.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(**_head_values(sealer.head(head.sequence, head.sealed.hash)))
        .execution_options(synchronize_session=False)
    )


def _pending(session: AsyncSession) -> list[_Fact | _Erasure]:
    found: list[_Fact | _Erasure] = session.info.setdefault(_PENDING, [])
    return found


def _who(who: Who) -> Account | PersonId | None:
    return Account(who.telegram_id) if isinstance(who, Person) else who


async def _names(
    session: AsyncSession, pending: Sequence[_Fact | _Erasure]
) -> tuple[dict[Account | PersonId, int], dict[int, str]]:
    """Telegram ids of those involved, and their pseudonyms by Telegram id where they have one."""
    everyone = {who for fact in pending if isinstance(fact, _Fact) for who in (fact.by, fact.about) if who is not None}
    accounts: dict[Account | PersonId, int] = {who: who.telegram_id for who in everyone if isinstance(who, Account)}
    names: dict[int, str] = {}
    if accounts:
        found = select(AuditPseudonym.telegram_id, AuditPseudonym.pseudonym)
        rows = await session.execute(found.where(AuditPseudonym.telegram_id.in_(accounts.values())))
        names.update(dict(rows.all()))
    ids = [who.id for who in everyone if isinstance(who, PersonId)]
    if ids:
        known = (
            select(Person.id, Person.telegram_id, AuditPseudonym.pseudonym)
            .outerjoin(AuditPseudonym, AuditPseudonym.telegram_id == Person.telegram_id)
            .where(Person.id.in_(ids))
        )
        for person_id, telegram_id, pseudonym in await session.execute(known):
            accounts[PersonId(person_id)] = telegram_id
            if pseudonym is not None:
                names[telegram_id] = pseudonym
    return accounts, names


async def _name_newcomers(session: AsyncSession, accounts: Iterable[int], names: dict[int, str], since: int) -> None:
    """A pseudonym for everyone without one. The head is locked: nobody else gives any at this moment."""
    missing = set(accounts) - set(names)
    if not missing:
        return
    given = await session.execute(
        select(AuditPseudonym.telegram_id, AuditPseudonym.pseudonym).where(AuditPseudonym.telegram_id.in_(missing))
    )
    names.update(dict(given.all()))
    new = {telegram_id: _new_name() for telegram_id in sorted(missing - set(names))}
    if new:
        rows = [{"telegram_id": one, "pseudonym": name, "since": since} for one, name in new.items()]
        await session.execute(insert(AuditPseudonym), rows)
        names.update(new)


def _name(who: Account | PersonId | None, accounts: dict[Account | PersonId, int], names: dict[int, str]) -> str | None:
    if who is None:
        return None
    # Someone who is gone by the end of the transaction that tells of them is told of under a name used once.
    return names.get(accounts.get(who, 0)) or _new_name()


def _new_name() -> str:
    return secrets.token_hex(16)


async def _lock_head(session: AsyncSession, sealer: Sealer) -> tuple[Head, bool]:
    """The chain's end, nobody else's until the transaction ends; and whether it is as we left it."""
    head = await _head(session)
    if head is not None and sealer.made_head(head):
        return head, True
    sequence, digest = await _last(session)
    start = sealer.head(sequence, digest)
    if head is None:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        made = dialect.insert(AuditHead).values(id=1, **_head_values(start)).on_conflict_do_nothing()
        if not (await session.execute(made.returning(AuditHead.id))).all():
            return await _lock_head(session, sealer)  # another bot was first, and is done
        return start, sequence == 0
    return start, False


async def _head(session: AsyncSession) -> Head | None:
    columns = select(AuditHead.sequence, AuditHead.hash, AuditHead.key_id, AuditHead.seal).where(AuditHead.id == 1)
    row = (await session.execute(columns.with_for_update())).one_or_none()
    return Head(row.sequence, Sealed(row.hash, row.key_id, row.seal)) if row is not None else None


async def _last(session: AsyncSession) -> tuple[int, str]:
    last = select(AuditRecord.sequence, AuditRecord.hash).order_by(AuditRecord.sequence.desc()).limit(1)
    row = (await session.execute(last)).one_or_none()
    return (row.sequence, row.hash) if row is not None else (0, GENESIS)


def _head_values(head: Head) -> dict[str, Any]:
    return {
        "sequence": head.sequence,
        "hash": head.sealed.hash,
        "key_id": head.sealed.key_id,
        "seal": head.sealed.seal,
    }


def _row(entry: Record, sealed: Sealed) -> dict[str, Any]:
    return {
        "sequence": entry.sequence, "at": entry.at, "actor": entry.actor, "action": entry.action,
        "object": entry.object, "subject": entry.subject, "details": entry.details, "previous": entry.previous,
        "hash": sealed.hash, "key_id": sealed.key_id, "seal": sealed.seal,
    }  # fmt: skip
