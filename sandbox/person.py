"""A scripted person: says, sends, presses, and (as a ``Listener``) waits for the bot's answers."""

from __future__ import annotations

import itertools
import time
from urllib.parse import parse_qs, urlsplit

from sandbox.entities import commands
from sandbox.errors import Json
from sandbox.groups import ANONYMOUS
from sandbox.listener import Listener
from sandbox.media import picture_size, seconds
from sandbox.message import Message, Press, Sent
from sandbox.telegram import Telegram

_IDS = itertools.count(7_000_001)


class Person(Listener):
    """One Telegram user. The private chat opens with the first thing they send.

    ``chat`` wherever it occurs is the id of a group the person is in; left out it is the private chat with the bot.
    ``date`` is a Unix time, for a message that waited for a connection. ``forward_from`` is the person a message came
    from, or just a name where that person hides their account.
    """

    def __init__(
        self,
        telegram: Telegram,
        first_name: str,
        last_name: str | None = None,
        *,
        id: int | None = None,  # noqa: A002 - Telegram's own word
        username: str | None = None,
        language_code: str | None = "ru",
    ) -> None:
        super().__init__(telegram, next(_IDS) if id is None else id)
        optional = {"last_name": last_name, "username": username, "language_code": language_code}
        user: Json = {"id": self.id, "is_bot": False, "first_name": first_name}
        self.user = telegram.add_user({**user, **{key: value for key, value in optional.items() if value}})

    def __repr__(self) -> str:
        return f"Person({self.name!r}, id={self.id})"

    @property
    def name(self) -> str:
        """The name the person's account shows."""
        return " ".join(filter(None, (self.user["first_name"], self.user.get("last_name"))))

    # -- sending

    async def say(
        self,
        text: str,
        *,
        chat: int | None = None,
        date: int | None = None,
        reply_to: int | None = None,
        forward_from: Person | str | None = None,
        topic: int | None = None,
    ) -> Sent:
        """A text or a command; ``topic`` is one of a forum's."""
        there: Json = {} if topic is None else {"message_thread_id": topic, "is_topic_message": True}
        return self._send({"text": text, **there}, chat, date, forward_from, reply_to)

    async def say_as_group(self, text: str, chat: int) -> Sent:
        """A text by an administrator who remains anonymous: Telegram tells of the group alone."""
        content = {"text": text, "entities": commands(text), "sender_chat": self.telegram.chats[chat]}
        message = self.telegram.post(chat, ANONYMOUS, content)
        return Sent(message, self.telegram.updates.put("message", message))

    async def post(self, text: str, channel: int) -> Sent:
        """A post in a channel: nobody's name is on it."""
        place = self.telegram.chats[channel]
        message = self.telegram.post(
            channel, self.user, {"text": text, "entities": commands(text), "sender_chat": place}
        )
        del message["from"]
        return Sent(message, self.telegram.updates.put("channel_post", message))

    async def delete(self, sent: Sent) -> None:
        """Take an own message away; the bot is not told."""
        del self.telegram.messages[sent.chat_id, sent.id]

    async def voice(
        self,
        data: bytes,
        *,
        duration: int | None = None,
        mime_type: str = "audio/ogg",
        chat: int | None = None,
        date: int | None = None,
        reply_to: int | None = None,
        forward_from: Person | str | None = None,
        marks: Json | None = None,
    ) -> Sent:
        """A voice note; its duration is read from the file unless given.

        ``marks`` are further fields of the message, such as ``is_from_offline``.
        """
        body = self._upload(data, "voice", mime_type=mime_type)
        body |= {"duration": _duration(data, duration), "mime_type": mime_type}
        return self._send({"voice": body, **(marks or {})}, chat, date, forward_from, reply_to)

    async def video_note(
        self, data: bytes, *, duration: int | None = None, chat: int | None = None, date: int | None = None
    ) -> Sent:
        """A round video."""
        body = self._upload(data, "video_notes", mime_type="video/mp4")
        return self._send({"video_note": {**body, "duration": _duration(data, duration), "length": 384}}, chat, date)

    async def video(
        self, data: bytes, mime_type: str = "video/mp4", *, name: str = "video.mp4", chat: int | None = None
    ) -> Sent:
        """A video message."""
        body = self._upload(data, "videos", name, mime_type)
        body |= {"duration": _duration(data, None), "width": 640, "height": 480, "mime_type": mime_type}
        return self._send({"video": {**body, "file_name": name}}, chat)

    async def animation(self, data: bytes, *, chat: int | None = None) -> Sent:
        """A moving picture without sound; Telegram sends it as a document, too."""
        body = self._upload(data, "animations", "funny.mp4", "video/mp4")
        body |= {"file_name": "funny.mp4", "mime_type": "video/mp4"}
        shape = {"duration": 3, "width": 320, "height": 240}
        return self._send({"animation": {**body, **shape}, "document": body}, chat)

    async def audio(
        self,
        data: bytes,
        mime_type: str = "audio/mpeg",
        *,
        name: str = "audio.mp3",
        duration: int | None = None,
        chat: int | None = None,
        date: int | None = None,
        forward_from: Person | str | None = None,
    ) -> Sent:
        """An audio file."""
        body = self._upload(data, "music", name, mime_type)
        body |= {"duration": _duration(data, duration), "file_name": name, "mime_type": mime_type}
        return self._send({"audio": body}, chat, date, forward_from)

    async def document(
        self, data: bytes, name: str, mime_type: str | None = "application/octet-stream", *, chat: int | None = None
    ) -> Sent:
        """Any file; Telegram may not know what kind it is."""
        body = self._upload(data, "documents", name, mime_type or "")
        kind = {} if mime_type is None else {"mime_type": mime_type}
        return self._send({"document": {**body, "file_name": name, **kind}}, chat)

    async def photo(self, data: bytes, *, chat: int | None = None) -> Sent:
        """A picture."""
        width, height = picture_size(data) or (640, 480)
        body = self._upload(data, "photos", mime_type="image/jpeg")
        return self._send({"photo": [{**body, "width": width, "height": height}]}, chat)

    async def sticker(self, emoji: str = "👋", *, chat: int | None = None) -> Sent:
        """A sticker."""
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        body = self._upload(b"RIFF....WEBP", "stickers", mime_type="image/webp")
        return self._send({"sticker": {**body, **shape, "emoji": emoji}}, chat)

    async def location(self, latitude: float = 55.75, longitude: float = 37.62, *, chat: int | None = None) -> Sent:
        """A place."""
        return self._send({"location": {"latitude": latitude, "longitude": longitude}}, chat)

    async def contact(self, phone_number: str = "+70000000000", *, chat: int | None = None) -> Sent:
        """The person's own contact."""
        body = {"phone_number": phone_number, "first_name": self.user["first_name"], "user_id": self.id}
        return self._send({"contact": body}, chat)

    async def resend(self, sent: Sent, *, chat: int | None = None, date: int | None = None) -> Sent:
        """The same again, by the same file id, as a message of one's own."""
        return self._send(_body(sent.message), chat, date)

    async def forward(self, sent: Sent | Message, *, hidden: bool = False, chat: int | None = None) -> Sent:
        """Somebody's message with its forward header: Telegram keeps the file ids."""
        message = sent.message if isinstance(sent, Sent) else sent.raw
        origin: Json = {"type": "user", "sender_user": message["from"], "date": message["date"]}
        if hidden:
            origin = {"type": "hidden_user", "sender_user_name": message["from"]["first_name"], "date": message["date"]}
        return self._send({"forward_origin": origin, **_body(message)}, chat)

    async def edit(self, sent: Sent, text: str) -> Sent:
        """Another text in an own message."""
        edited = {key: value for key, value in sent.message.items() if key != "entities"}
        edited |= {"text": text, "edit_date": self.telegram.now()}
        if found := commands(text):
            edited["entities"] = found
        self.telegram.messages[sent.chat_id, sent.id] = edited
        return Sent(edited, self.telegram.updates.put("edited_message", edited))

    async def edit_caption(self, sent: Sent, caption: str) -> Sent:
        """Another caption under an own recording or file."""
        edited = {**sent.message, "caption": caption, "edit_date": self.telegram.now()}
        self.telegram.messages[sent.chat_id, sent.id] = edited
        return Sent(edited, self.telegram.updates.put("edited_message", edited))

    async def press(self, button: str, message: Message | None = None) -> Press:
        """Press an inline button, named by its callback data, the data's beginning or its text.

        Without a message it is the newest one in the inbox that has such a button.

        Raises:
            LookupError: there is no such button.
        """
        message = message or self.latest_with(button)
        data = message.button(button).data
        if data is None:
            raise LookupError(f"the button {button!r} opens a link and sends nothing")
        query_id, update_id = self.telegram.ask(self.id, dict(message.raw), data)
        press = self.presses[query_id] = Press(query_id, update_id)
        return press

    async def follow(self, link: str) -> Sent:
        """Open ``https://t.me/<bot>?start=x`` and press START, which sends ``/start x``."""
        payload = parse_qs(urlsplit(link).query).get("start", [""])[0]
        return await self.say(f"/start {payload}".strip())

    async def block(self) -> None:
        """Block the bot."""
        self.telegram.blocked.add(self.id)
        self._standing("member", "kicked")

    async def unblock(self) -> None:
        """Let the bot write again."""
        self.telegram.blocked.discard(self.id)
        self._standing("kicked", "member")

    # -- within

    def _send(
        self,
        content: Json,
        chat: int | None,
        date: int | None = None,
        forward_from: Person | str | None = None,
        reply_to: int | None = None,
    ) -> Sent:
        if chat is None:
            chat = int(self.telegram.open_private(self.id)["id"])
        if forward_from is not None:
            origin: Json = {"type": "hidden_user", "sender_user_name": str(forward_from)}
            if isinstance(forward_from, Person):
                origin = {"type": "user", "sender_user": forward_from.user}
            content = {"forward_origin": {**origin, "date": self.telegram.now() - 3600}, **content}
        at = time.monotonic()
        message, update_id = self.telegram.receive(chat, self.id, content, date=date, reply_to=reply_to)
        return Sent(message, update_id, at)

    def _upload(self, data: bytes, folder: str, name: str = "", mime_type: str = "") -> Json:
        return self.telegram.files.add(data, folder=folder, name=name, mime_type=mime_type).ids

    def _standing(self, before: str, after: str) -> None:
        def member(status: str) -> Json:
            return {"status": status, "user": self.telegram.bot, **({"until_date": 0} if status == "kicked" else {})}

        change = {"old_chat_member": member(before), "new_chat_member": member(after), "date": self.telegram.now()}
        chat = self.telegram.open_private(self.id)
        self.telegram.updates.put("my_chat_member", {"chat": chat, "from": self.user, **change})


def _duration(data: bytes, given: int | None) -> int:
    if given is not None:
        return given
    read = seconds(data)
    return 5 if read is None else read


def _body(message: Json) -> Json:
    dropped = ("message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup", "forward_origin")
    return {key: value for key, value in message.items() if key not in dropped}
