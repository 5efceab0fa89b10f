"""What a kill -9 of everything leaves: students, the open lesson, the attendance, and the notes that were in flight."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, answer_to, ask, running, speak, synthetic

VOICES = ("zac", "shelby")
NAMES = {"zac": "Захар Волков", "shelby": "Шура Белкина"}


async def test_after_kill_9_of_everything_the_class_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path) as product:
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
        assert "присутствуют 2" in closed.text
        report = await ask(classroom.teacher, "/report")
        assert all(name in report.text for name in NAMES.values())
        assert not product.server.telegram.updates.pending


async def test_a_killed_worker_and_a_killed_valkey_are_replaced_and_the_notes_answered(tmp_path: Path) -> None:
    async with running(tmp_path, ROLLCALL_DELIVERY_TIMEOUT="00:00:01") as product:
        classroom = Classroom(product)
        await classroom.begin()
        student = await classroom.student(NAMES["zac"], [synthetic("zac", number) for number in (1, 2, 3)])
        for number, victim in ((4, "worker"), (5, "valkey-server")):
            sent = await student.voice(synthetic("zac", number))
            os.kill(child(product, victim), signal.SIGKILL)
            assert NAMES["zac"] in (await answer_to(student, sent)).text


async def test_when_up_alone_is_killed_its_children_do_not_live_on(tmp_path: Path, wait_until: WaitUntil) -> None:
    async with running(tmp_path) as product:
        children = {name: child(product, name) for name in ("bot", "worker", "valkey-server")}
        assert product.process
        product.process.kill()
        await product.process.wait()
        await wait_until(lambda: not [pid for pid in children.values() if Path(f"/proc/{pid}/exe").exists()])
        await product.start()


async def test_up_refuses_a_folder_in_use_and_stops_within_ten_seconds_leaving_no_process(tmp_path: Path) -> None:
    async with running(tmp_path) as product:
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
        assert len(children) == 3
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
