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

from rollcall.seal import load_keyring
from rollcall.settings import Settings
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt, EnrolmentNote, Person
from rollcall.storage.voiceprints import open_note
from sandbox.faults import Fault
from tests.conftest import WaitUntil
from tests.end_to_end.product import Classroom, Product, answer_to, ask, running, speak, synthetic

NAMES = {"zac": "Захар Волков", "shelby": "Шура Белкина"}
FOR_EVER = 1_000_000
SCHEMA = ["time", "level", "process", "logger", "message", "fields"]


async def test_the_log_of_a_whole_lesson_with_errors_holds_no_secret_and_nobody(tmp_path: Path) -> None:
    port = free_ports()
    settings = {
        "ROLLCALL_LOG_FORMAT": "json",
        "ROLLCALL_LOG_LEVEL": "DEBUG",
        "ROLLCALL_OPS_PORT": str(port),
    }
    async with running(tmp_path, **settings) as product:
        telegram = product.server.telegram
        classroom = Classroom(product)
        await classroom.begin()
        students = {
            voice: await classroom.student(NAMES[voice], [synthetic(voice, number) for number in (1, 2, 3)])
            for voice in NAMES
        }
        await ask(classroom.teacher, "/open")
        sent = await students["zac"].voice(synthetic("zac", 4))
        await answer_to(students["zac"], sent)

        # Telegram quotes the message it does not like; answers what nobody can read; hangs up; says nothing.
        quoting = Fault("sendMessage", code=400, detail=f"can't parse entities near {NAMES['shelby']}", times=1)
        for fault in (quoting, *(Fault("sendMessage", kind) for kind in ("garbage", "drop"))):
            telegram.faults.add(fault)
            await students["shelby"].say("/me")
            await students["shelby"].answer(60, lambda message: "zzz" not in message.text)
        telegram.faults.add(Fault("file", "drop"))
        await speak(students["shelby"], synthetic("shelby", 4))
        killed = child(product, "worker")
        assert killed
        os.kill(killed, signal.SIGKILL)
        await speak(students["shelby"], synthetic("shelby", 5))
        await ask(classroom.teacher, "/close")
        bot, worker = [await asyncio.to_thread(metrics, each) for each in (port, port + 1)]

    lines = [json.loads(line) for line in product.log.splitlines()]
    assert [line for line in lines if list(line)[: len(SCHEMA)] != SCHEMA] == []
    assert {line["process"] for line in lines} == {"up", "bot", "worker"}
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
    assert received == handled == 9
    assert bot["rollcall_bot_inbox_waiting", ()] == 0
    assert bot["rollcall_bot_workers", ()] >= 1
    assert worker["rollcall_worker_stage_seconds_count", ("match",)] >= 1
    assert worker["rollcall_worker_notes_claimed_total", ()] == worker["rollcall_worker_batch_notes_sum", ()] >= 1
    assert [labels[0] for name, labels in worker if name == "rollcall_worker_encoder_info"] == ["campplus"]


async def test_a_deaf_bot_is_told_from_one_whose_telegram_is_away_and_is_started_again(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    port = free_ports()
    settings = {
        "ROLLCALL_OPS_PORT": str(port),
        "ROLLCALL_STUCK_AFTER": "00:00:06",
        "ROLLCALL_SPEAKER_MODEL": "dummy",
    }
    async with running(tmp_path, **settings) as product:
        faults, bot = product.server.telegram.faults, child(product, "bot")

        async def says(what: str, code: int) -> bool:
            return await asyncio.to_thread(status, port, what) == code

        await wait_until(lambda: says("/ready", 200))
        # Nothing is answered: not the bot's fault, and no restart would help.
        faults.add(Fault("*", "drop", times=FOR_EVER))
        await wait_until(lambda: says("/ready", 503))
        await asyncio.sleep(6)
        assert await says("/live", 200)
        faults.clear()
        await wait_until(lambda: says("/ready", 200))
        assert child(product, "bot") == bot

        # Everything is answered but the question for updates.
        faults.add(Fault("getUpdates", "hang", times=FOR_EVER))
        teacher = product.person("Мария")
        await wait_until(lambda: "Telegram answers, but" in product.log, timeout=40)
        await wait_until(lambda: child(product, "bot") not in (bot, None), timeout=40)
        faults.clear()
        faults.release()
        assert (await ask(teacher, "/start")).text


async def test_a_stopped_worker_is_replaced_and_its_note_answered(tmp_path: Path, wait_until: WaitUntil) -> None:
    port = free_ports()
    settings = {
        "ROLLCALL_OPS_PORT": str(port),
        "ROLLCALL_STUCK_AFTER": "00:00:05",
        "ROLLCALL_DELIVERY_TIMEOUT": "00:00:01",
        "ROLLCALL_SPEAKER_MODEL": "dummy",
    }
    async with running(tmp_path, **settings) as product:
        classroom = Classroom(product)
        await classroom.begin()
        student = await classroom.student(NAMES["zac"], [synthetic("zac", number) for number in (1, 2, 3)])
        assert await asyncio.to_thread(status, port + 1, "/live") == 200
        worker = child(product, "worker")
        assert worker
        os.kill(worker, signal.SIGSTOP)
        assert (await speak(student, synthetic("zac", 4))).text
        assert "a process does not move and is killed child=worker why=silent" in product.log


async def test_without_a_port_nothing_listens(tmp_path: Path) -> None:
    async with running(tmp_path, ROLLCALL_SPEAKER_MODEL="dummy") as product:
        for name in ("bot", "worker"):
            pid = child(product, name)
            assert pid
            assert listening(pid) == set()


async def private(product: Product) -> set[str]:
    """Everything that must not be in a log: secrets, names, ids of people and files, voices in any spelling."""
    settings = Settings(data_dir=product.data_dir, _env_file=None)
    keyring, database = load_keyring(settings), Database(settings.effective_database_url)
    async with database.session() as session:
        people = [str(person.telegram_id) for person in await session.scalars(select(Person))]
        attempts = (await session.scalars(select(Attempt))).all()
        notes = (await session.scalars(select(EnrolmentNote))).all()
    await database.close()
    files = [each for attempt in attempts for each in (attempt.file_id, attempt.file_unique_id)]
    voices = [open_note(keyring, note) for note in notes]
    secret = [note.embedding for note in notes] + [voice.tobytes() for voice in voices]
    secret += [attempt.fingerprint for attempt in attempts if attempt.fingerprint]
    paths = [call.values["path"] for call in product.server.telegram.calls if call.method == "file"]
    token = product.server.telegram.token
    key = (product.data_dir / "voiceprint.key").read_text().strip()
    assert len(people) == 3
    assert len(attempts) >= 9
    assert len(notes) == 6
    assert len(paths) >= 9
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


def listening(pid: int) -> set[str]:
    """Addresses of a process's listening TCP sockets."""
    process = Path(f"/proc/{pid}")
    ours = {str(file.readlink()) for file in (process / "fd").iterdir()}
    tables = [(process / "net" / name).read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in ours}
