"""Every message of the Fluent files, rendered with values such as people meet; also what a reviewer reads.

``python -m tests.bot.catalogue`` writes the renderings to ``tests/bot/texts/<language>.txt`` anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from rollcall.domain.class_settings import Vocabulary
from rollcall.texts import LANGUAGES, texts_in

FOLDER = Path(__file__).parent / "texts"
COUNTS = (0, 1, 2, 5, 11, 21, 101)
SHOWN = (1, 2, 5)
_COUNTED = frozenset(
    {
        "n", "number", "days", "minutes", "seconds", "students", "lessons", "present", "late", "absent", "flagged",
        "day", "attended", "most", "tries", "total", "here", "part", "whole", "shown", "percent", "megabytes",
        "new", "known", "gone", "least", "notes", "heard", "another", "unclear", "silent", "added", "updated", "row",
    }
)  # fmt: skip
_ONE_OF = {
    "identifier": ("idnumber", "email"),
    "period": ("lesson", "today", "week", "month", "all"),
    "vocabulary": tuple(Vocabulary),
    "weekday": tuple(range(1, 8)),
    "month": tuple(range(1, 13)),
}
_CLOCK = {
    "page": "1", "pages": "3",
    "time": "09:05", "closes": "10:30", "late": "09:10", "until": "05.12 10:30", "times": "05.12 10:30", "year": "2026",
    "at": "2026-12-05 09:05:00 UTC", "receipt": "0575-64845", "id": "5000001", "bot": "rollcall_bot",
    "zone": "UTC+4",
    "when": "04.03.2025, 09:00–10:30",
    "link": "https://t.me/rollcall_bot?start=join-abc",
}  # fmt: skip
_WORDS = {
    "ru": {
        "name": "Анна Белова", "one": "Анна Белова", "other": "Борис Громов", "teacher": "Мария Ивановна",
        "title": "Физика", "status": "присутствует", "topic": "Дроби",
        "titles": "Физика, Химия", "language": "русский", "word": "присутствует",
        "counts": "присутствуют: 18 · опоздали: 2 · отсутствуют: 5 · под вопросом: 0",
        "phrase": "Сегодня утром шёл дождь.",
        "by": "Мария Ивановна", "teachers": "Мария Ивановна, Ольга Олегова",
        "line": "• Анна Белова", "last": "5 декабря 2027", "since": "5 декабря 2026",
        "names": "Анна Белова\nБорис Громов", "digits": "4 · 7 · 1 · 2", "spelt": "четыре, семь, один, два",
        "from": "1 марта", "to": "5 марта", "days": "5 марта",
    },
    "en": {
        "name": "Anna Bell", "one": "Anna Bell", "other": "Boris Groves", "teacher": "Mary Jones",
        "title": "Physics", "status": "present", "topic": "Fractions",
        "titles": "Physics, Chemistry", "language": "English", "word": "present",
        "counts": "present: 18 · late: 2 · absent: 5 · in doubt: 0",
        "phrase": "This morning it rained.",
        "by": "Mary Jones", "teachers": "Mary Jones, Olga Owen",
        "line": "• Anna Bell", "last": "5 December 2027", "since": "5 December 2026",
        "names": "Anna Bell\nBoris Groves", "digits": "4 · 7 · 1 · 2", "spelt": "four, seven, one, two",
        "from": "1 March", "to": "5 March", "days": "5 March",
    },
}  # fmt: skip
_A_DATE = frozenset(
    {
        "report-days",
        "report-lesson-closed",
        "report-lesson-open",
        "report-period-when",
        "plan-term",
        "plan-holidays",
        "plan-slot-ask",
    }
)
"""Where ``day``, ``days`` and the like are words."""
_A_MOMENT = frozenset({"board-late-from"})
"""Where ``late`` is a time."""


@cache
def sources(language: str) -> Mapping[str, str]:
    """The source of each message of a language, by its key."""
    found = {}
    for file in sorted((resources.files("rollcall") / "locales" / language).iterdir(), key=lambda one: one.name):
        for entry in re.split(r"\n(?=[a-z#])", file.read_text(encoding="utf-8")):
            if key := re.match(r"([a-z][\w-]*) =", entry):
                if key[1] in found:
                    raise AssertionError(f"{language} has two messages {key[1]}")
                found[key[1]] = entry
    return found


def variables(source: str) -> set[str]:
    """The values that a message needs."""
    return set(re.findall(r"\$([\w-]+)", source))


def renderings(key: str, language: str, counts: tuple[int, ...] = COUNTS) -> Iterator[str]:
    """The message with each count in turn, and with each value of what is one of a few."""
    every = sources(language)
    wanted = _wanted(key, every)
    seen = set()
    for count in counts:
        for pick in range(12):
            text = texts_in(language)(key, **{name: _value(name, key, language, count, pick) for name in wanted})
            if text not in seen:
                seen.add(text)
                yield text
            if not wanted & set(_ONE_OF):
                break


def _wanted(key: str, every: Mapping[str, str]) -> set[str]:
    """The values that the message needs, and those within it."""
    inner = re.findall(r"\{ ([a-z][\w-]*) \}", every[key])
    return variables(every[key]).union(*(_wanted(one, every) for one in inner))


def _value(name: str, key: str, language: str, count: int, pick: int) -> Any:
    if name in _ONE_OF:
        return _ONE_OF[name][pick % len(_ONE_OF[name])]
    if key in _A_DATE and name in ("day", "days"):
        return _WORDS[language]["days"]
    if name in _COUNTED and not (key in _A_MOMENT and name == "late"):
        return count
    return _CLOCK.get(name) or _WORDS[language].get(name) or _WORDS[language]["name"]


def as_written(language: str) -> str:
    """The whole catalogue, for a reader."""
    blocks = []
    for key in sources(language):
        lines = [f"== {key}"]
        for text in renderings(key, language, SHOWN):
            lines += ["", *("    " + line if line else "" for line in text.split("\n"))]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        (FOLDER / f"{language}.txt").write_text(as_written(language), encoding="utf-8")
