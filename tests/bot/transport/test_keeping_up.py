"""Under load: answers before new notes, one transaction for many marks, boards gathered."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import redis

from bot.marks import Marks
from bot.outbox.stale_boards import StaleBoards
from bot.transport.inbox import DurableQueue, InOrder
from rollcall.domain.verdict import Reason, Verdict
from rollcall.queue import bot_end
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring
from rollcall.storage.database import Database
from tests.bot.transport.test_inbox import left_over, update
from tests.conftest import each
from tests.rollcall.queue.test_both_ends import put_result


async def test_no_new_note_is_begun_while_results_pile_up(database: Database) -> None:
    keeps_up = asyncio.Event()
    processor = InOrder(DurableQueue(database), keeps_up)
    begun = asyncio.Event()

    async def begin() -> None:
        begun.set()

    task = asyncio.create_task(processor.process_update(update(1), begin()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not begun.is_set()
    keeps_up.set()
    await asyncio.wait_for(task, 10)
    assert begun.is_set()


async def test_results_that_pile_up_hold_back_what_is_new_until_they_are_done(
    redis_url: str, redis_client: redis.Redis, keyring: Keyring
) -> None:
    client = bot_end.connect(redis_url)
    box = BotQueue(client, keyring, timedelta(seconds=10))
    try:
        await box.open()
        for number in range(6):
            result = Result(job_id=str(number), verdict=Verdict.ACCEPTED, reason=Reason.MATCH)
            put_result(redis_client, keyring, result.model_dump_json())
        assert box.keeps_up.is_set()
        results = each(box.results())
        for _ in range(6):
            entry, _result = await anext(results)
            assert not box.keeps_up.is_set()
            await box.done(entry)
        waiting = asyncio.ensure_future(anext(results))
        await asyncio.wait_for(box.keeps_up.wait(), 10)
        put_result(redis_client, keyring, result.model_dump_json())
        await asyncio.wait_for(waiting, 10)
        assert box.keeps_up.is_set()
    finally:
        await client.aclose()


async def test_a_queue_out_of_reach_holds_nothing_back(
    redis_url: str, redis_client: redis.Redis, keyring: Keyring
) -> None:
    client = bot_end.connect(redis_url)
    box = BotQueue(client, keyring, timedelta(seconds=10))
    try:
        await box.open()
        for number in range(6):
            result = Result(job_id=str(number), verdict=Verdict.ACCEPTED, reason=Reason.MATCH)
            put_result(redis_client, keyring, result.model_dump_json())
        results = each(box.results())
        await anext(results)
        assert not box.keeps_up.is_set()
        await results.aclose()
        assert box.keeps_up.is_set()
    finally:
        await client.aclose()


async def test_updates_handled_at_the_same_time_are_marked_together(database: Database) -> None:
    written = Marks(database)
    queue = DurableQueue(database, marks=written)
    updates = [update(number, chat_id=number) for number in range(1, 21)]
    for one in updates:
        await queue.put(one)
    marks = 0
    write = written._write

    async def count() -> None:
        nonlocal marks
        marks += 1
        await write()

    written._write = count  # type: ignore[method-assign]
    await asyncio.gather(*(queue.handled(one) for one in updates))
    assert await left_over(database) == 0
    assert marks < 5


async def test_what_changes_within_a_moment_is_one_edit() -> None:
    boards = StaleBoards()
    boards.touch(1)
    looking = asyncio.create_task(boards.changes(0.1))
    await asyncio.sleep(0)
    boards.touch(1)
    boards.touch(2)
    boards.touch_class(7)
    assert await asyncio.wait_for(looking, 10) == ({1, 2}, {7})
    later = asyncio.create_task(boards.changes(0.0))
    await asyncio.sleep(0.02)
    assert not later.done()
    boards.touch(3)
    assert await asyncio.wait_for(later, 10) == ({3}, set())
