"""What an operator sees of the running product: its log, its metrics, and that what is stuck is started again."""

import asyncio
import base64
import json
import os
import re
import signal
import socket
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from rollcall.config.settings import Settings
from rollcall.sealing.seal import load_keyring
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt, EnrolmentNote, Person
from rollcall.storage.voiceprints import open_note
from sandbox.faults import Fault
from tests.chaos.proxy import free_port
from tests.conftest import WaitUntil
from tests.end_to_end.product import Classroom, Product, ask, running, speak, synthetic

NAMES = {"zac": "Захар Волков", "shelby": "Шура Белкина"}
FOR_EVER = 1_000_000
SCHEMA = ["time", "level", "process", "logger", "message", "fields"]


async def test_the_log_of_a_whole_lesson_with_errors_holds_no_secret_and_nobody(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    port = free_ports()
    settings = {
        "ROLLCALL_LOG_FORMAT": "json",
        "ROLLCALL_LOG_LEVEL": "DEBUG",
        "ROLLCALL_OPS_PORT": str(port),
        "ROLLCALL_WEB_PORT": str(free_port()),
    }
    async with running(tmp_path, **settings) as product:
        telegram = product.server.telegram
        classroom = Classroom(product)
        await classroom.begin()
        student = await classroom.student(NAMES["zac"], [synthetic("zac", number) for number in (1, 2, 3)])
        other = product.person(NAMES["shelby"])
        await classroom.join(other, NAMES["shelby"])
        await ask(classroom.teacher, "/open")
        await speak(student, synthetic("zac", 4))

        # Telegram quotes the message it does not like; answers what nobody can read; hangs up; says nothing.
        quoting = Fault("sendMessage", code=400, detail=f"can't parse entities near {NAMES['shelby']}", times=1)
        for fault in (quoting, *(Fault("sendMessage", kind) for kind in ("garbage", "drop"))):
            telegram.faults.add(fault)
            await other.say("/me")
            await other.answer(60, lambda message: "zzz" not in message.text)
        telegram.faults.add(Fault("file", "drop", times=2))  # of one, the client begins anew by itself
        await speak(student, synthetic("zac", 5))
        killed = child(product, "worker")
        assert killed
        os.kill(killed, signal.SIGKILL)
        await speak(student, synthetic("zac", 6))
        await ask(classroom.teacher, "/close")

        async def all_is_handled() -> bool:
            return (await asyncio.to_thread(metrics, port))["rollcall_bot_inbox_waiting", ()] == 0

        await wait_until(all_is_handled)
        bot, worker = [await asyncio.to_thread(metrics, each) for each in (port, port + 1)]

    lines = [json.loads(line) for line in product.log.splitlines()]
    assert [line for line in lines if list(line)[: len(SCHEMA)] != SCHEMA] == []
    assert {line["process"] for line in lines} - {"web"} == {"up", "bot", "worker"}  # the pages come last
    assert any("telegram.error.BadRequest" in line.get("exception", "") for line in lines)
    log = product.log
    found = [each for each in await private(product) if re.search(rf"(?<![\w.-]){re.escape(each)}(?![\w.-])", log)]
    assert found == []

    assert bot["rollcall_bot_answer_seconds_count", ("check_in",)] >= 3
    assert bot["rollcall_bot_telegram_errors_total", ("bad_request",)] >= 1
    assert bot["rollcall_bot_telegram_errors_total", ("garbage",)] >= 1
    assert bot["rollcall_bot_telegram_errors_total", ("network",)] >= 2
    assert bot["rollcall_bot_updates_failed_total", ("command",)] == 1
    received, handled = (bot[f"rollcall_bot_updates_{state}_total", ("voice",)] for state in ("received", "handled"))
    assert received == handled == 6
    assert bot["rollcall_bot_workers", ()] >= 1
    assert worker["rollcall_worker_stage_seconds_count", ("match",)] >= 1
    assert worker["rollcall_worker_notes_claimed_total", ()] == worker["rollcall_worker_batch_notes_sum", ()] >= 1
    assert [labels[0] for name, labels in worker if name == "rollcall_worker_encoder_info"] == ["campplus"]


async def test_a_deaf_bot_and_a_worker_that_stands_still_are_told_and_started_again(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    port = free_ports()
    settings = {
        "ROLLCALL_OPS_PORT": str(port),
        "ROLLCALL_STUCK_AFTER": "00:00:06",
        "ROLLCALL_DELIVERY_TIMEOUT": "00:00:01",
        "ROLLCALL_SPEAKER_MODEL": "dummy",
    }

    async def says(path: str, door: int, code: int) -> bool:
        return await asyncio.to_thread(status, door, path) == code

    async with running(tmp_path, **settings) as product:
        faults = product.server.telegram.faults
        teacher = Classroom(product).teacher
        for door in (port, port + 1):
            await wait_until(lambda door=door: says("/ready", door, 200))
            assert await says("/live", door, 200)
        bot, worker = child(product, "bot"), child(product, "worker")
        assert product.process
        assert bot
        assert worker
        os.kill(product.process.pid, signal.SIGSTOP)  # or they would be gone before we could look
        os.kill(worker, signal.SIGSTOP)
        faults.add(Fault("getUpdates", "hang", times=FOR_EVER))
        await wait_until(lambda: says("/live", port, 503), timeout=60)
        await wait_until(lambda: says("/live", port + 1, 0))
        faults.clear()
        os.kill(product.process.pid, signal.SIGCONT)
        await wait_until(lambda: child(product, "bot") not in (bot, None), timeout=60)
        await wait_until(lambda: child(product, "worker") not in (worker, None), timeout=60)
        for door in (port, port + 1):
            await wait_until(lambda door=door: says("/ready", door, 200), timeout=60)
        assert (await ask(teacher, "/start")).text
        assert "telegram=Telegram answers, but has not been asked for updates" in product.log
        assert "a process does not move and is killed child=worker why=silent" in product.log


async def private(product: Product) -> set[str]:
    """Everything that must not be in a log: secrets, names, ids of people and files, voices in any spelling."""
    settings = Settings(data_dir=product.data_dir, _env_file=None)
    keyring, database = load_keyring(settings), Database(settings.effective_database_url)
    with database.session() as session:
        people = [str(person.telegram_id) for person in session.scalars(select(Person))]
        attempts = session.scalars(select(Attempt)).all()
        notes = session.scalars(select(EnrolmentNote)).all()
    await database.close()
    files = [each for attempt in attempts for each in (attempt.file_id, attempt.file_unique_id)]
    voices = [open_note(keyring, note) for note in notes]
    secret = [note.embedding for note in notes] + [voice.tobytes() for voice in voices]
    secret += [attempt.fingerprint for attempt in attempts if attempt.fingerprint]
    paths = [call.values["path"] for call in product.server.telegram.calls if call.method == "file"]
    token = product.server.telegram.token
    key = (product.data_dir / "voiceprint.key").read_text().strip()
    assert len(people) == 3
    assert len(attempts) == 6
    assert len(notes) == 3
    assert len(paths) >= 6
    spelt = [base64.b64encode(blob)[:40].decode() for blob in secret]
    spelt += [form for blob in secret for form in (blob.hex()[:40], repr(blob)[2:40])]
    spelt += [str(number) for voice in voices for number in voice[:3].tolist()]
    words = [part for name in NAMES.values() for part in name.split()]
    return {token, token.partition(":")[2], key, "Мария", "Ивановна", "Физика", *people, *files, *spelt, *words, *paths}


def metrics(port: int) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by its name and its labels' values, those in order of their names."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def status(port: int, path: str) -> int:
    """The HTTP status; 0 for no answer within two seconds."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def free_ports() -> int:
    """A port that is free, and so is the next."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def child(product: Product, name: str) -> int | None:
    """Process id of the bot or the worker, while there is one."""
    for pid in product.descendants():
        with suppress(OSError):
            if name in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                return pid
    return None
