"""The pages beside the running product: `up` starts them, the bot leads there, and the chat hears of what is done."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx

from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, ask, running


async def test_a_teacher_opens_the_board_by_the_bots_link_and_a_tap_there_reaches_student_and_chat(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
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

            async def served() -> bool:
                try:
                    return (await browser.get(origin)).status_code == 401
                except httpx.HTTPError:
                    return False

            await wait_until(served, timeout=PATIENCE)
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
