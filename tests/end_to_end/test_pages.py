"""The pages beside the running product: `up` starts them, the bot leads there, and the chat hears of what is done."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import httpx
import psutil
from playwright.async_api import expect

from sandbox.message import Message
from tests.chaos.notes import Speaker
from tests.chaos.proxy import free_port
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, answer_to, ask, running
from tests.web.browser import chromium, watched
from tests.web.live import is_served

_DUMMY = {"ROLLCALL_SPEAKER_MODEL": "dummy"}


async def test_a_teacher_opens_the_board_by_the_bots_link_and_a_tap_there_reaches_student_and_chat(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    async with running(tmp_path, ROLLCALL_WEB_PORT=str(port)) as product:
        classroom = Classroom(product)
        await classroom.begin()
        anna = product.person("Анна")
        await classroom.join(anna, "Белова Анна")
        await ask(classroom.teacher, "/open")
        link = re.search(rf"{origin}/in/\S+", (await ask(classroom.teacher, "/board")).text)
        assert link
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            await wait_until(lambda: is_served(port), timeout=PATIENCE)
            page = await browser.post(link[0], headers={"origin": origin})
            person = re.search(r'data-person="(\d+)"', page.text)
            token = re.search(r'csrf" value="(\w+)"', page.text)
            assert person
            assert token
            fields = {"csrf": token[1], "person": person[1], "status": "late", "over": "no"}
            answer = await browser.post(f"{page.url}/mark", data=fields, headers={"origin": origin})
            assert "Белова Анна: с опозданием" in answer.text
            calls = product.server.telegram.calls
            await wait_until(lambda: any("1 из 1" in str(one.values.get("text")) for one in calls), timeout=PATIENCE)
            await anna.answer(PATIENCE, lambda message: "опозданием" in message.text)


async def test_a_lesson_opened_on_a_page_is_as_one_opened_in_the_chat_and_its_board_outlives_bot_and_queue(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    port = free_port()
    voice = Speaker("zac")
    async with running(tmp_path, ROLLCALL_WEB_PORT=str(port), **_DUMMY) as product, chromium() as browser:
        classroom = Classroom(product)
        await classroom.begin()
        anna = await classroom.student("Белова Анна", voice.enrolment)
        boris = product.person("Борис")
        await classroom.join(boris, "Громов Борис")
        maria = classroom.teacher
        await maria.say("/open")
        in_chat = _shape(await maria.answer(PATIENCE, lambda message: message.has("close:")))
        called = _shape(await anna.call(PATIENCE))
        await maria.say("/close")
        await maria.answer(PATIENCE, lambda message: "урок закрыт" in message.text)
        await maria.say("/web")
        leading = await maria.answer(PATIENCE, lambda message: "/in/" in message.text)
        link = re.search(r"http://\S+/in/\S+", leading.text)
        assert link
        context = await browser.new_context(locale="ru-RU")
        seen, page = await watched(context), await context.new_page()
        await wait_until(lambda: is_served(port), timeout=PATIENCE)

        await page.goto(link[0])
        await page.click("main form button")
        await page.goto(f"http://127.0.0.1:{port}/board")
        await page.click("main form[action^='/board/open/'] button")
        by_page = await maria.answer(PATIENCE, lambda message: message.has("close:"))
        assert _shape(by_page) == in_chat
        assert _shape(await anna.call(PATIENCE)) == called

        board = page.url
        _kill(product, "bot", "valkey-server")
        sent = await anna.voice(voice.check_in())
        tile = page.locator(".tile", has_text="Громов Борис")
        await tile.locator("a").click()
        await page.click('dialog button[value="late"]')
        await expect(tile).to_contain_text("с опозданием")
        await expect(page.locator(".tile", has_text="Белова Анна")).to_contain_text("на месте", timeout=PATIENCE * 1000)
        assert "Белова Анна" in (await answer_to(anna, sent)).text
        await expect(page.locator("#lost")).to_be_empty()
        assert (page.url, seen.elsewhere, seen.complaints) == (board, [], [])


def _shape(message: Message) -> tuple[str, str]:
    """What it says, but for clock and numbers, and its buttons likewise."""
    return re.sub(r"\d+|«[^»]*»", "#", message.text), re.sub(r"\d+", "#", str(message.buttons))


def _kill(product: Product, *names: str) -> None:
    """kill -9, by what is run."""
    for number in product.descendants():
        line = " ".join(psutil.Process(number).cmdline())
        if any(line.endswith(f" {name}") or f"{name} " in line for name in names):
            os.kill(number, signal.SIGKILL)
