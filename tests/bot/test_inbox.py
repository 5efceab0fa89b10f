import asyncio
from collections.abc import Coroutine

import pytest
from telegram import Chat, Message, Update, User

from bot.inbox import DurableQueue, InOrder
from bot.services import now
from rollcall.storage import inbox
from rollcall.storage.database import Database


def update(number: int, chat_id: int = 1) -> Update:
    message = Message(
        number, now(), Chat(chat_id, "private"), from_user=User(chat_id, "Anna", is_bot=False), text=f"text {number}"
    )
    return Update(number, message=message)


async def left_over(database: Database) -> int:
    async with database.session() as session:
        return len(await inbox.unhandled(session))


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


async def test_an_update_that_met_a_service_out_of_reach_is_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.inbox._RETRY_AFTER", 0.01)
    queue = DurableQueue(database)
    processor = InOrder(queue)
    one = update(1)
    await queue.put(one)
    assert await queue.get() is one

    async def meet_an_outage() -> None:
        assert processor.failed(one)

    async def succeed() -> None:
        return

    await processor.process_update(one, meet_an_outage())
    assert await left_over(database) == 1
    assert await asyncio.wait_for(queue.get(), 10) is one
    await processor.process_update(one, succeed())
    assert await left_over(database) == 0
