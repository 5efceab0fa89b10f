"""Faults met by one bot and one worker: whatever dies or fails, every note is answered once and marked once."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.storage.tables import Attempt
from sandbox.faults import Fault
from tests.chaos.conftest import Home
from tests.conftest import WaitUntil

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

ANDY, DEMON, GENE, KLATT, STEPH = "AnxiousAndy", "Demonic", "Gene2", "klatt2", "steph2"


@pytest.fixture(autouse=True)
def _mended(small: Home) -> Iterator[None]:
    """Whatever a test leaves stopped, full or armed, the next one finds in order."""
    yield
    small.house.server.telegram.faults.clear()
    small.house.server.telegram.faults.release()
    for child in small.house.children:
        child.held.set()
        child.send(signal.SIGCONT)
    small.client.config_set("maxmemory", 0)


async def test_a_bot_killed_with_a_note_in_each_state_answers_all_of_them(small: Home, wait_until: WaitUntil) -> None:
    house, form, faults = small.house, small.form, small.house.server.telegram.faults
    (bot,), (worker,) = house.bots, house.workers
    await form.open()

    owed = form.students[ANDY].id
    faults.add(Fault("sendMessage", kind="hang", chat_id=owed, times=99))
    before = small.calls("sendMessage", owed)
    applied = await form.check_in(ANDY)
    await wait_until(lambda: small.calls("sendMessage", owed) > before)

    faults.add(Fault("sendMessage", kind="hang", chat_id=form.students[DEMON].id, carried_out=True))
    unrecorded = await form.check_in(DEMON)
    await wait_until(lambda: unrecorded.answers)

    assert worker.send(signal.SIGSTOP)
    queued = await form.check_in(GENE)
    await wait_until(lambda: small.jobs() == 1)

    faults.add(Fault("getFile", kind="hang"))
    fetched = small.calls("getFile")
    received = await form.check_in(KLATT)
    await wait_until(lambda: small.calls("getFile") > fetched)

    bot.held.clear()
    house.kill(bot)
    assert worker.send(signal.SIGCONT)
    await wait_until(lambda: small.results() == 1)  # settled, and nobody there to apply it
    waiting = await form.check_in(STEPH)
    faults.clear()
    faults.release()
    bot.held.set()

    small.again += 1  # the documented window: sent, and not written down
    await small.check(applied, unrecorded, queued, received, waiting)
    assert len(unrecorded.answers) == 2
    await form.close()


async def test_a_worker_killed_before_and_after_the_embedding_costs_no_note(small: Home, wait_until: WaitUntil) -> None:
    house, form = small.house, small.form
    (worker,) = house.workers
    await form.open()

    worker.held.clear()
    house.kill(worker)
    claimed = await form.check_in(ANDY)
    await wait_until(lambda: small.jobs() == 1)
    # What a worker leaves that dies with a note in hand.
    assert small.client.xreadgroup("workers", "dead-1", {"rollcall:jobs": ">"})
    worker.held.set()
    await small.check(claimed)

    assert worker.send(signal.SIGSTOP)
    embedded = await form.check_in(DEMON)
    await wait_until(lambda: small.jobs() == 1)
    log = worker.log
    before = log.read_text().count("a result waits for the queue")
    small.client.config_set("maxmemory", 1)
    assert worker.send(signal.SIGCONT)
    await wait_until(lambda: log.read_text().count("a result waits for the queue") > before)
    house.kill(worker)
    small.client.config_set("maxmemory", 0)
    await small.check(embedded)
    await form.close()


async def test_a_queue_that_is_killed_and_away_for_a_while_loses_nothing(small: Home, wait_until: WaitUntil) -> None:
    house, form = small.house, small.form
    (worker,) = house.workers
    await form.open()
    assert worker.send(signal.SIGSTOP)
    inside = await form.check_in(ANDY)
    await wait_until(lambda: small.jobs() == 1)
    house.queue.held.clear()
    house.kill(house.queue)
    log = house.bots[0].log
    before = log.read_text().count("tried again soon")
    outside = await form.check_in(DEMON)
    await wait_until(lambda: log.read_text().count("tried again soon") > before)
    assert worker.send(signal.SIGCONT)
    house.queue.held.set()
    await small.check(inside, outside)
    await form.close()


async def test_a_queue_whose_memory_is_full_makes_notes_wait_and_still_takes_the_results(
    small: Home, wait_until: WaitUntil
) -> None:
    house, form, client = small.house, small.form, small.client
    (bot,), (worker,) = house.bots, house.workers
    await form.open()
    assert worker.send(signal.SIGSTOP)
    inside = [await form.check_in(voice) for voice in (ANDY, DEMON)]
    await wait_until(lambda: small.jobs() == 2)
    client.setrange("another tenant", 2_000_000, "x")
    client.config_set("maxmemory", int(int(client.info("memory")["used_memory"]) / 0.9))
    await asyncio.sleep(1.5)  # the bot looks once a second
    before = bot.log.read_text().count("error=QueueFull")
    outside = [await form.check_in(voice) for voice in (GENE, KLATT)]
    await wait_until(lambda: bot.log.read_text().count("error=QueueFull") >= before + 2)
    assert small.jobs() == 2
    assert worker.send(signal.SIGCONT)
    assert all(await asyncio.gather(*(form.answered(note) for note in inside)))
    assert small.jobs() == 0
    assert not any(note.answers for note in outside)
    client.delete("another tenant")
    await small.check(*outside)
    await form.close()


async def test_who_is_late_is_told_by_telegrams_clock_however_wrong_ours_is(small: Home, wait_until: WaitUntil) -> None:
    house, form = small.house, small.form
    (worker,) = house.workers
    began = int(time.time()) - 3600  # our clock was put forward by an hour
    await form.open(began)
    assert worker.send(signal.SIGSTOP)  # when a worker is free plays no part either
    on_time = await form.check_in(ANDY, began + 9 * 60)
    late = await form.check_in(DEMON, began + 11 * 60)
    await wait_until(lambda: small.jobs() == 2)
    assert worker.send(signal.SIGCONT)
    await small.check(on_time, late)
    database = house.database()
    with database.session() as session:
        found = session.execute(select(Attempt.message_id, Attempt.status).where(Attempt.status.is_not(None)))
        statuses = {message_id: status for message_id, status in found}  # noqa: C416 - rows are no pairs to mypy
    await database.close()
    assert (statuses[on_time.sent.id], statuses[late.sent.id]) == (Status.PRESENT, Status.LATE)
    await form.close()


async def test_a_database_that_is_locked_and_a_disk_that_is_full_are_waited_for(small: Home) -> None:
    house, form = small.house, small.form
    (bot,) = house.bots
    telegram = house.server.telegram
    await form.open()

    lock = sqlite3.connect(house.folder / "rollcall.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    locked = await form.check_in(ANDY)
    await asyncio.sleep(1)
    assert telegram.updates.pending, "confirmed although nothing could be kept"
    lock.execute("ROLLBACK")
    lock.close()
    await small.check(locked)

    assert bot.process
    _, hard = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (1, hard))  # every write fails, as on a full disk
    full = await form.check_in(DEMON)
    await asyncio.sleep(1)
    assert telegram.updates.pending, "confirmed although nothing could be kept"
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    await small.check(full)
    assert bot.process.returncode is None
    await form.close()


@pytest.mark.parametrize("fault", ["bad gateway", "flood", "garbage", "silence", "drop"])
async def test_a_telegram_out_of_order_delays_answers_and_loses_none(
    small: Home, wait_until: WaitUntil, fault: str
) -> None:
    form, telegram = small.form, small.house.server.telegram
    armed = {
        "bad gateway": Fault("*", code=502, times=10_000),
        "flood": Fault("*", retry_after=1, times=10_000),
        "garbage": Fault("*", kind="garbage", times=10_000),
        "silence": Fault("*", kind="hang", times=10_000),
        "drop": Fault("*", kind="drop", times=10_000),
    }[fault]
    await form.open()
    before = small.calls("getFile")
    telegram.faults.add(Fault("getFile", kind="hang"))  # the note is in the bot's hands when the trouble begins
    note = await form.check_in(ANDY)
    await wait_until(lambda: small.calls("getFile") > before)
    telegram.faults.add(armed)
    telegram.faults.release()
    telegram.updates.end_poll()
    during = await form.check_in(DEMON)
    await wait_until(lambda: armed.times < 10_000)
    telegram.faults.clear()
    telegram.faults.release()
    await small.check(note, during)
    await form.close()
