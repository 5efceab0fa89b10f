"""A stretch of a chat, as the guide shows it: who said what, with everything that changes from day to day made even."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sandbox.message import Message

_DAYS = {
    "1 сентября": "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря",
    "1 September": "January|February|March|April|May|June|July|August|September|October|November|December",
}
_WEEK = {
    "вторник": "понедельник|вторник|среда|четверг|пятница|суббота|воскресенье",
    "Вторник": "Понедельник|Вторник|Среда|Четверг|Пятница|Суббота|Воскресенье",
    "Tuesday": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
}
_NUMBER = {
    "четыре, семь, один, два": "ноль|один|два|три|четыре|пять|шесть|семь|восемь|девять",
    "four, seven, one, two": "zero|one|two|three|four|five|six|seven|eight|nine",
}
_EVEN: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(start=(?:join|teach)-)[\w-]+"), r"\1AbCdEfGh"),
    *((re.compile(rf"\b\d{{1,2}} (?:{months})\b"), day) for day, months in _DAYS.items()),
    *((re.compile(rf"\b(?:{days})\b"), day) for day, days in _WEEK.items()),
    (re.compile(r"\b\d{2}\.\d{2}\.\d{4}\b"), "01.09.2026"),
    (re.compile(r"\b\d{2}\.\d{2} \d{2}:\d{2}\b"), "08.09 18:00"),
    (re.compile(r"\b\d{2}\.\d{2}\.(?!\d)"), "01.09."),
    (re.compile(r"\b20[2-9]\d\b"), "2026"),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "2026-09-01"),
    (re.compile(r"([—·] )\d{1,3} %"), r"\g<1>97 %"),
    (re.compile(r"\b\d(?: · \d){3}\b"), "4 · 7 · 1 · 2"),
    *((re.compile(rf"\b(?:{word})(?:, (?:{word})){{3}}\b"), said) for said, word in _NUMBER.items()),
    (re.compile("«[^«»]{60,}»"), "«Сегодня утром шёл дождь, и мы поехали в школу на автобусе через старый мост.»"),
    (re.compile("“[^“”]{60,}”"), "“This morning it rained, and we went to school by bus across the old bridge.”"),
)  # fmt: skip
"""What is another each time, and what the guide shows in its place. The sentences are drawn by lot."""
_BEGINS, _ENDS, _MARKED, _INVITED = "09:00", "09:45", "09:02", "18:00"
"""The guide's lesson."""
_NEAR = 8
"""Minutes of the played lesson that are all one: a busy machine takes its time."""


@dataclass
class Entry:
    """A message of the excerpt.

    Attributes:
        mine: said by the person whose chat it is.
        kind: ``text``, ``voice``, ``photo`` or ``document``.
        styles: from, to and Telegram's name of what is not plain, in characters.
        pressed: the button that was then pressed.
    """

    mine: bool
    kind: str
    text: str
    styles: list[tuple[int, int, str]] = field(default_factory=list)
    buttons: list[list[str]] = field(default_factory=list)
    pressed: str | None = None
    file_name: str = ""


@dataclass
class Excerpt:
    """A stretch of a person's chat; pictures that the bot sent are beside it, for they are not compared."""

    title: str
    begun: datetime
    """When the lesson began."""
    entries: list[Entry] = field(default_factory=list)
    pictures: dict[int, bytes] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """The person says something."""
        self.entries.append(Entry(mine=True, kind="text", text=text))

    def speak(self) -> None:
        """The person sends a voice note."""
        self.entries.append(Entry(mine=True, kind="voice", text=""))

    def send(self, file_name: str) -> None:
        """The person sends a file."""
        self.entries.append(Entry(mine=True, kind="document", text="", file_name=file_name))

    def hear(self, message: Message, picture: bytes | None = None) -> Message:
        """The bot's message as it reads now."""
        text = message.text
        raw = message.raw.get("entities") or message.raw.get("caption_entities") or []
        marked, styles = _evened(text, [(one["offset"], one["length"], one["type"]) for one in raw], self.begun)
        rows = message.raw.get("reply_markup", {}).get("inline_keyboard", [])
        labels = [[even(button["text"], self.begun) for button in row] for row in rows]
        name = even(message.file_name, self.begun) if message.kind == "document" else ""
        if picture is not None:
            self.pictures[len(self.entries)] = picture
        self.entries.append(Entry(False, message.kind, marked, styles, labels, file_name=name))
        return message

    def press(self, label: str) -> None:
        """A button of the last message is pressed."""
        wanted = even(label, self.begun)
        assert wanted in [one for row in self.entries[-1].buttons for one in row], (wanted, self.entries[-1].buttons)
        self.entries[-1].pressed = wanted

    def as_plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"title": self.title, "entries": [asdict(one) for one in self.entries]}


def digest(plain: dict[str, Any]) -> str:
    """Of an excerpt as it is compared: a picture carries that of what it shows."""
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def even(text: str, begun: datetime) -> str:
    """The text with what changes made even; the lesson that was begun then is at nine."""
    for pattern, instead in _EVEN:
        text = pattern.sub(instead, text)
    text = re.sub(r"\b\d\d:\d\d–\d\d:\d\d\b", f"{_BEGINS}–{_ENDS}", text)
    text = re.sub(r"(01\.09\.2026, )\d\d:\d\d\b", rf"\g<1>{_BEGINS}", text)
    return re.sub(r"(?<![–,] )(?<!–)\b([0-2]\d):([0-5]\d)\b(?!–)", lambda found: _at_nine(found, begun), text)


def _at_nine(found: re.Match[str], begun: datetime) -> str:
    if found[0] == _INVITED:
        return found[0]
    said = int(found[1]) * 60 + int(found[2])
    away = (said - begun.hour * 60 - begun.minute + 720) % 1440 - 720
    minutes = 9 * 60 + 5 * round(away / 5)
    return _MARKED if away < _NEAR else f"{minutes // 60:02}:{minutes % 60:02}"


def _evened(text: str, entities: list[tuple[int, int, str]], begun: datetime) -> tuple[str, list[tuple[int, int, str]]]:
    # Private characters stand for where styles begin and end while the text between them changes its length.
    units = text.encode("utf-16-le")
    cuts = sorted(
        {(offset, 0, number) for number, (offset, _, _) in enumerate(entities)}
        | {(offset + length, 1, number) for number, (offset, length, _) in enumerate(entities)},
        reverse=True,
    )
    for at, end, number in cuts:
        mark = chr(0xE000 + 2 * number + end)
        units = units[: 2 * at] + mark.encode("utf-16-le") + units[2 * at :]
    marked = even(units.decode("utf-16-le"), begun)
    plain, starts, styles = "", dict[int, int](), []
    for character in marked:
        number = ord(character) - 0xE000
        if not 0 <= number < 2 * len(entities):
            plain += character
        elif number % 2 == 0:
            starts[number // 2] = len(plain)
        else:
            styles.append((starts[number // 2], len(plain), entities[number // 2][2]))
    return plain, sorted(styles)
