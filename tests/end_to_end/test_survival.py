"""What a kill -9 of everything leaves: students, the open lesson, the attendance, and the notes that were in flight."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rollcall.config.settings import Settings
from rollcall.domain.verdict import Reason, Verdict
from rollcall.queue import keys
from rollcall.queue.job import Result
from rollcall.queue.worker_end import connect
from sandbox.person import Person
from tests.chaos.proxy import free_port
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, answer_to, ask, running, speak, synthetic

VOICES = ("zac", "shelby")
NAMES = {"zac": "Захар Волков", "shelby": "Шура Белкина"}


async def test_after_kill_9_of_everything_the_class_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path) as product:
        await everything_is_killed(product)


async def everything_is_killed(product: Product) -> None:
    """In a lesson, with notes in flight; at its end all of them are on the report."""
    classroom = Classroom(product)
    await classroom.begin()
    students = {
        voice: await classroom.student(NAMES[voice], [synthetic(voice, number) for number in (1, 2, 3)])
        for voice in VOICES
    }
    await ask(classroom.teacher, "/open")
    assert NAMES["zac"] in (await speak(students["zac"], synthetic("zac", 4))).text

    in_flight = [await students[voice].voice(synthetic(voice, 5)) for voice in VOICES]
    await asyncio.sleep(0.05)  # somewhere between Telegram and the answer; where exactly must not matter
    await product.kill_everything()
    late = await students["shelby"].voice(synthetic("shelby", 6))
    await product.start()

    for voice, sent in zip(VOICES, in_flight, strict=True):
        assert NAMES[voice] in (await answer_to(students[voice], sent)).text
    assert NAMES["shelby"] in (await answer_to(students["shelby"], late)).text
    closed = await ask(classroom.teacher, "/close")
    assert "Присутствуют: 2" in closed.text
    report = await ask(classroom.teacher, "/report")
    assert all(name in report.text for name in NAMES.values())
    assert not product.server.telegram.updates.pending


async def test_a_killed_worker_and_a_killed_valkey_are_replaced_and_the_notes_answered(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    async with running(tmp_path, ROLLCALL_DELIVERY_TIMEOUT="00:00:01") as product:
        classroom = Classroom(product)
        await classroom.begin()
        student = await classroom.student(NAMES["zac"], [synthetic("zac", number) for number in (1, 2, 3)])
        await a_forged_result_marks_nobody(product, classroom, student, wait_until)
        for number, victim in ((4, "worker"), (5, "valkey-server")):
            sent = await student.voice(synthetic("zac", number))
            os.kill(child(product, victim), signal.SIGKILL)
            assert NAMES["zac"] in (await answer_to(student, sent)).text


async def a_forged_result_marks_nobody(
    product: Product, classroom: Classroom, student: Person, wait_until: WaitUntil
) -> None:
    """Whoever writes into the queue cannot say who is present, nor whose note is not heard."""
    await ask(classroom.teacher, "/open")
    with connect(Settings(data_dir=product.data_dir, _env_file=None).effective_redis_url) as client:
        worker = child(product, "worker")
        os.kill(product.process.pid if product.process else 0, signal.SIGSTOP)  # or it would start another worker
        os.kill(worker, signal.SIGSTOP)
        sent = await student.voice(synthetic("shelby", 4))
        await wait_until(lambda: client.xlen(keys.JOBS) == 1)
        waiting: Any = client.xrange(keys.JOBS)
        ((_, job),) = waiting
        note = json.loads(job[b"job"])["id"]
        forged = Result(job_id=note, verdict=Verdict.ACCEPTED, reason=Reason.MATCH, confidence=1.0, score=1.0)
        client.xadd(keys.RESULTS, {"result": forged.model_dump_json()})
        await wait_until(lambda: client.xlen(keys.RESULTS) == 0)
        for process in (worker, product.process.pid if product.process else 0):
            os.kill(process, signal.SIGCONT)
        assert NAMES["zac"] not in (await answer_to(student, sent)).text
        assert client.xlen(keys.DEAD) == 1
    assert product.log.count("a result that none of our workers has signed") == 1


async def test_when_up_alone_is_killed_its_children_do_not_live_on(tmp_path: Path, wait_until: WaitUntil) -> None:
    data = tmp_path / ("deep" * 30)  # too deep for a socket
    data.mkdir(mode=0o755)
    foreseen = Path(tempfile.gettempdir()) / (
        f"rollcall-{os.getuid()}-" + hashlib.sha256(os.fsencode(data / "valkey" / "valkey.sock")).hexdigest()[:16]
    )
    foreseen.mkdir(mode=0o777)
    async with running(data) as product:
        children = {name: child(product, name) for name in ("bot", "worker", "valkey-server")}
        assert not any(foreseen.iterdir()), "a folder that anybody may have made"
        for pid in children.values():
            (cores,) = [each for each in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file" in each]
            assert cores.split()[4:6] == ["0", "0"]
        assert product.process
        product.process.kill()
        await product.process.wait()
        await wait_until(lambda: not [pid for pid in children.values() if Path(f"/proc/{pid}/exe").exists()], PATIENCE)
        (data / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("")
        await product.start()
        assert product.log.count("the queue's files are damaged, and set aside") == 1
        assert [path for path in data.rglob("*") if path.name != "up.log" and not closed(path)] == []
    foreseen.rmdir()


def closed(path: Path) -> bool:
    """Whether no other user may do anything with it."""
    return path.is_symlink() or path.stat().st_mode & 0o077 == 0


async def test_up_refuses_a_folder_in_use_and_stops_within_ten_seconds_leaving_no_process(tmp_path: Path) -> None:
    async with running(tmp_path, ROLLCALL_WEB_PORT=str(free_port())) as product:
        second = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "rollcall", "up"],
            env={**os.environ, **product.settings},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert second.returncode == 2
        assert "already runs" in second.stderr
        assert len(second.stderr.strip().splitlines()) == 1

        children = product.descendants()
        assert len(children) in (3, 4), "the pages come once bot and worker are at work"
        async with asyncio.timeout(10):
            assert await product.stop() == 0
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def child(product: Product, name: str) -> int:
    """Process id of the bot, the worker or Valkey."""
    for pid in product.descendants():
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        if name in command or name in command[0]:
            return pid
    raise LookupError(name)
