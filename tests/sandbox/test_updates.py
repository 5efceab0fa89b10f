"""How updates reach a bot: long polling, its conflicts, and a webhook."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import Conflict
from telegram.ext import Application, CommandHandler, ContextTypes, MessageHandler, filters

from sandbox.person import Person
from sandbox.server import Server
from sandbox.telegram import Telegram

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


async def test_a_long_poll_ends_as_soon_as_somebody_says_something(bot: Bot, anna: Person) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await anna.telegram.until_called("getUpdates")
    await anna.say("/start")
    async with asyncio.timeout(5):
        (update,) = await poll
    assert update.message is not None
    assert update.message.text == "/start"


async def test_an_update_comes_again_until_the_next_offset_confirms_it(
    bot: Bot, telegram: Telegram, anna: Person
) -> None:
    first, second = await anna.say("раз"), await anna.say("два")
    assert [update.update_id for update in await bot.get_updates(limit=1)] == [first.update_id]
    assert len(await bot.get_updates()) == 2
    assert [update.update_id for update in await bot.get_updates(first.update_id + 1)] == [second.update_id]
    assert telegram.updates.confirmed == first.update_id
    assert await bot.get_updates(second.update_id + 1) == ()


async def test_a_negative_offset_leaves_only_the_last(bot: Bot, anna: Person) -> None:
    await anna.say("раз")
    last = await anna.say("два")
    assert [update.update_id for update in await bot.get_updates(-1)] == [last.update_id]


async def test_kinds_that_the_bot_did_not_ask_for_do_not_come(bot: Bot, anna: Person) -> None:
    await bot.get_updates(allowed_updates=["edited_message"])
    sent = await anna.say("раз")
    await anna.edit(sent, "два")
    (update,) = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "два"


async def test_a_second_poller_ends_the_first(bot: Bot, server: Server, telegram: Telegram) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await telegram.until_called("getUpdates")
    async with Bot(telegram.token, base_url=f"{server.url}/bot") as second:
        await second.get_updates(timeout=0)
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await poll


def build(server: Server) -> AnyApplication:
    async def greet(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"start {context.args}", do_quote=True)

    async def listen(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        assert update.message.voice is not None
        file = await update.message.voice.get_file()
        data = await file.download_as_bytearray()
        await update.message.reply_text(f"{len(data)} bytes, {update.message.voice.mime_type}", do_quote=True)

    builder = Application.builder().token(server.telegram.token)
    application = builder.base_url(f"{server.url}/bot").base_file_url(f"{server.url}/file/bot").build()
    application.add_handler(CommandHandler("start", greet))
    application.add_handler(MessageHandler(filters.VOICE, listen))
    return application


@asynccontextmanager
async def polling(server: Server) -> AsyncIterator[AnyApplication]:
    application = build(server)
    assert application.updater is not None
    async with application:
        await application.start()
        await application.updater.start_polling()
        yield application
        await application.updater.stop()
        await application.stop()


async def test_an_application_that_polls_answers_and_stops_at_once(server: Server, anna: Person) -> None:
    async with polling(server):
        await anna.follow("https://t.me/rollcall_sandbox_bot?start=join-abc")
        assert (await anna.answer()).text == "start ['join-abc']"
        sent = await anna.voice(b"12345", duration=7)
        answer = await anna.answer_to(sent)
        assert answer.text == "5 bytes, audio/ogg"
        assert anna.answers_to(sent) == [answer]
        assert 0 < answer.at - sent.at < 5
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert server.telegram.updates.pending == []


async def test_a_command_to_the_bot_by_name_reaches_it_in_a_group(server: Server, anna: Person) -> None:
    group = server.telegram.add_group("8Б", {anna.id: "member"})
    async with polling(server):
        await anna.say("/start@another_bot", chat=group["id"])
        sent = await anna.say("/start@rollcall_sandbox_bot", chat=group["id"])
        answer = await anna.answer()
        assert (answer.chat_id, answer.reply_to) == (group["id"], sent.id)


async def test_an_application_with_a_webhook_answers(server: Server, anna: Person, unused_tcp_port: int) -> None:
    application = build(server)
    assert application.updater is not None
    async with application:
        await application.start()
        url = f"http://127.0.0.1:{unused_tcp_port}/hook"
        await application.updater.start_webhook(
            listen="127.0.0.1", port=unused_tcp_port, url_path="hook", webhook_url=url, secret_token="quiet"
        )
        await anna.say("/start x")
        assert (await anna.answer()).text == "start ['x']"
        info = await application.bot.get_webhook_info()
        assert (info.url, info.last_error_message) == (url, None)
        with pytest.raises(Conflict, match="webhook is active"):
            await application.bot.get_updates()
        await application.updater.stop()
        await application.stop()
    await server.telegram.webhook.end()


async def test_a_webhook_gets_an_update_again_until_it_takes_it(
    bot: Bot, telegram: Telegram, anna: Person, unused_tcp_port: int
) -> None:
    seen: list[tuple[str | None, int]] = []

    async def hook(request: web.Request) -> web.Response:
        seen.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), (await request.json())["update_id"]))
        return web.Response(status=200 if len(seen) > 2 else 500)

    app = web.Application()
    app.router.add_post("/", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    await bot.set_webhook(f"http://127.0.0.1:{unused_tcp_port}/", secret_token="quiet")
    first, second = await anna.say("раз"), await anna.say("два")
    await telegram.updates.changed.until(lambda: True if not telegram.updates.pending else None, 10)
    assert seen == [("quiet", first.update_id)] * 3 + [("quiet", second.update_id)]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    await bot.delete_webhook()
    await runner.cleanup()
    assert await bot.get_updates() == ()


async def test_whatever_waited_can_be_dropped(bot: Bot, anna: Person) -> None:
    await anna.say("раз")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()
