"""A lost key and another key, as an operator meets them: one line, no restarts, nothing swallowed, and a way on."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from rollcall.config.settings import Settings
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import KEY_FILE, load_keyring, new_key, voiceprint_binding, written
from rollcall.storage.database import Database
from rollcall.storage.tables import Person, StoredVoiceprint
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running

NOW = datetime(2026, 11, 28, tzinfo=UTC)
ANNA = 77


async def test_another_key_and_a_lost_one_end_in_one_line_and_can_be_gone_on_from(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    async with running(tmp_path, ROLLCALL_SPEAKER_MODEL="dummy") as product:
        settings = Settings(data_dir=tmp_path, _env_file=None)
        with connect(settings.effective_redis_url) as client:
            await wait_until(lambda: client.hlen("rollcall:canary"))
        queue = {"ROLLCALL_REDIS_URL": settings.effective_redis_url, "ROLLCALL_VOICEPRINT_KEY": written([new_key()])}
        one_line(await rollcall(product, "worker", **queue), "put the bots' key there")
        classroom = Classroom(product)
        await classroom.begin()
        await a_voice(settings)
        await product.stop()

        key = tmp_path / KEY_FILE
        kept = key.read_bytes()
        key.unlink()
        one_line(await rollcall(product, "up"), "the voiceprint key is gone", "rollcall keys renew")
        assert not key.exists()
        assert (await rollcall(product, "keys", "renew", "--erase-voices")).returncode == 0
        assert key.read_bytes() != kept
        await product.start()
        assert "Физика 9Б" in (await ask(classroom.teacher, "/classes")).text


async def a_voice(settings: Settings) -> None:
    """Somebody is enrolled."""
    keyring = load_keyring(settings)
    database = Database(settings.effective_database_url, keyring)
    with database.session() as session:
        session.add(Person(id=ANNA, telegram_id=ANNA, full_name="Анна", created_at=NOW))
        session.flush()
        sealed = keyring.seal(b"a voice", voiceprint_binding(ANNA, "m", "w"))
        session.add(
            StoredVoiceprint(person_id=ANNA, sealed=sealed, model="m", weight_hash="w", notes=3, created_at=NOW)
        )
    await database.close()


async def rollcall(product: Product, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command, run to its end beside the product."""
    return await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "rollcall", *arguments], env={**os.environ, **product.settings, **more},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended as what is not to be started again, and said why once."""
    said = [line for line in done.stderr.splitlines() if line.startswith("rollcall: ")]
    assert (done.returncode, len(said)) == (2, 1), done.stderr
    for word in words:
        assert word in said[0]
    assert "Traceback" not in done.stderr
