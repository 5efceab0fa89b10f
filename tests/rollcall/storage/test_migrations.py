"""A database of any released schema comes along with everything in it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from rollcall.audit.chain import Sealer
from rollcall.cli.audit import verify_database
from rollcall.ops import archive
from rollcall.ops.backup import reflected
from rollcall.ops.restore import fill
from rollcall.report.model import Period
from rollcall.sealing.seal import Keyring
from rollcall.storage import people, recordings, teaching, voiceprints
from rollcall.storage.database import Database
from rollcall.storage.migrate import is_current, migrate, revisions
from rollcall.storage.tables import Membership, Table
from rollcall.usecases.report import build_report
from tests.rollcall import school_year
from tests.rollcall.conftest import NINE, TEACHER

RELEASED = Path(__file__).parent / "released"
SCHEMAS = sorted(path.name for path in RELEASED.iterdir() if path.is_dir())


def packed(schema: str, folder: Path) -> Path:
    """A released schema's database, as the backup that it was."""
    path = folder / f"{schema}.rollcall"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for member in (RELEASED / schema).iterdir():
            file.write(member, member.name)
    return path


async def contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""

    def read(connection: Connection) -> dict[str, list[dict[str, Any]]]:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in reflected(connection)
        }

    with database.snapshot() as connection:
        return read(connection)


async def load(database: Database, schema: str, folder: Path) -> None:
    with archive.reading(packed(schema, folder)) as found:
        found.check()
        assert found.manifest.schema == schema
        with database.reshaping() as connection:
            (lambda sync: fill(sync, found, lambda *_: None))(connection)


async def differences(database: Database) -> list[Any]:
    """Where the database is not what the tables say."""

    def compare(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))

    with database.snapshot() as connection:
        return compare(connection)


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_released_schema_comes_along_with_every_row(
    empty_database: Database, keyring: Keyring, schema: str, tmp_path: Path
) -> None:
    database = empty_database
    await load(database, schema, tmp_path)
    with database.reshaping() as connection:
        # As they were kept until 0009, of every note.
        connection.execute(text("UPDATE attempts SET fingerprint = :some"), {"some": b"a fingerprint"})
    before = await contents(database)
    assert all(before.values()), "no table without rows"
    assert not await is_current(database)
    await migrate(database)
    assert await is_current(database)
    assert await differences(database) == []
    after = await contents(database)
    for table, rows in before.items():
        kept = [{column: row[column] for column in rows[0] if column in row} for row in after[table]]
        if table == "classes":
            # Join codes of then lasted for ever; now they run out.
            assert all(row.pop("join_code_expires_at", "later") for row in kept)
            rows = [{column: row[column] for column in kept[0]} for row in rows]
        if table == "alike_voices":
            # That a teacher was told of a pair is no longer of use: now they are asked.
            rows = [{column: row[column] for column in row if column != "told_at"} for row in rows]
        if table == "attempts":
            # A note that was never judged is no longer compared with.
            unjudged = [row for row in rows if str(row["verdict"]).lower() in ("refused", "failed")]
            assert unjudged
            for row in unjudged:
                row["fingerprint"] = None
        assert kept == rows, table
    await _works(database, keyring, schema)


async def _works(database: Database, keyring: Keyring, schema: str) -> None:
    """The school goes on: prints open, the report counts, a lesson is held, and the audit begins."""
    with database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        (physics,) = teaching.taught_classes(session, teacher, NINE)  # the other is archived
        owners = session.scalars(select(Membership.person_id).where(Membership.owner))
        assert set(owners) == {teacher.id}, "of every class, whoever made it"
        report = build_report(session, physics, Period.ALL, NINE)
        assert (len(report.lessons), len(report.students)) == (3, 6)
        assert len(voiceprints.voiceprints_of_class(session, keyring, physics.id)) == 4
        assert len((voiceprints.notes_of_class(session, keyring, physics.id))[0]) == 4
        zoe = people.find_person(session, 205)
        assert zoe
        heard = recordings.recordings_of(session, keyring, zoe.id)
        assert len(heard) == (0 if schema == "0001" else 3)
        people.give_consent(session, 200, "3", "ru", NINE)
        people.withdraw_consent(session, 200, NINE)
    verdict = verify_database(database, Sealer(keyring))
    assert verdict.findings == []
    assert verdict.records > 0


async def test_the_newest_schema_holds_a_school_year_and_is_what_the_tables_say(
    empty_database: Database, keyring: Keyring
) -> None:
    database = empty_database
    await migrate(database)
    await school_year.fill(database, keyring)
    before = await contents(database)
    assert all(before.values()), "no table without rows"
    await migrate(database)
    assert await contents(database) == before
    assert await differences(database) == []
    assert verify_database(database, Sealer(keyring)).findings == []


def test_every_schema_but_the_newest_ones_was_released_with_a_database_to_test_it() -> None:
    assert revisions()[: len(SCHEMAS)] == SCHEMAS
