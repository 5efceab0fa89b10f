"""Links to this bot, and the codes in them, as people paste them into a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from telegram import Message, MessageEntity

JOIN, TEACH, WITH = "join-", "teach-", "with-"
"""To be a student; to be a teacher; to be a class's teacher, with those who are."""
PAYLOAD = re.compile("[A-Za-z0-9_-]{1,64}")
"""What Telegram allows in a link; the person may type anything."""

_ASCII = re.ASCII | re.IGNORECASE
_LINK = re.compile(
    r"(?<![\w.-])(?:https?://)?(?:www\.)?"
    r"(?:(?:t|telegram)\.(?:me|dog)/(?P<path>\w+)/?|(?P<host>\w+)\.t\.me/?)\?(?P<query>\S+)",
    _ASCII,
)
_APP_LINK = re.compile(r"tg:/{0,2}resolve/?\?(?P<query>\S+)", _ASCII)
_START = re.compile(r"(?:^|[?&])start=(?P<payload>[A-Za-z0-9_-]{1,64})")
_DOMAIN = re.compile(r"(?:^|[?&])domain=(?P<name>\w+)", _ASCII)
_ADDRESS = re.compile(r":/|\.\w+/|^tg:", _ASCII)
_NAMED = re.compile(rf"(?<![\w-])(?P<payload>(?:{JOIN}|{TEACH}|{WITH})[A-Za-z0-9_-]{{16,58}})(?![\w-])")
_BARE = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{22}(?![\w-])")
"""A join code as we make them: 128 bits in base64."""


def payload_in(message: Message, username: str) -> str | None:
    """What ``/start`` would be given, were the link in the text pressed; None where there is no link of ours.

    A bare code counts as a join link's. Links to other bots are nobody's business here.
    """
    text = message.text or ""
    hidden = [entity.url for entity in message.entities if entity.type == MessageEntity.TEXT_LINK]
    for payload in _linked(" ".join([text, *map(str, hidden)]), username.lower()):
        if payload.startswith((JOIN, TEACH, WITH)):
            return payload
    rest = " ".join(word for word in text.split() if _ADDRESS.search(word) is None)
    if (named := _NAMED.search(rest)) is not None:
        return named["payload"]
    bare = next((word for word in _BARE.findall(rest) if _looks_random(word)), None)
    return None if bare is None else JOIN + bare


def _linked(text: str, username: str) -> Iterator[str]:
    for link in _LINK.finditer(text):
        start = _START.search(link["query"])
        if start is not None and (link["path"] or link["host"]).lower() == username:
            yield start["payload"]
    for link in _APP_LINK.finditer(text):
        start, domain = _START.search(link["query"]), _DOMAIN.search(link["query"])
        if start is not None and domain is not None and domain["name"].lower() == username:
            yield start["payload"]


def _looks_random(word: str) -> bool:
    """Of 22 random characters one at least is no small letter, nearly always; a long word has a capital in front."""
    return word != word.lower() and word != word.upper() and word != word.capitalize()
