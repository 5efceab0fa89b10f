import asyncio
import sqlite3
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from telegram import Chat, Message, Update, User

from bot.marks import Marks
from bot.services import now
from bot.transport.inbox import DurableQueue, InOrder
from rollcall.storage.database import Database
from rollcall.storage.holder import Holder, Watch
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import IncomingUpdate
from tests.conftest import WaitUntil


def update(number: int, chat_id: int = 1) -> Update:
    message = Message(
        number, now(), Chat(chat_id, "private"), from_user=User(chat_id, "Anna", is_bot=False), text=f"text {number}"
    )
    return Update(number, message=message)


async def left_over(database: Database) -> int:
    with database.session() as session:
        waiting = select(func.count()).where(IncomingUpdate.handled_at.is_(None))
        return session.scalar(waiting) or 0


async def test_an_update_is_in_the_database_before_it_is_confirmed(database: Database) -> None:
    queue = DurableQueue(database)
    await queue.put(update(1))
    assert await left_over(database) == 1
    assert queue.qsize() == 1


async def test_the_same_update_again_is_dropped(database: Database) -> None:
    queue = DurableQueue(database)
    twice = update(1)
    await queue.put(twice)
    await queue.put(twice)
    assert queue.qsize() == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_a_poll_has_brought_is_seen_at_once_and_kept_in_one_transaction(database: Database) -> None:
    seen: list[int] = []
    queue = DurableQueue(database, seen=lambda update: seen.append(update.update_id))
    lot, transactions = [update(number) for number in range(1, 6)], []
    for engine in database.engines:
        event.listen(engine, "begin", lambda _connection: transactions.append(1))
    queue.arrived([(one, one.to_json()) for one in [*lot, lot[0]]])
    assert seen == [1, 2, 3, 4, 5]
    for one in lot:
        await queue.put(one)
    assert len(transactions) == 1
    assert [queue.get_nowait() for _ in lot] == lot
    assert await left_over(database) == 5
    queue.arrived([(lot[0], lot[0].to_json())])
    await queue.put(lot[0])
    assert queue.empty(), "it has been here before"


async def test_what_a_stopped_bot_left_is_taken_up_in_order_and_only_once(database: Database) -> None:
    stopped = DurableQueue(database)
    first, second, third = update(1), update(2), update(3)
    for one in (first, second, third):
        await stopped.put(one)
    await stopped.handled(second)

    restarted = DurableQueue(database)
    assert await restarted.recover(None) == 2  # type: ignore[arg-type]
    taken = [restarted.get_nowait(), restarted.get_nowait()]
    assert [one.update_id for one in taken if isinstance(one, Update)] == [1, 3]
    await restarted.put(first)
    assert restarted.empty()


async def test_a_chat_is_served_in_order_and_others_do_not_wait_for_it(database: Database) -> None:
    queue = DurableQueue(database)
    processor = InOrder(queue)
    done: list[int] = []
    gate = asyncio.Event()

    def work(number: int) -> Coroutine[None, None, None]:
        async def run() -> None:
            if number == 1:
                await gate.wait()
            done.append(number)

        return run()

    tasks = [
        asyncio.create_task(processor.process_update(update(number, chat), work(number)))
        for number, chat in ((1, 7), (2, 7), (3, 7), (4, 8))
    ]
    await asyncio.wait_for(tasks[3], 10)
    assert done == [4]
    gate.set()
    await asyncio.gather(*tasks)
    assert done == [4, 1, 2, 3]
    assert not processor._turns


async def test_an_update_that_met_a_service_out_of_reach_is_tried_again_before_later_ones_of_its_chat(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.inbox._RETRY_FIRST", 0.01)
    queue = DurableQueue(database)
    processor = InOrder(queue)
    first, second = update(1), update(2)
    done: list[str] = []

    async def meet_an_outage() -> None:
        done.append("outage")
        assert processor.failed(first)

    async def again(one: object) -> None:
        done.append("again")
        assert one is first
        assert await left_over(database) == 2
        if done.count("again") < 3:
            processor.failed(first)

    async def follow() -> None:
        done.append("follow")

    processor.retry_with(again)
    for one in (first, second):
        await queue.put(one)
    await asyncio.gather(processor.process_update(first, meet_an_outage()), processor.process_update(second, follow()))
    assert done == ["outage", "again", "again", "again", "follow"]
    assert await left_over(database) == 0


async def test_an_update_may_be_given_up_after_some_tries(database: Database) -> None:
    processor = InOrder(DurableQueue(database))
    assert [processor.failed(update(1), most=3) for _ in range(3)] == [True, True, False]


async def test_a_bot_that_stops_leaves_what_waits_for_the_next_one(database: Database) -> None:
    queue = DurableQueue(database)
    processor = InOrder(queue)
    first, second = update(1), update(2)
    begun = asyncio.Event()

    async def fail_for_ever() -> None:
        begun.set()
        processor.failed(first)

    async def never() -> None:
        raise AssertionError("begun although the bot stops")

    async def again(_: object) -> None:
        processor.failed(first)

    processor.retry_with(again)
    for one in (first, second):
        await queue.put(one)
    tasks = [
        asyncio.create_task(processor.process_update(first, fail_for_ever())),
        asyncio.create_task(processor.process_update(second, never())),
    ]
    await begun.wait()
    processor.stop()
    await asyncio.wait_for(asyncio.gather(*tasks), 10)
    assert await left_over(database) == 2


async def test_an_update_handled_while_the_database_was_away_is_marked_later(
    database: Database, tmp_path: Path
) -> None:
    marks = Marks(database)
    queue = DurableQueue(database, marks=marks)
    one = update(1)
    await queue.put(one)
    marks._database = away = Database(f"sqlite:///{tmp_path}")  # a folder: it cannot be opened
    await queue.handled(one)
    await away.close()
    marks._database = database
    assert marks.overdue
    assert await left_over(database) == 1
    await queue.handled(update(2))  # unknown: nothing to mark
    await marks.write()
    assert await left_over(database) == 0


async def test_one_chat_with_many_messages_does_not_hold_up_the_others(database: Database) -> None:
    processor = InOrder(DurableQueue(database))
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    async def serve() -> None:
        return

    flood = [asyncio.create_task(processor.process_update(update(number, 7), wait())) for number in range(200)]
    await asyncio.wait_for(processor.process_update(update(1000, 8), serve()), 10)
    gate.set()
    await asyncio.gather(*flood)


async def test_a_bot_that_slept_through_its_lease_leaves_alone_what_another_has_taken_over(database: Database) -> None:
    slept = DurableQueue(database)
    awake = DurableQueue(database, Holder("another host", 1, "b"), Watch(timedelta(seconds=-1)))
    mine, taken = update(1), update(2)
    await slept.put(taken)
    assert await awake.recover(None) == 1  # type: ignore[arg-type]
    await slept.put(mine)
    assert await slept.still_ours(taken)  # it renewed a moment ago, and has no reason to ask
    slept._renewed -= 3600
    assert await slept.still_ours(mine)

    async def never() -> None:
        raise AssertionError("handled by both")

    await InOrder(slept).process_update(taken, never())
    assert await left_over(database) == 2
    await awake.handled(taken)
    assert await left_over(database) == 1


async def test_an_update_waits_for_a_database_that_stays_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wait_until: WaitUntil
) -> None:
    monkeypatch.setattr("rollcall.storage.database._BUSY_MS", 50)
    database = Database(f"sqlite:///{tmp_path / 'locked.sqlite3'}")
    await migrate(database)
    lock = sqlite3.connect(tmp_path / "locked.sqlite3", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    put = asyncio.create_task(DurableQueue(database).put(update(1)))
    await wait_until(lambda: "the database is out of reach" in caplog.text)
    assert not put.done()
    lock.execute("ROLLBACK")
    lock.close()
    await put
    assert await left_over(database) == 1
    await database.close()
