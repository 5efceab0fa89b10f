"""Calls to Telegram: what arrives there, and what a call that fails says, which is never the token."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from prometheus_client import REGISTRY
from telegram import Bot
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.transport.requests import CountedRequest, Patience
from tests.conftest import WaitUntil

TOKEN = "123456:secret-of-the-bot"
QUICK = Patience(read=0.5, write=0.5, connect=0.5, pool=0.3)


@dataclass
class Telegram:
    """A server that keeps what it was sent, and answers as told."""

    url: str
    forms: list[dict[str, object]] = field(default_factory=list)
    answer: Callable[[], Awaitable[web.StreamResponse]] | None = None
    calls: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        form = await request.post()
        self.forms.append(
            {name: value.file.read() if isinstance(value, web.FileField) else value for name, value in form.items()}
        )
        if self.answer is not None:
            return await self.answer()
        chat = {"id": 1, "type": "private"}
        return web.json_response({"ok": True, "result": {"message_id": 5, "date": 1_700_000_000, "chat": chat}})


@pytest.fixture
async def telegram(unused_tcp_port: int) -> AsyncIterator[Telegram]:
    made = Telegram(f"http://127.0.0.1:{unused_tcp_port}")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    yield made
    await runner.cleanup()


def bot_of(url: str, request: CountedRequest) -> Bot:
    return Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=CountedRequest(QUICK))


def errors(kind: str) -> float:
    return REGISTRY.get_sample_value("rollcall_bot_telegram_errors_total", {"kind": kind}) or 0.0


async def test_words_and_files_arrive_as_they_were_given(telegram: Telegram) -> None:
    async with CountedRequest(QUICK) as request:
        bot = bot_of(telegram.url, request)
        await bot.send_message(1, "Анна & Борис = 100 %")
        await bot.send_document(1, bytes(range(256)) * 400, filename="отчёт.csv", caption="Отчёт")
    words, file = telegram.forms
    assert words["text"] == "Анна & Борис = 100 %"
    assert file["caption"] == "Отчёт"
    assert bytes(range(256)) * 400 in file.values()


async def test_the_environments_proxy_is_asked_and_looked_up_once(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", telegram.url)
    monkeypatch.setenv("no_proxy", "elsewhere.example")
    async with CountedRequest(QUICK) as request:
        bot = bot_of("http://telegram.example", request)
        await bot.send_message(1, "by way of it")
        monkeypatch.delenv("http_proxy")
        await bot.send_message(1, "likewise")
        with pytest.raises(NetworkError):
            await bot_of("http://elsewhere.example:1", request).send_message(1, "not there")
    assert [form["text"] for form in telegram.forms] == ["by way of it", "likewise"]


async def test_a_server_that_says_nothing_is_given_up_in_time(telegram: Telegram) -> None:
    async def silence() -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    telegram.answer = silence
    before = errors("timeout")
    async with CountedRequest(QUICK) as request:
        with pytest.raises(TimedOut):
            await bot_of(telegram.url, request).send_message(1, "?")
    assert errors("timeout") == before + 1


async def test_a_call_for_which_there_is_no_room_is_not_sent_and_counted_as_such(
    telegram: Telegram, wait_until: WaitUntil
) -> None:
    let_go = asyncio.Event()

    async def slow() -> web.StreamResponse:
        await let_go.wait()
        return web.json_response({"ok": True, "result": True})

    telegram.answer = slow
    before = errors("pool")
    async with CountedRequest(Patience(read=20, pool=0.1), at_once=1) as request:
        bot = bot_of(telegram.url, request)
        first = asyncio.create_task(bot.send_chat_action(1, "typing"))
        await wait_until(lambda: telegram.calls)
        with pytest.raises(TimedOut):
            await bot.send_chat_action(2, "typing")
        let_go.set()
        assert await first
        assert await bot.send_chat_action(3, "typing"), "the place is free again"
    assert telegram.calls == 2
    assert errors("pool") == before + 1


@pytest.mark.parametrize("how", ["refused", "cut off", "no host", "no URL"])
async def test_an_error_does_not_say_the_token(telegram: Telegram, how: str) -> None:
    async def cut() -> web.StreamResponse:
        raise asyncio.CancelledError

    telegram.answer = cut
    url = {
        "refused": "http://127.0.0.1:1",
        "cut off": telegram.url,
        "no host": "http://nowhere.invalid",
        "no URL": "http://[1",
    }[how]
    async with CountedRequest(QUICK) as request:
        with pytest.raises(TelegramError) as caught:
            await bot_of(url, request).send_message(1, "?")
    assert isinstance(caught.value, NetworkError)
    assert "secret" not in str(caught.value)
    assert str(caught.value)


async def test_a_client_may_be_closed_twice_and_opened_again(telegram: Telegram) -> None:
    request = CountedRequest(QUICK)
    for _ in range(2):
        await request.initialize()
        await request.initialize()
        assert (await bot_of(telegram.url, request).send_message(1, "!")).message_id == 5
        await request.shutdown()
        await request.shutdown()
    with pytest.raises(NetworkError):
        await bot_of(telegram.url, request).send_message(1, "!")
