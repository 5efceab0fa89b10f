"""The audit read back: records in order, the head, and the marks that they should explain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from rollcall.audit.chain import Action, Head, Record, Sealed
from rollcall.storage.audit_tables import AuditHead, AuditPseudonym, AuditRecord
from rollcall.storage.tables import Attendance, Person

_PARTS = {"yield_per": 1000}
"""In memory at a time."""
_MARKS = {Action.MARK_MADE, Action.MARK_CHANGED}


def read_records(connection: Connection) -> Iterator[tuple[Record, Sealed]]:
    """Every record with its seal, in the chain's order, a thousand in memory at a time."""
    table = AuditRecord.__table__
    with connection.execute(select(table).order_by(table.c.sequence), execution_options=_PARTS) as rows:
        for row in rows:
            record = Record(
                row.sequence, row.at, row.actor, row.action, row.object, row.subject, row.details, row.previous
            )
            yield record, Sealed(row.hash, row.key_id, row.seal)


def read_head(connection: Connection) -> Head | None:
    """The chain's sealed end."""
    row = connection.execute(select(AuditHead.__table__).where(AuditHead.id == 1)).one_or_none()
    return Head(row.sequence, Sealed(row.hash, row.key_id, row.seal)) if row is not None else None


def names_behind(connection: Connection) -> dict[str, str]:
    """Full names by pseudonym, of those who are not erased; a number where an account is no person."""
    rows = connection.execute(
        select(AuditPseudonym.pseudonym, AuditPseudonym.telegram_id, Person.full_name).outerjoin(
            Person, Person.telegram_id == AuditPseudonym.telegram_id
        )
    )
    return {pseudonym: name or f"Telegram {telegram_id}" for pseudonym, telegram_id, name in rows}


@dataclass
class Marks:
    """The last mark on record of every student in every lesson, to hold the attendance against."""

    _recorded: dict[tuple[str, str], str] = field(default_factory=dict)
    _opened: dict[str, int] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """The next record."""
        if record.action in _MARKS and record.subject is not None:
            self._recorded[record.object, record.subject] = json.loads(record.details)["status"]
        elif record.action == Action.MARK_REMOVED and record.subject is not None:
            self._recorded.pop((record.object, record.subject), None)
        elif record.action == Action.LESSON_OPENED:
            self._opened[record.object] = record.sequence

    def findings(self, connection: Connection) -> tuple[int, list[str]]:
        """How many marks are as recorded, and those that were made or changed without a record.

        Marks from before the audit began, and of people who were erased since, have no record to be held against.
        """
        query = (
            select(
                Attendance.lesson_id,
                Attendance.person_id,
                Attendance.status,
                AuditPseudonym.pseudonym,
                AuditPseudonym.since,
            )
            .join(Person, Person.id == Attendance.person_id)
            .join(AuditPseudonym, AuditPseudonym.telegram_id == Person.telegram_id)
            .order_by(Attendance.lesson_id, Attendance.person_id)
        )
        good, found = 0, []
        with connection.execute(query, execution_options=_PARTS) as rows:
            for lesson_id, person_id, status, pseudonym, since in rows:
                lesson = f"lesson:{lesson_id}"
                recorded = self._recorded.get((lesson, pseudonym))
                if recorded == status:
                    good += 1
                elif recorded is not None:
                    found.append(f"person {person_id} is {status} in lesson {lesson_id}, but on record {recorded}")
                elif self._opened.get(lesson, 0) > since:
                    found.append(f"person {person_id} is {status} in lesson {lesson_id}, and nothing is on record")
        return good, found
