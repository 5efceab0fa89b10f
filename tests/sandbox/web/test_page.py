"""The page itself, with a bot that the test plays: what is shown of what the bot says, and what can be done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect
from playwright.async_api import Page as BrowserPage

from sandbox.server import Server
from sandbox.telegram import Telegram
from sandbox.web.company import TEACHER_ID
from sandbox.web.page import Page
from tests.end_to_end.product import synthetic
from tests.sandbox.web.conftest import Watched
from tests.sandbox.web.microphone import Microphone

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANNA_ID, BORIS_ID = 5_000_101, 5_000_102


class Played:
    """A bot played by hand: it calls the Bot API as a bot does."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self.telegram = server.telegram
        self._http = http
        self._base = f"{server.url}/bot{server.telegram.token}"

    async def call(self, method: str, **values: object) -> dict[str, object]:
        answer = await (await self._http.post(f"{self._base}/{method}", json=values)).json()
        assert answer["ok"], answer
        result = answer["result"]
        return result if isinstance(result, dict) else {}

    async def pressed(self) -> dict[str, object]:
        """The next press on a button; takes it."""
        updates = self.telegram.updates
        found = await updates.changed.until(
            lambda: next((update for update in updates.pending if "callback_query" in update), None), 30
        )
        updates.confirm(found["update_id"])
        query: dict[str, object] = found["callback_query"]
        return query

    async def say(self, text: str, *rows: list[dict[str, object]], to: int = TEACHER_ID) -> int:
        keyboard = {"reply_markup": {"inline_keyboard": list(rows)}} if rows else {}
        sent = await self.call("sendMessage", chat_id=to, text=text, parse_mode="HTML", **keyboard)
        return int(str(sent["message_id"]))


@pytest_asyncio.fixture(loop_scope="module")
async def page_server() -> AsyncIterator[Server]:
    telegram = Telegram()
    page = Page(telegram)
    page.feed.tell_product("ready")
    async with Server(telegram, also=[page.add_routes]) as server:
        yield server
        await page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def http(page_server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(page_server.url) as session:
        yield session


@pytest.fixture
def bot(page_server: Server, http: aiohttp.ClientSession) -> Played:
    return Played(page_server, http)


@pytest_asyncio.fixture(loop_scope="module")
async def window(browser: Browser, page_server: Server) -> AsyncIterator[BrowserPage]:
    """The page on a desk, in Russian; whatever it asks for is watched."""
    page = await browser.new_page(locale="ru-RU", viewport={"width": 1280, "height": 800})
    watched = Watched(page)
    await page.goto(page_server.url)
    await page.locator("html[data-ready]").wait_for()
    yield page
    watched.is_well()
    await page.close()


def _update(telegram: Telegram, kind: str) -> dict[str, object]:
    found: dict[str, object] = telegram.updates.pending[-1][kind]
    return found


async def test_a_message_is_shown_with_its_marks_links_and_folds(window: BrowserPage, bot: Played) -> None:
    await bot.say(
        "<b>Жирно <i>и криво</i></b> &lt;script&gt; <code>x</code> https://example.org/a. /help "
        '<a href="https://t.me/other?start=x">чужой</a>'
    )
    text = window.locator(".theirs .text").last
    await expect(text.locator("b i")).to_have_text("и криво")
    await expect(text).to_contain_text("<script>")
    await expect(text.locator("a").first).to_have_attribute("href", "https://example.org/a")
    await expect(text.locator("a").first).to_have_attribute("target", "_blank")
    await text.locator(".command").click()
    await expect(window.locator(".mine .text").last).to_have_text("/help")
    quoted = {"type": "expandable_blockquote", "offset": 0, "length": 400}
    await bot.call("sendMessage", chat_id=TEACHER_ID, text="длинно " * 80 + "/enroll", entities=[quoted])
    await expect(window.locator(".theirs .command").last).to_have_text("/enroll")
    fold = window.locator(".fold").last
    folded = await fold.bounding_box()
    await fold.locator(".unfold").click()
    opened = await fold.bounding_box()
    assert folded
    assert opened
    assert opened["height"] > folded["height"] * 1.5


async def test_a_button_is_pressed_and_its_answer_seen(window: BrowserPage, bot: Played) -> None:
    row: list[dict[str, object]] = [
        {"text": "Да", "callback_data": "yes"},
        {"text": "Сайт", "url": "https://example.org"},
        {"text": "Код", "copy_text": {"text": "abc"}},
    ]
    number = await bot.say("Точно?", row)
    await window.locator('[data-press="yes"]').click()
    query = await bot.pressed()
    await expect(window.locator('[data-press="yes"]')).to_have_class("key waiting")
    assert query["data"] == "yes"
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="Записал")
    await expect(window.locator(".toast")).to_have_text("Записал")
    await expect(window.locator('[data-press="yes"]')).to_have_class("key")
    await window.locator('[data-press="yes"]').click()
    again = await bot.pressed()
    await bot.call("answerCallbackQuery", callback_query_id=again["id"], text="Важно", show_alert=True)
    await expect(window.locator("dialog")).to_contain_text("Важно")
    await window.locator("dialog .begin").click()
    await expect(window.locator("dialog")).to_have_count(0)
    await bot.call("editMessageText", chat_id=TEACHER_ID, message_id=number, text="Решено")
    await expect(window.locator(".keys")).to_have_count(0)
    await expect(window.locator(".theirs .foot")).to_contain_text("изм.")
    await bot.call("deleteMessage", chat_id=TEACHER_ID, message_id=number)
    await expect(window.locator(".theirs")).to_have_count(0)


async def test_a_link_to_the_bot_is_opened_by_whom_the_visitor_says(window: BrowserPage, bot: Played) -> None:
    await bot.say("Ссылка: https://t.me/rollcall_sandbox_bot?start=join-AbC")
    await window.locator(".text a").click()
    await window.locator("[data-choice=anna]").click()
    await expect(window.locator(".mine .text")).to_have_text("/start")
    message = _update(bot.telegram, "message")
    assert message["text"] == "/start join-AbC"
    assert message["from"] == bot.telegram.users[ANNA_ID]
    await expect(window.locator("[data-person=anna]")).to_have_attribute("aria-current", "true")


async def test_what_others_are_told_waits_unread(window: BrowserPage, bot: Played) -> None:
    await bot.say("раз", to=ANNA_ID)
    await bot.say("два", to=ANNA_ID)
    await expect(window.locator("[data-person=anna] .unread")).to_contain_text("2")
    await window.locator("[data-person=anna]").click()
    await expect(window.locator(".unread")).to_have_count(0)
    await expect(window.locator(".theirs")).to_have_count(2)


async def test_the_head_tells_what_the_bot_is_doing(window: BrowserPage, bot: Played) -> None:
    await bot.call("sendChatAction", chat_id=TEACHER_ID, action="typing")
    await expect(window.locator(".doing")).to_have_text("печатает…")
    await bot.say("вот")
    await expect(window.locator(".doing")).to_contain_text("Ольга Петровна")


async def test_own_messages_are_edited_forwarded_and_deleted(window: BrowserPage, bot: Played) -> None:
    await window.locator(".field").fill("Белова")
    await window.keyboard.press("Enter")
    await window.locator(".mine .bubble").click(button="right")
    await window.get_by_role("menuitem", name="Изменить").click()
    await window.locator(".field").fill("Белова Анна")
    await window.keyboard.press("Enter")
    await expect(window.locator(".mine .text")).to_have_text("Белова Анна")
    assert _update(bot.telegram, "edited_message")["text"] == "Белова Анна"
    await window.locator(".mine .bubble").click(button="right")
    await window.get_by_role("menuitem", name="Переслать").click()
    await window.locator("[data-choice=boris]").click()
    await expect(window.locator(".origin")).to_contain_text("Ольга Петровна")
    forwarded = _update(bot.telegram, "message")
    assert "forward_origin" in forwarded
    assert forwarded["from"] == bot.telegram.users[BORIS_ID]
    await window.locator(".mine .bubble").click(button="right")
    await window.get_by_role("menuitem", name="Удалить").click()
    await expect(window.locator(".message")).to_have_count(0)


async def test_pictures_files_and_voice_notes_are_shown(
    window: BrowserPage, bot: Played, http: aiohttp.ClientSession, png: bytes
) -> None:
    for kind, name, data in (
        ("photo", "chart.png", png),
        ("document", "список.xlsx", b"cells"),
        ("voice", "a.ogg", synthetic("steph2", 1)),
    ):
        form = aiohttp.FormData({"chat_id": str(TEACHER_ID), kind: "attach://it"}, quote_fields=False)
        form.add_field("it", data, filename=name)
        await http.post(f"/bot{bot.telegram.token}/send{kind.capitalize()}", data=form)
    photo = window.locator("img.photo")
    await expect(photo).to_have_attribute("width", "3")
    assert await photo.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 3
    async with window.expect_download() as downloading:
        await window.locator(".file").click()
    download = await downloading.value
    assert download.suggested_filename == "список.xlsx"
    assert Path(await download.path()).read_bytes() == b"cells"
    await expect(window.locator(".voice .bars rect[height='24']").first).to_be_visible()
    await window.locator(".play").click()
    await expect(window.locator(".play")).to_have_attribute("aria-label", "Пауза")
    await expect(window.locator(".voice .bars rect.lit").first).to_be_visible()


async def test_an_own_file_goes_as_telegram_sends_such_a_file(window: BrowserPage, bot: Played, png: bytes) -> None:
    for name, kind, data, becomes in (
        ("me.png", "image/png", png, "photo"),
        ("list.csv", "text/csv", b"a;b", "document"),
        ("song.ogg", "audio/ogg", synthetic("steph2", 2), "audio"),
    ):
        before = await window.locator(".mine").count()
        await window.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})
        await window.locator(".mine").nth(before).wait_for()
        assert becomes in _update(bot.telegram, "message")


async def test_a_note_is_held_sent_and_becomes_what_telegrams_apps_make(
    window: BrowserPage, bot: Played, microphone: Microphone
) -> None:
    microphone.hear(synthetic("steph2", 1))
    button = window.locator(".record")
    box = await button.bounding_box()
    assert box
    await window.mouse.move(box["x"] + 20, box["y"] + 20)
    await window.mouse.down()
    await expect(window.locator(".meter-time")).to_have_text("0:01")
    await expect(window.locator(".meter-levels")).not_to_have_attribute("aria-valuenow", "0")
    await window.mouse.up()
    await expect(window.locator(".mine .voice")).to_have_count(1)
    voice = _update(bot.telegram, "message")["voice"]
    assert isinstance(voice, dict)
    data = bot.telegram.files.get(voice["file_id"]).data
    assert data.startswith(b"OggS")
    head = data[data.index(b"OpusHead") :]
    assert head[9] == 1  # mono
    assert int.from_bytes(head[12:16], "little") == 48_000
    assert voice["duration"] >= 1
    assert voice["mime_type"] == "audio/ogg"


async def test_a_recording_is_dropped_by_sliding_away_or_by_a_button(window: BrowserPage, bot: Played) -> None:
    box = await window.locator(".record").bounding_box()
    assert box
    await window.mouse.move(box["x"] + 20, box["y"] + 20)
    await window.mouse.down()
    await expect(window.locator(".meter")).to_be_visible()
    await window.mouse.move(box["x"] - 160, box["y"] + 20, steps=4)
    await window.mouse.up()
    await expect(window.locator(".meter")).to_be_hidden()
    await window.locator(".record").focus()
    await window.keyboard.press("Enter")
    await expect(window.locator(".meter-time")).to_have_text("0:01")
    await window.locator(".meter-cancel").click()
    await expect(window.locator(".meter")).to_be_hidden()
    assert bot.telegram.updates.pending == []


async def test_the_menu_of_commands_is_the_chats_own_in_its_language(window: BrowserPage, bot: Played) -> None:
    everyone = [{"command": "me", "description": "Что обо мне известно"}]
    await bot.call("setMyCommands", commands=everyone, language_code="ru")
    await bot.call("setMyCommands", commands=[{"command": "me", "description": "What is known"}])
    teachers = [{"command": "open", "description": "Открыть урок"}]
    await bot.call("setMyCommands", commands=teachers, scope={"type": "chat", "chat_id": TEACHER_ID})
    await window.locator(".composer [aria-haspopup=menu]").first.click()
    await expect(window.get_by_role("menuitem")).to_have_text(["/openОткрыть урок"])
    await window.keyboard.press("Escape")
    await window.locator("[data-person=anna]").click()
    await window.locator(".composer [aria-haspopup=menu]").first.click()
    await expect(window.get_by_role("menuitem")).to_have_text(["/meЧто обо мне известно"])
    await window.keyboard.press("Enter")
    await expect(window.locator(".mine .text")).to_have_text("/me")


async def test_the_language_is_turned_and_names_with_it_until_somebody_has_spoken(
    window: BrowserPage, bot: Played
) -> None:
    await window.locator(".tongue").click()
    await expect(window.locator("html")).to_have_attribute("lang", "en")
    await expect(window.locator("[data-person=anna]")).to_contain_text("Anna Bell")
    assert bot.telegram.users[ANNA_ID]["language_code"] == "en"
    await window.locator(".field").fill("hello")
    await window.keyboard.press("Enter")
    await expect(window.locator(".mine .text")).to_have_text("hello")
    await window.locator(".tongue").click()
    await expect(window.locator("[data-person=teacher]")).to_contain_text("Olga Peters")
    await expect(window.locator("[data-person=anna]")).to_contain_text("Анна Белова")


async def test_a_page_that_comes_back_is_told_everything_anew(
    window: BrowserPage, bot: Played, page_server: Server
) -> None:
    await bot.say("до")
    await expect(window.locator(".theirs")).to_have_count(1)
    await page_server.stop()
    await expect(window.locator(".toast")).to_contain_text("Нет связи")
    bot.telegram.say(TEACHER_ID, {"text": "тем временем"})
    await page_server.start()
    await expect(window.locator(".theirs")).to_have_count(2, timeout=20_000)
    await expect(window.locator(".toast")).to_have_count(0)


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_on_the_page_is_a_barrier(
    browser: Browser, page_server: Server, bot: Played, look: str, width: int
) -> None:
    context = await browser.new_context(
        locale="ru-RU",
        viewport={"width": width, "height": 800},
        color_scheme="dark" if look == "dark" else "light",
        reduced_motion="reduce",
        bypass_csp=True,  # axe is put into the page as a script
    )
    window = await context.new_page()
    await bot.say("Точно? https://example.org /help", [{"text": "Да", "callback_data": "yes"}])
    person = f"/try/people/{TEACHER_ID}"
    async with aiohttp.ClientSession(page_server.url) as http:
        await http.post(f"{person}/shipped", json={"voice": "steph2", "note": "01"})
        await http.post(f"{person}/text", json={"text": "Своё"})
    await window.goto(page_server.url)
    await window.locator("html[data-ready]").wait_for()
    axe = Axe()

    async def is_clean() -> None:
        found = await axe.run(window)
        assert found.violations_count == 0, found.generate_report()

    await is_clean()
    await window.locator("[data-person=teacher]").click()
    await is_clean()
    await window.locator(".composer [aria-haspopup=menu]").last.click()
    await is_clean()
    await window.locator(".menu-item").first.click()
    await window.locator("dialog").wait_for()
    await is_clean()
    await context.close()


async def test_other_sites_can_neither_act_nor_read(http: aiohttp.ClientSession, page_server: Server) -> None:
    elsewhere = {"Origin": "https://example.org"}
    path = f"/try/people/{ANNA_ID}/text"
    assert (await http.post(path, json={"text": "x"}, headers=elsewhere)).status == 403
    assert (await http.get("/try/voices", headers={"Sec-Fetch-Site": "cross-site"})).status == 403
    for page in ("/", "/try/voices"):
        assert (await http.get(page, headers={"Host": f"rebound.example.org:{page_server.port}"})).status == 403
        assert (await http.get(page, headers={"Host": f"localhost:{page_server.port}"})).status == 200
    assert page_server.telegram.updates.pending == []
    policy = (await http.get("/")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_files_come_in_parts_and_unknown_ones_not_at_all(
    http: aiohttp.ClientSession, page_server: Server
) -> None:
    stored = page_server.telegram.files.add(b"0123456789", folder="documents", name="a.bin", mime_type="")
    part = await http.get(f"/try/files/{stored.file_id}", headers={"Range": "bytes=2-4"})
    assert (part.status, await part.read(), part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (await http.get(f"/try/files/{stored.file_id}", headers={"Range": "x"})).status == 416
    for path in ("/try/files/none", "/try/waveforms/none", "/try/page/../page.py", "/try/page/none.js"):
        assert (await http.get(path)).status == 404


async def test_what_cannot_be_done_is_refused_with_a_word(http: aiohttp.ClientSession) -> None:
    anna = f"/try/people/{ANNA_ID}"
    for path, body in (
        ("/try/people/1/text", {"text": "x"}),
        (f"{anna}/text", {"text": " "}),
        (f"{anna}/press", {"message_id": 1, "data": "x"}),
        (f"{anna}/shipped", {"voice": "../..", "note": "x"}),
        (f"{anna}/shipped", {"voice": "steph2", "note": "99"}),
        (f"{anna}/forward", {"from": 1, "message_id": 1}),
        ("/try/language", {"language": "xx"}),
    ):
        answer = await http.post(path, json=body)
        assert answer.status == 400, path
        assert (await answer.json())["error"]
    assert (await http.post(f"{anna}/voice", data=b"no sound")).status == 400
    assert (await http.post(f"{anna}/file?name=x", data=b"")).status == 400
