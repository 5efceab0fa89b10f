"""The state of the installation at a glance: an admin sees what waits, who works and what is wrong, and no name."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis

from rollcall.queue import bot_end, keys
from rollcall.queue.bot_end import BotQueue
from rollcall.sealing.seal import Keyring
from sandbox.server import Server
from tests.bot.school import ADMIN, SECRETS
from tests.web.school import open_pages


def groups(page: str) -> dict[str, tuple[str, str]]:
    """Each card's verdict and what it says, by its heading."""
    found = re.findall(r'<h2 id="g\d">([^<]+?) <span class="pill[^"]*">([^<]+)</span></h2>(.*?)</section>', page, re.S)
    return {head: (verdict, " ".join(re.sub(r"<[^>]+>", " ", more).split())) for head, verdict, more in found}


async def test_what_is_well_is_told_from_what_is_not(tmp_path: Path, keyring: Keyring, redis_url: str) -> None:
    admins = frozenset({ADMIN})
    async with (
        Server() as server,
        open_pages(tmp_path, keyring, admins=admins, redis_url=redis_url, telegram_api_url=server.url) as pages,
    ):
        client: Redis = bot_end.connect(redis_url)
        queue = BotQueue(client, keyring, timedelta(minutes=1))
        await queue.open()
        guest = await pages.enter(ADMIN, "/health")
        before = groups((await guest.page("/health")).text)
        assert before["Обработчики"] == ("нужно внимание", "Работают 0")
        assert before["Очередь"][0] == before["Часы"][0] == "в порядке"
        await client.xgroup_createconsumer(keys.JOBS, keys.WORKERS, "a-worker")
        await client.xadd(keys.DEAD, {"job": b"?"})
        page = (await guest.page("/health")).text
        after = groups(page)
        assert after["Обработчики"] == ("в порядке", "Работают 1")
        assert after["Очередь"][0] == "нужно внимание"
        assert "Не удалось обработать 1" in after["Очередь"][1]
        assert not any(secret in page for secret in SECRETS)
        await client.aclose()
        await pages.app.state.site.outside.close()


async def test_a_queue_and_a_telegram_out_of_reach_are_said_so(tmp_path: Path, keyring: Keyring) -> None:
    away = "http://127.0.0.1:9"
    async with open_pages(tmp_path, keyring, admins=frozenset({ADMIN}), telegram_api_url=away) as pages:
        guest = await pages.enter(ADMIN, "/health")
        found = groups((await guest.page("/health")).text)
        assert found["База и ответы"][0] == "в порядке"
        for head in ("Очередь", "Обработчики", "Часы"):
            verdict, said = found[head]
            assert verdict == "нужно внимание"
            assert "недоступно" in said
