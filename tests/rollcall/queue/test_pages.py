"""What bots and pages tell each other over Redis."""

from __future__ import annotations

import asyncio

from rollcall.queue import bot_end, bulletin, elsewhere
from rollcall.queue.bulletin import Bulletin
from rollcall.queue.elsewhere import Touched
from rollcall.queue.keys import BULLETIN, SAID, WRITTEN
from rollcall.sealing.seal import Keyring
from tests.conftest import WaitUntil

WORD = Bulletin("rollcall_bot", 2.5)


async def test_the_pages_read_what_the_bots_have_put_up_and_believe_nobody_else(
    redis_url: str, keyring: Keyring
) -> None:
    async with bot_end.connect(redis_url) as client:
        assert await bulletin.read(client, keyring) is None
        await bulletin.post(client, keyring, WORD)
        assert await bulletin.read(client, keyring) == WORD
        assert await bulletin.read(client, Keyring([bytes(32)])) is None
        await client.hset(BULLETIN, SAID, b'{"bot": "another_bot", "ahead": 0}')
        assert await bulletin.read(client, keyring) is None


async def test_whoever_listens_hears_what_was_written_elsewhere_and_no_nonsense(
    redis_url: str, wait_until: WaitUntil
) -> None:
    heard: list[Touched] = []
    async with bot_end.connect(redis_url) as client:

        async def hear() -> None:
            async for one in elsewhere.calls(client):
                heard.append(one)  # noqa: PERF401 - it never ends

        task = asyncio.create_task(hear())

        async def called() -> bool:
            await client.publish(WRITTEN, b"nonsense")
            await elsewhere.call(client, Touched(1, 2))
            return bool(heard)

        await wait_until(called)
        task.cancel()
    assert set(heard) == {Touched(1, 2)}


async def test_nobody_minds_that_redis_is_away() -> None:
    async with bot_end.connect("redis://127.0.0.1:1/0") as client:
        await elsewhere.call(client, Touched(1))
