"""Facts on record, in the transaction that makes them: noted as they happen, written at its very end."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rollcall.audit.chain import GENESIS, Action, Detail, Head, Record, Sealed, Sealer, detail_text
from rollcall.storage.audit_tables import AuditHead, AuditPseudonym, AuditRecord
from rollcall.storage.tables import Person, Table

_PENDING = "rollcall.audit.chain"
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


def record(session: Session, /, action: Action, by: Who, what: str, *, about: Who = None, **details: Detail) -> None:
    """Put a fact on record; it is written with the rest of the session's transaction, or not at all.

    Args:
        by: who did it.
        what: the object, such as ``lesson:7``; like the details without names, Telegram ids or people's ids.
        about: whom it concerns.
    """
    _pending(session).append(_Fact(action, _who(by), what, _who(about), detail_text(details)))


def erase(session: Session, telegram_id: int) -> None:
    """Put an erasure on record and forget who the account's pseudonym is: what is on record names nobody any more."""
    record(session, Action.PERSON_ERASED, Account(telegram_id), "person", about=Account(telegram_id))
    _pending(session).append(_Erasure(telegram_id))


def write_pending(session: Session, sealer: Sealer | None) -> None:
    """Append what was noted. The head's row is locked last of all, so that nobody who waits for it is waited for."""
    pending: list[_Fact | _Erasure] = session.info.pop(_PENDING, [])
    if not pending:
        return
    if sealer is None:
        raise RuntimeError("opened without the keyring, a database takes no facts: use Database.open(settings)")
    _append(session, pending, sealer)


def _append(session: Session, pending: list[_Fact | _Erasure], sealer: Sealer) -> None:
    # Every check-in passes here: statements made once, and no objects of the mapper.
    session.flush()
    connection = session.connection()
    accounts, names = _names(connection, pending)
    head, fits = _lock_head(connection, sealer)
    if not fits:
        pending = [_Fact(Action.HEAD_LOST, None, "audit", None, detail_text({})), *pending]
    _name_newcomers(connection, accounts.values(), names, head.sequence + 1)
    sequence, digest, rows = head.sequence, head.sealed.hash, []
    for fact in pending:
        if isinstance(fact, _Erasure):
            connection.execute(delete(_pseudonyms).where(_pseudonyms.c.telegram_id == fact.telegram_id))
            names.pop(fact.telegram_id, None)
            continue
        entry = Record(
            sequence=sequence + 1,
            at=datetime.now(UTC),
            actor=_name(fact.by, accounts, names) or _SYSTEM,
            action=fact.action.value,
            object=fact.what,
            subject=_name(fact.about, accounts, names),
            details=fact.details,
            previous=digest,
        )
        sequence, digest = entry.sequence, entry.hash()
        rows.append(_row(entry, sealer.record(digest)))
    connection.execute(_INSERT, rows)
    connection.execute(_MOVE_HEAD, _head_values(sealer.head(sequence, digest)))


def _pending(session: Session) -> list[_Fact | _Erasure]:
    found: list[_Fact | _Erasure] = session.info.setdefault(_PENDING, [])
    return found


def _who(who: Who) -> Account | PersonId | None:
    return Account(who.telegram_id) if isinstance(who, Person) else who


def _names(
    connection: Connection, pending: Sequence[_Fact | _Erasure]
) -> tuple[dict[Account | PersonId, int], dict[int, str]]:
    """Telegram ids of those involved, and their pseudonyms by Telegram id where they have one."""
    everyone = {who for fact in pending if isinstance(fact, _Fact) for who in (fact.by, fact.about) if who is not None}
    accounts: dict[Account | PersonId, int] = {who: who.telegram_id for who in everyone if isinstance(who, Account)}
    names = _known_names(connection, accounts.values())
    ids = [who.id for who in everyone if isinstance(who, PersonId)]
    if ids:
        for row in connection.execute(_BY_PERSON, {"ids": ids}):
            accounts[PersonId(row.id)] = row.telegram_id
            if row.pseudonym is not None:
                names[row.telegram_id] = row.pseudonym
    return accounts, names


def _known_names(connection: Connection, telegram_ids: Iterable[int]) -> dict[int, str]:
    ids = list(telegram_ids)
    if not ids:
        return {}
    return {row.telegram_id: row.pseudonym for row in connection.execute(_BY_ACCOUNT, {"ids": ids})}


def _name_newcomers(connection: Connection, accounts: Iterable[int], names: dict[int, str], since: int) -> None:
    """A pseudonym for everyone without one. The head is locked: nobody else gives any at this moment."""
    missing = set(accounts) - set(names)
    if not missing:
        return
    names.update(_known_names(connection, missing))  # given since we looked
    new = {telegram_id: _new_name() for telegram_id in sorted(missing - set(names))}
    if new:
        rows = [{"telegram_id": one, "pseudonym": name, "since": since} for one, name in new.items()]
        connection.execute(insert(_pseudonyms), rows)
        names.update(new)


def _name(
    who: Account | PersonId | None, accounts: Mapping[Account | PersonId, int], names: Mapping[int, str]
) -> str | None:
    if who is None:
        return None
    # Someone who is gone by the end of the transaction that tells of them is told of under a name used once.
    return names.get(accounts.get(who, 0)) or _new_name()


def _new_name() -> str:
    return secrets.token_hex(16)


def _lock_head(connection: Connection, sealer: Sealer) -> tuple[Head, bool]:
    """The chain's end, nobody else's until the transaction ends; and whether it is as we left it."""
    row = connection.execute(_LOCK_HEAD).one_or_none()
    head = Head(row.sequence, Sealed(row.hash, row.key_id, row.seal)) if row is not None else None
    if head is not None and sealer.made_head(head):
        return head, True
    last = connection.execute(_LAST).one_or_none()
    start = sealer.head(last.sequence, last.hash) if last is not None else sealer.head(0, GENESIS)
    if head is not None:
        return start, False
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = dialect.insert(_head).values(id=1, **_head_values(start)).on_conflict_do_nothing()
    if not connection.execute(made.returning(_head.c.id)).all():
        return _lock_head(connection, sealer)  # another bot was first, and is done
    return start, last is None


def _head_values(head: Head) -> dict[str, Any]:
    return {
        "sequence": head.sequence,
        "hash": head.sealed.hash,
        "key_id": head.sealed.key_id,
        "seal": head.sealed.seal,
    }


def _row(entry: Record, sealed: Sealed) -> dict[str, Any]:
    return vars(entry) | {"hash": sealed.hash, "key_id": sealed.key_id, "seal": sealed.seal}


_people, _records, _head, _pseudonyms = (
    Table.metadata.tables[one.__tablename__] for one in (Person, AuditRecord, AuditHead, AuditPseudonym)
)
_BY_ACCOUNT = select(_pseudonyms.c.telegram_id, _pseudonyms.c.pseudonym).where(
    _pseudonyms.c.telegram_id.in_(bindparam("ids", expanding=True))
)
_BY_PERSON = (
    select(_people.c.id, _people.c.telegram_id, _pseudonyms.c.pseudonym)
    .outerjoin(_pseudonyms, _pseudonyms.c.telegram_id == _people.c.telegram_id)
    .where(_people.c.id.in_(bindparam("ids", expanding=True)))
)
_LOCK_HEAD = select(_head).where(_head.c.id == 1).with_for_update()
_LAST = select(_records.c.sequence, _records.c.hash).order_by(_records.c.sequence.desc()).limit(1)
_INSERT = insert(_records)
_MOVE_HEAD = update(_head).where(_head.c.id == 1)
