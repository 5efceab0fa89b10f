"""Groups as they live: some become supergroups, some are forums with topics that open and close."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sandbox.errors import ApiError, Json, bad_request

if TYPE_CHECKING:
    from sandbox.telegram import Telegram

ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Who sends what an anonymous administrator writes."""
_GENERAL = 1


class Groups:
    """What may happen to the groups of one Telegram."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._topics: dict[int, dict[int, bool]] = {}
        self._became: dict[int, int] = {}

    # -- becoming another

    def upgrade(self, chat_id: int, by: int) -> Json:
        """A basic group becomes a supergroup: another id, none of the messages, and a word about it in both."""
        telegram = self._telegram
        old = telegram.chats[chat_id]
        new = telegram.add_group(old["title"], {k: v for k, v in telegram.members[chat_id].items() if k > 0})
        self._became[chat_id] = new["id"]
        sender = telegram.users[by]
        for chat, service in (
            (chat_id, {"migrate_to_chat_id": new["id"]}),
            (new["id"], {"migrate_from_chat_id": chat_id}),
        ):
            telegram.updates.put("message", telegram.post(chat, sender, service))
        return new

    def refuse_if_gone(self, chat_id: int) -> None:
        """A group that has become another takes nothing any more.

        Raises:
            ApiError: it has; the parameters say which.
        """
        if (new := self._became.get(chat_id)) is not None:
            raise ApiError(400, "group chat was upgraded to a supergroup chat", migrate_to_chat_id=new)

    # -- topics

    def open_topic(self, chat_id: int, thread_id: int) -> int:
        """A topic that takes messages; the first one makes the group a forum. Number 1 is the general one."""
        self._telegram.chats[chat_id]["is_forum"] = True
        self._topics.setdefault(chat_id, {_GENERAL: True})[thread_id] = True
        return thread_id

    def close_topic(self, chat_id: int, thread_id: int = _GENERAL) -> None:
        """From now on only administrators write in it."""
        self._topics[chat_id][thread_id] = False

    def delete_topic(self, chat_id: int, thread_id: int) -> None:
        """The topic goes, with every message in it."""
        del self._topics[chat_id][thread_id]
        messages = self._telegram.messages
        for key in [
            key for key, one in messages.items() if key[0] == chat_id and one.get("message_thread_id") == thread_id
        ]:
            del messages[key]

    def check_topic(self, chat_id: int, thread_id: int | None) -> None:
        """Whether the bot, which is no administrator, may write there.

        Raises:
            ApiError: the topic is closed, or there is none.
        """
        topics = self._topics.get(chat_id)
        if topics is None:
            return
        if (is_open := topics.get(thread_id or _GENERAL)) is None:
            raise bad_request("message thread not found")
        if not is_open:
            raise bad_request("TOPIC_CLOSED")

    # -- the bot's standing

    def kick(self, chat_id: int, by: int) -> None:
        """Throw the bot out."""
        self._telegram.blocked.add(chat_id)
        self._standing(chat_id, by, "member", "kicked")

    def _standing(self, chat_id: int, by: int, before: str, after: str) -> None:
        telegram = self._telegram
        change: Json = {"chat": telegram.chats[chat_id], "from": telegram.users[by], "date": int(time.time())}
        for name, status in (("old_chat_member", before), ("new_chat_member", after)):
            change[name] = {"status": status, "user": telegram.bot, **({"until_date": 0} if status == "kicked" else {})}
        telegram.updates.put("my_chat_member", change)
