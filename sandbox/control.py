"""The control API: people played from outside, over HTTP, against a sandbox that runs by itself.

A person exists from the first request on (``first_name``, ``last_name``, ``username``, ``language_code`` in the query
or the JSON body name them then). With ``curl`` and the URL that ``rollcall sandbox`` prints::

    POST /sandbox/people/7/text?text=/start&first_name=Анна     says something; JSON {"text": ...} does as well
    POST /sandbox/people/7/voice?duration=5   (body: the file)  sends a voice note; also date=, forward_from=
    POST /sandbox/people/7/press?button=consent:yes             presses a button of the newest message that has it;
                                                                message_id= chooses another message
    POST /sandbox/people/7/follow?link=https://t.me/…?start=x   opens a link to the bot
    GET  /sandbox/people/7/messages?after=0&timeout=10          the bot's messages with a larger id, waiting for one
    GET  /sandbox/people/7/reactions                            the bot's reactions
    GET  /sandbox/files/<file_id>                               the bytes of a photo or document
    POST /sandbox/faults  {"method": "sendMessage", "retry_after": 2, "times": 3}
                                                                trouble for the bot; see sandbox/faults.py
    GET  /sandbox/calls?method=sendMessage                      what the bot asked of the server

Refusals are ``{"error": "..."}`` with status 400 or 404.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from aiohttp import web

from sandbox.errors import ApiError, Json
from sandbox.faults import Fault
from sandbox.message import Message, Press, Sent
from sandbox.parameters import Parameters, read_parameters
from sandbox.person import Person
from sandbox.telegram import Telegram


class Control:
    """The routes under ``/sandbox``."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._people: dict[int, Person] = {}

    def add_routes(self, app: web.Application) -> None:
        """Serve them from ``app``."""
        person = r"/sandbox/people/{id:\d+}"
        app.router.add_post(person + "/{act:text|voice|press|follow}", self._act)
        app.router.add_get(person + "/messages", self._messages)
        app.router.add_get(person + "/reactions", self._reactions)
        app.router.add_get("/sandbox/files/{id}", self._file)
        app.router.add_post("/sandbox/faults", self._fault)
        app.router.add_get("/sandbox/calls", self._calls)

    def _person(self, request: web.Request, given: Parameters) -> Person:
        number = int(request.match_info["id"])
        if number not in self._people:
            self._people[number] = Person(
                self._telegram,
                given.text("first_name") or f"Person {number}",
                given.text("last_name"),
                id=number,
                username=given.text("username"),
                language_code=given.text("language_code") or "ru",
            )
        return self._people[number]

    async def _act(self, request: web.Request) -> web.Response:
        act = request.match_info["act"]
        try:
            given = Parameters(request.query) if act == "voice" else await read_parameters(request)
            person = self._person(request, given)
            match act:
                case "text":
                    return _told(await person.say(given.text("text") or "", date=given.integer("date")))
                case "voice":
                    return _told(await self._voice(person, given, await request.read()))
                case "follow":
                    return _told(await person.follow(given.text("link") or ""))
            number = given.integer("message_id")
            message = next((m for m in person.inbox if m.id == number), None)
            return _told(await person.press(given.text("button") or "", message))
        except (ApiError, LookupError) as error:
            return web.json_response({"error": str(error)}, status=400)

    async def _voice(self, person: Person, given: Parameters, data: bytes) -> Sent:
        return await person.voice(
            data,
            duration=given.integer("duration"),
            mime_type=given.text("mime_type") or "audio/ogg",
            date=given.integer("date"),
            forward_from=given.text("forward_from"),
        )

    async def _messages(self, request: web.Request) -> web.Response:
        given = Parameters(request.query)
        person = self._person(request, given)
        after = given.integer("after") or 0

        def newer() -> list[Message] | None:
            return [m for m in person.inbox if m.id > after and not m.deleted] or None

        try:
            found = await person.until(newer, given.integer("timeout") or 0)
        except TimeoutError:
            found = newer() or []
        return web.json_response([message.raw for message in found])

    async def _reactions(self, request: web.Request) -> web.Response:
        person = self._person(request, Parameters(request.query))
        return web.json_response([{"message_id": r.message_id, "emoji": list(r.emoji)} for r in person.reactions])

    async def _file(self, request: web.Request) -> web.Response:
        try:
            stored = self._telegram.files.get(request.match_info["id"])
        except ApiError:
            return web.json_response({"error": "no such file"}, status=404)
        return web.Response(body=stored.data, content_type=stored.mime_type)

    async def _fault(self, request: web.Request) -> web.Response:
        try:
            wanted: Json = (await read_parameters(request)).values
            fault = self._telegram.faults.add(Fault(**wanted))
        except (ApiError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(dataclasses.asdict(fault))

    async def _calls(self, request: web.Request) -> web.Response:
        method = request.query.get("method", "").lower()
        calls = [call for call in self._telegram.calls if method in ("", call.method.lower())]
        return web.json_response([{"method": call.method, "values": call.values} for call in calls])


def _told(result: Sent | Press) -> web.Response:
    body: dict[str, Any] = {"update_id": result.update_id}
    if isinstance(result, Sent):
        body["message_id"] = result.id
    return web.json_response(body)
