"""People played from outside, and plain HTTP as any Bot API client speaks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.server import Server


@pytest.fixture
async def http(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as session:
        yield session


async def test_a_conversation_can_be_held_with_curl(http: aiohttp.ClientSession, server: Server) -> None:
    api = f"/bot{server.telegram.token}"
    said = await (await http.post("/sandbox/people/7/text", params={"text": "/start", "first_name": "Анна"})).json()
    updates = (await (await http.get(f"{api}/getUpdates")).json())["result"]
    assert updates[0]["update_id"] == said["update_id"]
    assert updates[0]["message"]["from"]["first_name"] == "Анна"
    waiting = asyncio.create_task(http.get("/sandbox/people/7/messages", params={"timeout": 10}))
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "consent:yes"}]]}
    await http.post(f"{api}/sendMessage", json={"chat_id": 7, "text": "Согласны?", "reply_markup": keyboard})
    (told,) = await (await waiting).json()
    assert told["text"] == "Согласны?"
    assert (await http.post("/sandbox/people/7/press", params={"button": "consent"})).ok
    assert (await http.post("/sandbox/people/7/press", params={"button": "nothing"})).status == 400
    assert (await http.post("/sandbox/people/7/voice", params={"duration": "4"}, data=b"OggS")).ok
    assert (await http.post("/sandbox/people/7/follow", json={"link": "https://t.me/x?start=join-1"})).ok
    updates = (await (await http.post(f"{api}/getUpdates")).json())["result"]
    assert updates[1]["callback_query"]["data"] == "consent:yes"
    assert updates[2]["message"]["voice"]["duration"] == 4
    assert updates[3]["message"]["text"] == "/start join-1"
    await http.post(
        f"{api}/setMessageReaction",
        data={"chat_id": "7", "message_id": str(said["message_id"]), "reaction": '[{"type":"emoji","emoji":"👀"}]'},
    )
    assert (await (await http.get("/sandbox/people/7/reactions")).json())[0]["emoji"] == ["👀"]


async def test_files_travel_both_ways(http: aiohttp.ClientSession, server: Server) -> None:
    api = f"/bot{server.telegram.token}"
    await http.post("/sandbox/people/7/text", json={"text": "/report"})
    form = aiohttp.FormData({"chat_id": "7", "document": "attach://it"})
    form.add_field("it", b"cells", filename="report.xlsx")
    sent = (await (await http.post(f"{api}/sendDocument", data=form)).json())["result"]["document"]
    assert await (await http.get(f"/sandbox/files/{sent['file_id']}")).read() == b"cells"
    assert (await http.get("/sandbox/files/none")).status == 404
    path = (await (await http.get(f"{api}/getFile", params={"file_id": sent["file_id"]})).json())["result"]["file_path"]
    assert await (await http.get(f"/file{api}/{path}")).read() == b"cells"
    assert (await http.get(f"/file{api}/nowhere")).status == 404


async def test_trouble_can_be_ordered(http: aiohttp.ClientSession, server: Server) -> None:
    await http.post("/sandbox/faults", json={"method": "getMe", "retry_after": 3})
    assert (await http.post("/sandbox/faults", json={"weather": "bad"})).status == 400
    answer = await http.get(f"/bot{server.telegram.token}/getMe")
    assert answer.status == 429
    assert await answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    assert (await (await http.get("/sandbox/calls")).json()) == [{"method": "getMe", "values": {}}]


async def test_refusals_have_telegrams_shape(http: aiohttp.ClientSession, server: Server) -> None:
    async def refusal(path: str) -> tuple[int, str]:
        answer = await http.post(path)
        body = await answer.json()
        assert body == {"ok": False, "error_code": answer.status, "description": body["description"]}
        return answer.status, body["description"]

    api = f"/bot{server.telegram.token}"
    assert await refusal(f"{api}/nothing") == (404, "Not Found")
    assert await refusal("/bot1:x/getMe") == (401, "Unauthorized")
    assert await refusal("/botx/getMe") == (404, "Not Found")
    assert await refusal(f"{api}/sendMessage") == (400, "Bad Request: chat_id is empty")
