"""``rollcall audit``: is the chain whole, and what is on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rollcall.audit.chain import Action, Record, Sealer
from rollcall.audit.check import Chain, Noted
from rollcall.config.settings import Settings
from rollcall.sealing.seal import load_keyring
from rollcall.storage import audit
from rollcall.storage.audit_reading import Marks, names_behind, read_head, read_records
from rollcall.storage.database import Database, database_needed


@dataclass(frozen=True)
class Verdict:
    """What the check found.

    Attributes:
        records: how many there are.
        end: the last record, to be written down outside the database.
        marks: how many marks are as recorded.
        findings: what is wrong, one line each.
    """

    records: int
    end: str
    marks: int
    findings: list[str]


@dataclass(frozen=True)
class Choice:
    """Which records to export: those between two moments, of an action (or of several: ``mark``), on an object."""

    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    object: str = ""

    def takes(self, record: Record) -> bool:
        """Whether a record is among them."""
        return (
            (self.since is None or record.at >= self.since)
            and (self.until is None or record.at < self.until)
            and (not self.action or record.action == self.action or record.action.startswith(self.action + "."))
            and (not self.object or record.object == self.object)
        )


def verify(settings: Settings, noted: Noted | None = None) -> Verdict:
    """Follow the whole chain, and hold the marks against it; bots may go on meanwhile."""
    keyring = load_keyring(settings)
    database = Database(settings.effective_database_url)
    try:
        with database_needed():
            return verify_database(database, Sealer(keyring), noted)
    finally:
        database.shut()


def verify_database(database: Database, sealer: Sealer, noted: Noted | None = None) -> Verdict:
    """The same of an open database."""
    chain, marks = Chain(sealer, noted), Marks()
    with database.snapshot() as connection:
        for record, sealed in read_records(connection):
            chain.take(record, sealed)
            marks.take(record)
        head = read_head(connection)
        good, unexplained = marks.findings(connection)
    return Verdict(chain.length, chain.end, good, chain.findings(head) + unexplained)


def export(settings: Settings, choice: Choice, *, names: bool) -> Iterator[str]:
    """JSON lines of the records chosen. The export is itself on record, before its first line."""
    database = Database.open(settings)
    try:
        with database_needed(), database.session() as session:
            audit.record(session, Action.EXPORT_MADE, None, "audit", form="jsonl", names=names)
        with database.snapshot() as connection:
            people = names_behind(connection) if names else {}
            for record, sealed in read_records(connection):
                if choice.takes(record):
                    yield _line(record, people, **asdict(sealed))
    finally:
        database.shut()


def _line(record: Record, people: dict[str, str], **more: Any) -> str:
    line = asdict(record) | more
    line["at"] = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    line["details"] = json.loads(record.details)
    if people:
        line["actor_name"] = people.get(record.actor)
        line["subject_name"] = people.get(record.subject or "")
    return json.dumps(line, ensure_ascii=False)
