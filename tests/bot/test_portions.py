"""One account's share of the queue: light notes never meet it, heavy ones go one after the other."""

from __future__ import annotations

import asyncio

import pytest
import redis

from bot.portions import Portions
from rollcall.errors import TooMuchAtOnce
from rollcall.queue.bot_end import BotQueue
from rollcall.sealing.seal import Keyring
from tests.rollcall.queue.test_both_ends import job, post, worker  # noqa: F401 - a fixture

MIB = 1 << 20
CLASS = 30


async def put(portions: Portions, box: BotQueue, number: int, person_id: int, weight: int) -> str:
    note = job(number).model_copy(update={"person_id": person_id})
    await portions.find_room(box, note.id, person_id)
    async with portions.turn(person_id), portions.place(box, note.id, person_id, weight) as place:
        place.entry = await box.post(note, bytes(weight))
        return place.entry


async def test_one_accounts_heavy_recordings_take_their_turn_and_nobody_elses_wait(
    post: BotQueue,  # noqa: F811
    redis_client: redis.Redis,
    keyring: Keyring,
) -> None:
    portions = Portions()
    flood = [asyncio.create_task(put(portions, post, number, 7, 3 * MIB)) for number in range(12)]
    await asyncio.wait(flood)
    taken = [task.result() for task in flood if task.exception() is None]
    assert len(taken) == 2, "of eight MiB"
    assert {type(task.exception()) for task in flood} == {type(None), TooMuchAtOnce}
    with pytest.raises(TooMuchAtOnce):
        # Known by now: it is not fetched once more to learn that.
        await portions.find_room(post, "note-11", 7)
    for number in range(100, 100 + CLASS):  # the same account's voice notes, and a class's
        await put(portions, post, number, 7, 300_000)
        await put(portions, post, number + CLASS, number, 300_000)
    await put(portions, post, 200, 8, 19 * MIB)
    with pytest.raises(TooMuchAtOnce):
        await put(portions, post, 201, 8, MIB)
    await post.withdraw(taken[0])
    await put(portions, post, 11, 7, 3 * MIB)
    await portions.find_room(post, "note-300", 7)
    assert redis_client.xlen("rollcall:jobs") == 2 + 2 * CLASS + 1


async def test_a_post_that_fails_keeps_no_place(post: BotQueue) -> None:  # noqa: F811
    portions = Portions()
    for number in range(5):
        with pytest.raises(OSError, match="away"):
            async with portions.place(post, str(number), 7, 7 * MIB):
                raise OSError("away")
    assert portions._places == {}
    assert portions._weighed == {}
