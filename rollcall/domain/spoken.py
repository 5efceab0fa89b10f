"""Whether a note says what was asked for: a challenge against what a recogniser read, and how sure it was.

Text alone is not enough: a digit that was mumbled is often written down as a likelier word. So the recogniser is asked
as well how likely the challenge is where it read something else, and that is held against what it read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.domain.challenge import Challenge, Words
from rollcall.domain.numbers import Number, numbers

Likelihoods = Callable[[int, Sequence[str]], list[float]]
"""How likely it is that the text goes on so after its first characters, as natural logarithms: `models.recogniser`."""

_MOST: Final = 2
"""Times as many digits as the challenge has: who says more of them may be saying whatever comes."""
_BETWEEN: Final = re.compile(r"(?<=\d)\D{1,2}(?=\d)")
_STYLES: Final = (", ", "")
_NEAR: Final = 12
"""Letters between two numbers of one answer."""
_WORD_BEFORE: Final = re.compile(r"[^\W\d_]+['’]?\w*\W*$")


@dataclass(frozen=True)
class Cuts:
    """Where a recogniser's scores mean yes and no: of its card.

    Attributes:
        within: the challenge may be so much less likely than what was read, and still counts as heard.
        floor: how likely it must be at least.
        other: by so much less likely than a number that was read, it was the number.
    """

    within: float
    floor: float
    other: float


@dataclass(frozen=True)
class Evidence:
    """What a reading says for a challenge and against it.

    Attributes:
        said: it was read as it was asked for; then the others say nothing.
        likely: logarithm of the challenge's probability, in the place of an answer.
        beside: that of what was read there.
        digits: how many were read there; where none was, nothing is weighed: a challenge that was said is then as
            unlikely as any other (docs/accuracy.md), and the question is a third of a note's cost.
    """

    said: bool
    likely: float = 0.0
    beside: float = 0.0
    digits: int = 0

    @property
    def lead(self) -> float:
        """How much likelier the challenge is than what was read."""
        return self.likely - self.beside


def judged(challenge: Challenge, text: str, likelihoods: Likelihoods, cuts: Cuts) -> tuple[Words, float | None]:
    """What was heard of a challenge, and by how much likelier it is than what was read: nought where it was read.

    Without a digit in the text nothing is weighed, and there is no such figure.

    Args:
        text: as the recogniser read it.
        likelihoods: of other ways for it to go on.
    """
    found = weighed(challenge, text, likelihoods)
    return verdict(found, cuts, len(challenge.items)), found.lead if found.said or found.digits else None


def verdict(found: Evidence, cuts: Cuts, asked: int) -> Words:
    """Of a challenge of so many items."""
    if found.said or (found.digits and found.lead >= -cuts.within and found.likely >= cuts.floor):
        return Words.HEARD
    if found.digits and found.lead >= -cuts.other:
        return Words.UNSURE
    return Words.SOMETHING_ELSE if found.digits >= asked - 1 else Words.NOT_HEARD


def weighed(challenge: Challenge, text: str, likelihoods: Likelihoods) -> Evidence:
    """See `judged`."""
    expected = "".join(challenge.items)
    found = [number for alike in (False, True) for number in numbers(text, alike=alike)]
    if any(_says(number.digits, expected) for number in found):
        return Evidence(said=True)
    answer = _answer(found)
    if not answer:
        return Evidence(said=False)
    digits = sum(len(number.digits) for number in answer)
    return max((_held(expected, text, start, answer[-1].end, digits, likelihoods) for start in _starts(text, answer)),
               key=lambda evidence: evidence.lead)  # fmt: skip


def _held(expected: str, text: str, start: int, end: int, digits: int, likelihoods: Likelihoods) -> Evidence:
    """The challenge against what was written in one place."""
    written = text[start:end]
    *scores, beside = likelihoods(start, [*spellings(expected, written), written])
    return Evidence(False, _sum(scores), beside, digits)


def spellings(digits: str, written: str) -> tuple[str, ...]:
    """The ways in which a recogniser writes digits that are said one by one, that of what it has written first."""
    own = _BETWEEN.findall(written)
    return tuple(style.join(digits) for style in dict.fromkeys([*own[-1:], *_STYLES]))


def _says(digits: str, expected: str) -> bool:
    """Whoever has corrected themselves has said it last."""
    return digits.endswith(expected) and len(digits) <= _MOST * len(expected)


def _answer(found: Sequence[Number]) -> list[Number]:
    """The last numbers that stand near each other: a digit between them may have been taken for a word."""
    inside = sorted(found, key=lambda number: (number.start, -number.end))
    apart: list[Number] = []
    for number in inside:
        if not apart or number.start >= apart[-1].end:
            apart.append(number)
    answer = apart[-1:]
    for number in reversed(apart[:-1]):
        if answer[0].start - number.end > _NEAR:
            break
        answer.insert(0, number)
    return answer


def _starts(text: str, answer: Sequence[Number]) -> list[int]:
    """Where an answer may begin: with its first number, or with the word before, which may have been a digit."""
    start = answer[0].start
    before = _WORD_BEFORE.search(text[:start])
    return [start] if before is None else [start, before.start()]


def _sum(logarithms: Sequence[float]) -> float:
    """The logarithm of the sum of what these are the logarithms of."""
    most = max(logarithms)
    return most + math.log(sum(math.exp(one - most) for one in logarithms))
