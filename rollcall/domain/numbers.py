"""Digits in what somebody has said, however they were said, in Russian and in English.

"4712", "4, 7, 1, 2", "four seven one two", "forty-seven twelve" and "four thousand seven hundred and twelve" are the
same four digits; so they are in Russian. What is looked for is a number that was read out, so a lone word that could be
one ("oh") counts only beside others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_UNITS: Final = {
    "ноль нуль zero nought naught oh o о": 0,
    "один одна одно раз one": 1,
    "два две two": 2,
    "три three": 3,
    "четыре four": 4,
    "пять five": 5,
    "шесть six": 6,
    "семь seven": 7,
    "восемь eight": 8,
    "девять nine": 9,
}
_TEENS: Final = {
    "десять ten": 10,
    "одиннадцать eleven": 11,
    "двенадцать twelve": 12,
    "тринадцать thirteen": 13,
    "четырнадцать fourteen": 14,
    "пятнадцать fifteen": 15,
    "шестнадцать sixteen": 16,
    "семнадцать seventeen": 17,
    "восемнадцать eighteen": 18,
    "девятнадцать nineteen": 19,
}
_TENS: Final = {
    "двадцать twenty": 20,
    "тридцать thirty": 30,
    "сорок forty": 40,
    "пятьдесят fifty": 50,
    "шестьдесят sixty": 60,
    "семьдесят seventy": 70,
    "восемьдесят eighty": 80,
    "девяносто ninety": 90,
}
_HUNDREDS: Final = {
    "сто": 100,
    "двести": 200,
    "триста": 300,
    "четыреста": 400,
    "пятьсот": 500,
    "шестьсот": 600,
    "семьсот": 700,
    "восемьсот": 800,
    "девятьсот": 900,
}
_TIMES: Final = {"hundred": 100, "тысяча тысячи тысяч thousand": 1000}
_BETWEEN: Final = frozenset({"и", "and"})
_ALONE_NONE: Final = frozenset({"oh", "o", "о", "раз", "одна", "одно", "и", "and"})
"""Words of other meanings: no number begins with one, unless another number word follows at once."""


def _by_word(table: dict[str, int]) -> dict[str, int]:
    return {word: value for words, value in table.items() for word in words.split()}


_ALIKE: Final = {"for": 4, "to": 2, "too": 2, "won": 1, "ate": 8, "на": 0, "но": 0}
"""Words that sound like digits; recognisers write them for these."""

_UNIT, _TEEN, _TEN = _by_word(_UNITS), _by_word(_TEENS), _by_word(_TENS)
_HUNDRED, _TIME = _by_word(_HUNDREDS), _by_word(_TIMES)
_NAMED: Final = frozenset({*_UNIT, *_TEEN, *_TEN, *_HUNDRED, *_TIME})
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")
_APART: Final = re.compile(r"[\s.,:;!?…·/()\"'«»“”\-–—]*")
"""What may stand between two parts of a number that is read out."""

SAID: Final = {
    "ru": ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
"""A digit as it is said one by one."""


@dataclass(frozen=True)
class Number:
    """A stretch of a text that is nothing but numbers.

    Attributes:
        digits: of all of them, in a row.
        start, end: where in the text.
    """

    digits: str
    start: int
    end: int


def numbers(text: str, *, alike: bool = False) -> list[Number]:
    """The numbers read out in a text, in order; what stands together is one.

    Args:
        text: of one or of both languages.
        alike: whether words that sound like digits are taken for them.
    """
    words = _ALIKE if alike else {}
    return [
        Number(digits, run[0].start(), run[-1].end())
        for run in _runs(text, _NAMED | words.keys())
        if (digits := _digits([str(words.get(token[0].lower(), token[0].lower())) for token in run]))
    ]


def _runs(text: str, named: frozenset[str]) -> Iterator[list[re.Match[str]]]:
    """Tokens of numbers with nothing but punctuation between them."""
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        word = token[0].lower()
        fits = word.isdigit() or word in named or (word in _BETWEEN and bool(run))
        if run and (not fits or not _APART.fullmatch(text, run[-1].end(), token.start())):
            yield from _trimmed(run)
            run = []
        if fits and (run or word not in _BETWEEN):
            run.append(token)
    yield from _trimmed(run)


def _trimmed(run: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    while run and run[-1][0].lower() in _BETWEEN:
        run = run[:-1]
    if run and not (len(run) == 1 and run[0][0].lower() in _ALONE_NONE):
        yield run


def _digits(words: Sequence[str]) -> str:
    """Number by number: words that go on with the one before are of the same."""
    found: list[str] = []
    value: int | None = None
    room = 0
    """What may still be added: below it, the number goes on."""
    told = [word for word in words if word not in _BETWEEN]
    for word, after in zip(told, [*told[1:], ""], strict=True):
        if word.isdigit() and (after in _TIME or (value is not None and word[0] != "0" and int(word) < room)):
            # "4 thousand 712", as recognisers write it.
            goes_on = value is not None and int(word) < room
            found += [] if goes_on else _told(value)
            value, room = int(word) + ((value or 0) if goes_on else 0), 0
        elif word.isdigit():
            found += [*_told(value), word]
            value = None
        elif word in _TIME:
            value, room = _times(value, _TIME[word])
        else:
            value, room, done = _more(value, room, word)
            found += done
    return "".join(found + _told(value))


def _told(value: int | None) -> list[str]:
    return [] if value is None else [str(value)]


def _times(value: int | None, by: int) -> tuple[int, int]:
    """A hundred or a thousand of what was just said."""
    below = (value or 0) % by if value is not None and value >= by else value
    above = (value or 0) - (below or 0)
    return above + (1 if below is None or below == 0 else below) * by, by


def _more(value: int | None, room: int, word: str) -> tuple[int, int, list[str]]:
    """The number with a word more, or a new one; what may be added to it; and the one that is done."""
    for table, rest in ((_HUNDRED, 100), (_TEN, 10), (_TEEN, 0), (_UNIT, 0)):
        if word in table:
            size = table[word]
            if value is not None and 0 < size < room:
                return value + size, rest, []
            return size, rest, _told(value)
    raise ValueError(word)
