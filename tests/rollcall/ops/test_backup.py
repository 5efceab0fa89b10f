"""Backup and restore, on SQLite and PostgreSQL and from one to the other."""

from __future__ import annotations

import asyncio
import base64
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from rollcall.audit.chain import Sealer
from rollcall.audit.check import Noted
from rollcall.cli.audit import verify_database
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongUse
from rollcall.ops import archive
from rollcall.ops.archive import ArchiveWriter, Column
from rollcall.ops.backup import Made, backup, dump
from rollcall.ops.restore import restore, restore_into
from rollcall.sealing.seal import Keyring
from rollcall.storage import classes, invites, people, teaching
from rollcall.storage.database import Database
from rollcall.storage.migrate import is_current, migrate
from rollcall.storage.voiceprints import voiceprints_of_class
from tests.rollcall import school_year
from tests.rollcall.conftest import NINE, TEACHER, Kind, fresh_database
from tests.rollcall.storage.test_migrations import SCHEMAS, contents, load, packed

KEY = base64.b64encode(bytes(range(32))).decode()


def settings_of(database: Database, key: str = KEY) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    nowhere = "unix:///nowhere/redis.sock"
    return Settings(database_url=url, redis_url=nowhere, voiceprint_key=key, _env_file=None)


def silent(_table: str, _done: int, _total: int) -> None: ...


def comparable(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The same on both databases: SQLite's times come without their zone."""

    def plain(value: Any) -> Any:
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value

    return {table: [{name: plain(one) for name, one in row.items()} for row in found] for table, found in rows.items()}


async def filled(database: Database, folder: Path) -> None:
    """With a school of a released schema, brought up to the present one."""
    await load(database, SCHEMAS[-1], folder)
    await migrate(database)


@pytest.mark.postgres
@pytest.mark.parametrize("source", ["sqlite", "postgres"])
async def test_a_school_comes_back_whole_from_and_to_either_database(
    tmp_path: Path, keyring: Keyring, source: Kind
) -> None:
    file = tmp_path / "school.rollcall"
    async with fresh_database(source, tmp_path, keyring) as old:
        await migrate(old)
        await school_year.fill(old, keyring)
        ticks: list[tuple[str, int, int]] = []
        made = backup(settings_of(old), file, lambda *tick: ticks.append(tick))
        before = comparable(await contents(old))
        assert {(table, len(rows), len(rows)) for table, rows in before.items()} <= set(ticks), "told to the end"
        assert made.rows == sum(len(rows) for rows in before.values())
    targets: tuple[Kind, ...] = ("sqlite", "postgres")
    for target in targets:
        async with fresh_database(target, tmp_path, keyring) as new:
            await _comes_back(new, keyring, file, before, made)


async def _comes_back(
    new: Database, keyring: Keyring, file: Path, before: dict[str, list[dict[str, Any]]], made: Made
) -> None:
    restored = await asyncio.to_thread(restore, settings_of(new), file, silent)
    assert restored.key_held
    assert await is_current(new)
    after = comparable(await contents(new))
    assert after["audit_records"][-1]["action"] == "database.restored"
    assert after["audit_records"][:-1] == before["audit_records"]
    signed_in = {"web_links", "web_sessions"}
    for table in before.keys() - {"audit_records", "audit_head"} - signed_in:
        assert after[table] == before[table], table
    assert not any(after[table] for table in signed_in), "a backup signs nobody in"

    verdict = verify_database(new, Sealer(keyring), Noted.parse(made.manifest.audit_head))
    assert verdict.findings == []
    assert verdict.marks > 0
    await _goes_on(new, keyring)


async def _goes_on(database: Database, keyring: Keyring) -> None:
    """New rows get numbers of their own, and what was sealed opens."""
    with database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        (physics,) = teaching.taught_classes(session, teacher, NINE)
        assert len(voiceprints_of_class(session, keyring, physics.id)) == 4
        chemistry = classes.create_class(session, teacher, "Химия", "UTC", NINE)
        newcomer = people.register_person(session, 999, "Новенькая", NINE)
        people.give_consent(session, 999, "1", "ru", NINE)
        assert (chemistry.id, newcomer.id) == (3, 11)
        assert classes.join_class(session, newcomer, chemistry, NINE)


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_backup_of_a_released_schema_is_brought_up_to_the_present_one(
    tmp_path: Path, keyring: Keyring, schema: str
) -> None:
    async with fresh_database("sqlite", tmp_path, keyring) as database:
        restored = await asyncio.to_thread(restore, settings_of(database), packed(schema, tmp_path), silent)
        assert restored.manifest.schema == schema
        assert await is_current(database)
        rows = await contents(database)
        for table, member in restored.manifest.tables.items():
            assert len(rows[table]) == member.rows
        assert verify_database(database, Sealer(keyring)).records == 1


async def test_an_older_schema_is_backed_up_as_it_is(tmp_path: Path, keyring: Keyring) -> None:
    async with fresh_database("sqlite", tmp_path, keyring) as database:
        await load(database, "0002", tmp_path)
        made = backup(settings_of(database), tmp_path / "old.rollcall", silent)
    assert made.manifest.schema == "0002"
    assert "audit_records" not in made.manifest.tables


async def test_a_backup_made_while_others_write_is_of_one_moment(empty_database: Database, keyring: Keyring) -> None:
    database = empty_database
    await migrate(database)

    class Interrupted(ArchiveWriter):
        """Before every table somebody else commits an invitation together with its record."""

        def add(self, table: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
            with database.session() as session:
                invites.create_invite(session, TEACHER, timedelta(days=7), NINE)
            super().add(table, columns, rows)

    for _ in range(3):
        with database.session() as session:
            invites.create_invite(session, TEACHER, timedelta(days=7), NINE)
    with zipfile.ZipFile(Path("/dev/null"), "w") as nowhere:
        writer = Interrupted(nowhere)
        with database.snapshot() as connection:
            manifest = dump(connection, writer, keyring.key_ids[0], silent)
    assert manifest.tables["invites"].rows == manifest.tables["audit_records"].rows == 3
    assert manifest.audit_head.startswith("3:")
    assert len((await contents(database))["invites"]) == 3 + len(manifest.tables)


async def test_a_backup_is_for_its_maker_alone_and_the_key_is_not_in_it(tmp_path: Path, keyring: Keyring) -> None:
    file = tmp_path / "school.rollcall"
    async with fresh_database("sqlite", tmp_path, keyring) as database:
        await filled(database, tmp_path)
        made = backup(settings_of(database), file, silent)
        with pytest.raises(WrongUse, match="is there already"):
            backup(settings_of(database), file, silent)
    assert file.stat().st_mode & 0o777 == 0o600
    assert made.sha256 == archive.sha256_of(file)
    with zipfile.ZipFile(file) as members:
        everything = b"".join(members.read(name) for name in members.namelist())
    for form in (bytes(range(32)), KEY.encode(), bytes(range(32)).hex().encode()):
        assert form not in everything
    assert made.manifest.key_id.encode() in everything
    assert "Анна Белова".encode() in everything


async def test_a_backup_that_fails_leaves_no_file(tmp_path: Path, keyring: Keyring) -> None:
    async with fresh_database("sqlite", tmp_path, keyring) as database:
        with pytest.raises(Unavailable, match="no schema"):
            backup(settings_of(database), tmp_path / "school.rollcall", silent)
        with pytest.raises(Unavailable, match="cannot be written"):
            backup(settings_of(database), tmp_path / "nowhere" / "school.rollcall", silent)
    assert [path.name for path in tmp_path.iterdir() if "school" in path.name] == []


async def test_a_database_that_is_not_empty_is_replaced_only_where_told(
    empty_database: Database, keyring: Keyring, tmp_path: Path
) -> None:
    database, file = empty_database, tmp_path / "school.rollcall"
    await filled(database, tmp_path)
    backup(settings_of(database), file, silent)
    with database.session() as session:
        people.register_person(session, 999, "Новенькая", NINE)
    before = await contents(database)
    with pytest.raises(WrongUse, match="--replace"):
        await asyncio.to_thread(restore, settings_of(database), file, silent)
    assert await contents(database) == before
    await asyncio.to_thread(restore, settings_of(database), file, silent, replace=True)
    after = await contents(database)
    assert 999 not in [row["telegram_id"] for row in after["people"]]
    assert verify_database(database, Sealer(keyring)).findings == []
    with pytest.raises(Exception, match="append-only"), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_records"))


async def test_a_restore_that_fails_on_its_way_changes_nothing(
    empty_database: Database, keyring: Keyring, tmp_path: Path
) -> None:
    database = empty_database
    await filled(database, tmp_path)
    before = await contents(database)
    with archive.writing(tmp_path / "twice.rollcall") as writer:
        with database.snapshot() as connection:
            manifest = dump(connection, writer, keyring.key_ids[0], silent)
        writer.finish(manifest)
    again = rewritten(tmp_path / "twice.rollcall", "reviews.jsonl", lambda data: data + data.splitlines(True)[-1])
    with archive.reading(again) as found, pytest.raises(Exception, match=r"(?i)unique"):
        restore_into(database, keyring, found, silent, sha256="", replace=True)
    assert await contents(database) == before


def rewritten(file: Path, member: str, change: Any) -> Path:
    """The same archive with one member changed; the zip itself is sound."""
    changed = file.with_suffix(".changed")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return changed


def changed_row(data: bytes) -> bytes:
    return data.replace("Анна".encode(), "Инна".encode())


def of_tomorrow(data: bytes) -> bytes:
    return json.dumps(json.loads(data) | {"schema": "9999"}).encode()


async def test_a_damaged_or_strange_or_newer_backup_is_refused(tmp_path: Path, keyring: Keyring) -> None:
    good = packed(SCHEMAS[-1], tmp_path)
    whole = good.read_bytes()
    cut, flipped, text_file = tmp_path / "cut", tmp_path / "flipped", tmp_path / "text"
    cut.write_bytes(whole[: len(whole) // 2])
    flipped.write_bytes(whole[:3000] + bytes([whole[3000] ^ 1]) + whole[3001:])
    text_file.write_text("INSERT INTO people")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as strange:
        strange.writestr("manifest.json", '{"format": "something else"}')
    cases = {
        cut: "damaged",
        flipped: "damaged",
        text_file: "damaged",
        other: "no backup of Rollcall",
        rewritten(good, "people.jsonl", changed_row): "people is not as it was written",
        rewritten(good, "manifest.json", of_tomorrow).rename(tmp_path / "newer"): "newer Rollcall",
        tmp_path / "missing": "cannot be read",
    }
    async with fresh_database("sqlite", tmp_path, keyring) as database:
        for file, message in cases.items():
            if file.suffix == ".changed":
                rewritten(good, "people.jsonl", changed_row)
            with pytest.raises((Unavailable, WrongUse), match=message):
                await asyncio.to_thread(restore, settings_of(database), file, silent)
        assert await contents(database) == {}


async def test_a_restore_tells_whether_the_key_of_the_voiceprints_is_held(tmp_path: Path, keyring: Keyring) -> None:
    other = base64.b64encode(bytes(32)).decode()
    async with fresh_database("sqlite", tmp_path, keyring) as database:
        restored = await asyncio.to_thread(restore, settings_of(database, other), packed(SCHEMAS[-1], tmp_path), silent)
        assert not restored.key_held
        assert restored.manifest.key_id == keyring.key_ids[0]
