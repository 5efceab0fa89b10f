"""`rollcall doctor` says of each thing that an operator can get wrong what it is and what to do."""

from __future__ import annotations

import asyncio
import base64
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import select, text

from models import recogniser
from rollcall.cli.main import main
from rollcall.config.settings import Settings
from rollcall.ops import checkups, doctor, integrity
from rollcall.ops.finding import Finding
from rollcall.sealing.seal import Keyring, load_keyring, voiceprint_binding
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Person, StoredVoiceprint
from sandbox.server import Server
from tests.damage import damage

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def settings(folder: Path, **more: Any) -> Settings:
    return Settings(data_dir=folder, models_dir=folder, _env_file=None, **more)


def bad(finding: Finding, fact: str, cure: str) -> None:
    assert not finding.good
    assert fact in finding.fact
    assert cure in finding.cure


async def test_no_admins_and_a_setting_that_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_ADMIN", "5")
    bad(await checkups.admins(settings(tmp_path)), "none", "set ROLLCALL_ADMINS")
    bad(await checkups.names(settings(tmp_path)), "ROLLCALL_ADMIN (did you mean ROLLCALL_ADMINS?)", "correct the name")
    assert (await checkups.admins(settings(tmp_path, admins="5"))).good


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    bad(await checkups.folders(settings(tmp_path / "file")), "cannot be written", "set ROLLCALL_DATA_DIR")
    bad(await checkups.folders(settings(Path("/proc/here"))), "cannot be written", "set ROLLCALL_DATA_DIR")
    assert (await checkups.folders(settings(tmp_path / "not" / "yet"))).good


async def test_a_key_that_is_none_is_lost_or_is_another(tmp_path: Path, database: Database, keyring: Keyring) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    ours, other = (base64.b64encode(bytes([start, *range(1, 32)])).decode() for start in (0, 1))
    assert (await integrity.voiceprints(settings(tmp_path))).good, "rollcall up makes one"
    bad(
        await integrity.voiceprints(settings(tmp_path, voiceprint_key="short")),
        "base64 of 32 bytes",
        "base64 of 32 bytes",
    )
    with database.session() as session:
        person = Person(telegram_id=1, full_name="Анна", created_at=NOW)
        session.add(person)
        session.flush()
        value = keyring.seal(b"a voice", voiceprint_binding(person.id, "m", "w"))
        session.add(
            StoredVoiceprint(person_id=person.id, sealed=value, model="m", weight_hash="w", notes=3, created_at=NOW)
        )
    assert (await integrity.voiceprints(settings(tmp_path, database_url=url, voiceprint_key=ours))).good
    bad(
        await integrity.voiceprints(settings(tmp_path, database_url=url, voiceprint_key=other)),
        "does not open 1",
        "sealed them",
    )
    bad(
        await integrity.voiceprints(settings(tmp_path, database_url=url)),
        "1 voiceprints wait for it",
        "put the key back",
    )
    with database.session() as session:
        (stored,) = session.scalars(select(StoredVoiceprint))
        stored.sealed = stored.sealed[:-1] + bytes([stored.sealed[-1] ^ 1])
    bad(
        await integrity.voiceprints(settings(tmp_path, database_url=url, voiceprint_key=ours)),
        "1 voiceprints were changed",
        "Анна must send /enroll again",
    )


async def test_a_store_that_is_whole(database: Database, tmp_path: Path, valkey_url: str) -> None:
    here = settings(tmp_path, database_url=database.engine.url.render_as_string(hide_password=False))
    if database.engine.dialect.name == "postgresql":
        assert "tables can be read; indexes want" in (await integrity.database(here)).fact
        with database.session() as session:
            session.execute(text("CREATE EXTENSION amcheck"))
        assert "indexes are whole" in (await integrity.database(here)).fact
        with database.session() as session:
            session.execute(text("DROP EXTENSION amcheck"))
    else:
        assert "whole" in (await integrity.database(here)).fact
    assert (await integrity.database(settings(tmp_path / "new"))).fact == "nothing yet"
    assert (await integrity.queue(settings(tmp_path, redis_url=valkey_url))).good


async def test_a_damaged_database_is_found_and_a_backup_of_it_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = settings(tmp_path)
    load_keyring(here, create=True)
    database = Database(here.effective_database_url)
    await migrate(database)
    await database.close()
    damage(here.database_file, "lessons")
    bad(await integrity.database(here), "damaged", "restore the newest backup")
    monkeypatch.setenv("ROLLCALL_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["rollcall", "backup", str(tmp_path / "b")])
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main)
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("rollcall: the database is damaged: ")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "url",
    ["http://school.example", "https://school.example:8080", "https://localhost", "https://school.example/telegram",
     "https://192.168.1.5:8443"],
)  # fmt: skip
async def test_a_webhook_that_telegram_would_not_call(tmp_path: Path, url: str) -> None:
    bad(await checkups.webhook(settings(tmp_path, webhook_url=url)), "", "set ROLLCALL_WEBHOOK_URL to https://")
    assert (await checkups.webhook(settings(tmp_path, webhook_url="https://school.example:8443/bots"))).good


async def test_the_pages_are_near_or_at_an_address_that_answers(tmp_path: Path) -> None:
    near = await checkups.pages(settings(tmp_path))
    assert near.good
    assert "http://127.0.0.1:8080" in near.fact
    bad(await checkups.pages(settings(tmp_path, web_url="http://school.example")), "without https", "docs/web.md")
    bad(await checkups.pages(settings(tmp_path, web_url="https://127.0.0.1:9")), "does not answer", "rollcall web")


async def test_updates_that_go_elsewhere(tmp_path: Path) -> None:
    async with Server() as server:
        here = settings(tmp_path, telegram_token=server.telegram.token, telegram_api_url=server.url)
        assert (await checkups.other_bots(here)).good


async def test_a_queue_that_may_not_be_written_or_drops_what_it_has(
    tmp_path: Path, redis_url: str, redis_client: redis.Redis
) -> None:
    here = settings(tmp_path, redis_url=redis_url)
    assert "can be written, drops nothing" in (await checkups.queue_rights(here)).fact
    redis_client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        bad(await checkups.queue_rights(here), "maxmemory-policy allkeys-lru", "noeviction")
    finally:
        redis_client.config_set("maxmemory-policy", "noeviction")
    commands = ["+info", "+client", "+ping", "+hello", "+select"]
    redis_client.acl_setuser("reader", True, passwords=["+p"], keys=["*"], categories=["+@read"], commands=commands)
    try:
        scheme, _, rest = redis_url.partition("://")
        reader = f"{scheme}://reader:p@{rest.rpartition('@')[2]}"
        bad(await checkups.queue_rights(settings(tmp_path, redis_url=reader)), "may not be written", "right to write")
    finally:
        redis_client.acl_deluser("reader")


async def test_words_are_not_heard_without_the_extra_or_the_weights_and_the_cure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad(await doctor._words(settings(tmp_path)), "whisper-base is not here", "rollcall models pull whisper-base")
    bad(await doctor._words(settings(tmp_path, words_model="wisper")), "no model is called 'wisper'", "WORDS_MODEL")
    assert (await doctor._words(settings(tmp_path, words_model="dummy"))).fact == "listened for by dummy"
    assert (await doctor._words(settings(tmp_path, words_model="none"))).fact == "not listened for here"
    monkeypatch.setattr(recogniser, "installed", lambda: False)
    found = await doctor._words(settings(tmp_path))
    assert found.good, "who asks for no words needs no extra"
    assert "pip install 'rollcall[words]'" in found.fact
