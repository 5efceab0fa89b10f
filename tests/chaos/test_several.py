"""Two bots behind a webhook and three workers, on PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import time

import aiohttp
import pytest
from sqlalchemy import text

from bot.app import webhook_secret
from rollcall.queue import keys
from tests.chaos.account import settle_accounts
from tests.chaos.child import Child
from tests.chaos.conftest import Home
from tests.chaos.house import House
from tests.chaos.storm import Weather, storm
from tests.conftest import WaitUntil

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),
    pytest.mark.postgres,
    pytest.mark.redis,
]

ANDY, DEMON = "AnxiousAndy", "Demonic"


async def test_a_worker_that_sleeps_through_its_lease_settles_a_note_again_and_it_counts_once(
    large: Home, wait_until: WaitUntil
) -> None:
    house, form, client = large.house, large.form, large.client
    await form.open()
    for worker in house.workers:
        assert worker.send(signal.SIGSTOP)
    note = await form.check_in(ANDY)
    await wait_until(lambda: large.jobs() == 1)
    client.config_set("maxmemory", 1)  # judged, but not to be settled yet
    for worker in house.workers:
        worker.send(signal.SIGCONT)
    (first,) = await wait_until(lambda: _waiting_to_settle(house))
    assert first.send(signal.SIGSTOP)
    await wait_until(lambda: len(_waiting_to_settle(house)) == 2)
    client.config_set("maxmemory", 0)
    await wait_until(lambda: note.answers)
    settled = first.log.read_text().count("settled job=")
    assert first.send(signal.SIGCONT)
    await wait_until(lambda: first.log.read_text().count("settled job=") > settled)
    await large.check(note)
    assert client.xlen(keys.RESULTS) == 0
    await form.close()


def _waiting_to_settle(house: House) -> list[Child]:
    return [worker for worker in house.workers if "a result waits for the queue" in worker.log.read_text()]


async def test_the_webhook_says_yes_only_to_telegram_and_only_once_the_update_is_safe(large: Home) -> None:
    house = large.house
    url = f"http://127.0.0.1:{house.proxy.port}/telegram"
    secret = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(house.server.telegram.token)}
    chat = {"id": 5, "type": "private", "first_name": "Eve"}
    message = {
        "message_id": 1,
        "date": int(time.time()),
        "chat": chat,
        "from": {**chat, "is_bot": False},
        "text": "/start",
    }
    update = {"update_id": 1, "message": message}
    database = house.database()
    stored = text("SELECT count(*) FROM incoming_updates WHERE update_id = 1")

    async def kept() -> int:
        with database.session() as session:
            return int(session.scalar(stored) or 0)

    async with aiohttp.ClientSession() as http:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guessed"}):
            async with http.post(url, json=update, headers=headers) as refused:
                assert refused.status == 403
        assert await kept() == 0

        with database.engine.begin() as lock:
            lock.execute(text("LOCK TABLE incoming_updates IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(http.post(url, json=update, headers=secret), 1)
        async with http.post(url, json=update, headers=secret) as accepted:
            assert accepted.status == 200
        assert await kept() == 1
    await database.close()


async def test_two_bots_and_three_workers_under_a_storm_answer_every_note_once(large: Home) -> None:
    house, form = large.house, large.form
    blowing = asyncio.create_task(storm(house, Weather(every=1.5, pauses=0.1), seed=5))
    chance = random.Random(5)
    try:
        for _ in range(2):
            await form.lesson(spread=2.0)
            await house.kill_database_connection(chance)
    finally:
        blowing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await blowing
    account = await settle_accounts(house, [form])
    assert account.good, account
    assert house.counted["bot killed"] + house.counted["worker killed"] > 0
