"""What the visitor does as somebody: writes, presses, speaks, sends files, forwards, edits and deletes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from sandbox.cast import SHIPPED
from sandbox.errors import ApiError, Json, bad_request
from sandbox.media import picture_size
from sandbox.message import Sent
from sandbox.parameters import Parameters, read_parameters
from sandbox.person import Person
from sandbox.telegram import Telegram
from sandbox.web import recording
from sandbox.web.company import LANGUAGES, Company
from sandbox.web.feed import Feed

_NAME = re.compile(r"[\w-]{1,40}")
_LONGEST_TEXT = 4096


class Acts:
    """The routes by which a page acts."""

    def __init__(self, telegram: Telegram, company: Company, feed: Feed, voices: Path = SHIPPED) -> None:
        self._telegram = telegram
        self._company = company
        self._feed = feed
        self._voices = voices

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        acts: dict[str, Callable[[Person, Parameters], Awaitable[Json]]] = {
            "text": self._text,
            "press": self._press,
            "follow": self._follow,
            "shipped": self._shipped,
            "forward": self._forward,
            "edit": self._edit,
            "delete": self._delete,
        }
        for name, act in acts.items():
            app.router.add_post(rf"/try/people/{{id:\d+}}/{name}", self._by_somebody(act))
        app.router.add_post(r"/try/people/{id:\d+}/voice", self._voice)
        app.router.add_post(r"/try/people/{id:\d+}/file", self._file)
        app.router.add_post("/try/language", self._language)

    def _by_somebody(
        self, act: Callable[[Person, Parameters], Awaitable[Json]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                return web.json_response(await act(self._person(request), await read_parameters(request)))
            except (ApiError, LookupError) as error:
                return web.json_response({"error": str(error)}, status=400)

        return handle

    def _person(self, request: web.Request) -> Person:
        person = self._company.people.get(int(request.match_info["id"]))
        if person is None:
            raise LookupError("nobody of that number")
        return person

    # -- writing and pressing

    async def _text(self, person: Person, given: Parameters) -> Json:
        text = (given.text("text") or "").strip()
        if not 1 <= len(text) <= _LONGEST_TEXT:
            raise bad_request("message text is empty or too long")
        return _told(await person.say(text, reply_to=given.integer("reply_to")))

    async def _press(self, person: Person, given: Parameters) -> Json:
        message = self._telegram.message(person.id, given.integer("message_id"), "to press a button of")
        data = given.text("data") or ""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise LookupError("the message has no such button any more")
        query_id, _ = self._telegram.ask(person.id, dict(message), data)
        return {"query_id": query_id}

    async def _follow(self, person: Person, given: Parameters) -> Json:
        return _told(await person.follow(given.text("link") or ""))

    async def _edit(self, person: Person, given: Parameters) -> Json:
        own = self._own(person, given, "to edit")
        text = (given.text("text") or "").strip()
        if "text" not in own.message or not 1 <= len(text) <= _LONGEST_TEXT:
            raise bad_request("message can't be edited")
        edited = await person.edit(own, text)
        self._feed.publish("edit", {"chat_id": person.id, **edited.message})
        return _told(edited)

    async def _delete(self, person: Person, given: Parameters) -> Json:
        message = self._telegram.message(person.id, given.integer("message_id"), "to delete")
        await person.delete(Sent(message, 0))
        self._feed.publish("delete", {"chat_id": person.id, "message_id": message["message_id"]})
        return {}

    def _own(self, person: Person, given: Parameters, purpose: str) -> Sent:
        message = self._telegram.message(person.id, given.integer("message_id"), purpose)
        if message["from"]["id"] != person.id:
            raise bad_request("message is not one's own")
        return Sent(message, 0)

    # -- speaking and sending files

    async def _voice(self, request: web.Request) -> web.Response:
        """The body is what the browser recorded, in whatever container it likes."""
        try:
            person = self._person(request)
            note = await asyncio.to_thread(recording.voice_note, await request.read())
            return web.json_response(_told(await person.voice(note)))
        except (ApiError, LookupError) as error:
            return web.json_response({"error": str(error)}, status=400)

    async def _shipped(self, person: Person, given: Parameters) -> Json:
        voice, note = given.text("voice") or "", given.text("note") or ""
        if not _NAME.fullmatch(voice) or not _NAME.fullmatch(note):
            raise LookupError("no such voice")
        file = self._voices / voice / f"{note}.ogg"
        if not file.is_file():
            raise LookupError("no such voice")
        return _told(await person.voice(await asyncio.to_thread(file.read_bytes)))

    async def _forward(self, person: Person, given: Parameters) -> Json:
        message = self._telegram.message(given.integer("from") or 0, given.integer("message_id"), "to forward")
        return _told(await person.forward(Sent(message, 0)))

    async def _file(self, request: web.Request) -> web.Response:
        """One's own file, sent as Telegram's apps send such a file: pictures as photos, sound as music."""
        name = Path(request.query.get("name") or "file").name
        kind = request.content_type
        try:
            person, data = self._person(request), await request.read()
            if not data:
                raise bad_request("file must be non-empty")
            if kind.startswith("image/") and picture_size(data) is not None:
                sent = await person.photo(data)
            elif kind.startswith("audio/") or name.endswith((".ogg", ".oga", ".opus", ".wav", ".flac", ".mp3", ".m4a")):
                sent = await person.audio(data, kind, name=name)
            elif kind.startswith("video/"):
                sent = await person.video(data, kind, name=name)
            else:
                sent = await person.document(data, name, kind)
        except (ApiError, LookupError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(_told(sent))

    async def _language(self, request: web.Request) -> web.Response:
        language = (await read_parameters(request)).text("language")
        if language not in LANGUAGES:
            return web.json_response({"error": "no such language"}, status=400)
        if language != self._company.language:
            self._company.speak(language)
            self._feed.publish_state()
        return web.json_response({})


def _told(sent: Sent) -> Json:
    return {"message_id": sent.id}
