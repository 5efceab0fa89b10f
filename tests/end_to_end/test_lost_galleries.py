"""Galleries that Redis has lost, or that are of before: nobody hears of it, and each has the voice that they should."""

import os
import shutil
import signal
from pathlib import Path

from rollcall.queue import keys
from sandbox.person import Person
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, answer_to, ask, running, speak, synthetic
from tests.end_to_end.test_erasure import queue_of
from tests.end_to_end.test_survival import child

BOTH, ONE = 7, 5
"""Fields of a gallery with two people, and with one: two prints each, a version, a word on each kind of print."""


async def test_a_gallery_lost_under_a_note_and_a_queue_of_before_change_nothing(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    async with running(tmp_path / "data") as product:
        classroom = Classroom(product)
        await classroom.begin()
        anna = await classroom.student("Анна Белова", [synthetic("zac", number) for number in (1, 2, 3)])
        boris = await classroom.student("Борис Громов", [synthetic("steph2", number) for number in (1, 2, 3)])
        gallery = keys.gallery(1)
        assert len(queue_of(product).hkeys(gallery)) == BOTH

        worker = child(product, "worker")
        os.kill(worker, signal.SIGSTOP)
        sent = await anna.voice(synthetic("zac", 4))
        await wait_until(lambda: queue_of(product).xlen(keys.JOBS))
        queue_of(product).delete(gallery)
        os.kill(worker, signal.SIGCONT)
        assert "Анна Белова — " in (await answer_to(anna, sent)).text
        assert len(anna.answers_to(sent)) == 1

        log, before = product.data_dir / "valkey" / "appendonlydir", tmp_path / "before"
        shutil.copytree(log, before)
        asked = await ask(anna, "/forget")
        await anna.press("forget:yes", asked)
        await anna.answer(PATIENCE)
        await wait_until(lambda: len(queue_of(product).hkeys(gallery)) == ONE)
        await records_anew(classroom, boris, "klatt2")
        told = len(anna.inbox)
        shutil.rmtree(log)
        shutil.copytree(before, log)
        os.kill(child(product, "valkey-server"), signal.SIGKILL)
        await wait_until(lambda: "galleries were not what the database says" in product.log)
        assert len(queue_of(product).hkeys(gallery)) == ONE
        assert "/enroll" in (await speak(anna, synthetic("zac", 5))).text
        assert "Борис Громов — " in (await speak(boris, synthetic("klatt2", 4))).text
        assert "Борис Громов — " not in (await speak(boris, synthetic("steph2", 4))).text, "the voice of before"
        assert len(anna.inbox) == told + 1, "nothing was told of it"


async def records_anew(classroom: Classroom, student: Person, voice: str) -> None:
    """/enroll in another voice, and the teacher stands for it."""
    await ask(student, "/enroll")
    for number in (1, 2, 3):
        await speak(student, synthetic(voice, number))
    card = await classroom.teacher.answer(PATIENCE, lambda message: message.has("claim:"))
    await classroom.teacher.press("✅", card)
    await student.answer(PATIENCE, lambda message: "подтвердил" in message.text)
