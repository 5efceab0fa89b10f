"""Whether a note says what was asked for: a challenge against what a recogniser read, and how sure it was.

Text alone is not enough: a digit that was mumbled is often written down as a likelier word. So the recogniser is asked
as well how likely the challenge is where it read something else, and that is held against what it read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.domain.challenge import Challenge, Words
from rollcall.domain.numbers import SAID, Number, numbers

Likelihoods = Callable[[int, Sequence[str]], list[float]]
"""How likely it is that the text goes on so after its first characters, as natural logarithms: `models.recogniser`."""

_WHOLE: Final = 2
"""Times as many digits as the challenge has: who says more of them may be saying whatever comes."""


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


def judged(challenge: Challenge, text: str, likelihoods: Likelihoods, cuts: Cuts) -> tuple[Words, float]:
    """What was heard of a challenge, and by how much likelier it is than what was read: nought where it was read.

    Args:
        text: as the recogniser read it.
        likelihoods: of other ways for it to go on.
    """
    expected = "".join(challenge.items)
    found = [number for number in numbers(text) if len(number.digits) > 1]
    if any(_says(number.digits, expected) for number in found):
        return Words.HEARD, 0.0
    start, read = _place(text, found)
    asked = spellings(challenge.language, expected)
    other = spellings(challenge.language, read.digits) if read else ("",)
    scores = likelihoods(start, [*asked, *other])
    likely, beside = _sum(scores[: len(asked)]), _sum(scores[len(asked) :])
    lead = likely - beside
    if lead >= -cuts.within and likely >= cuts.floor:
        return Words.HEARD, lead
    if read is None or len(read.digits) < len(expected) - 1:
        return Words.NOT_HEARD if lead < -cuts.other else Words.UNSURE, lead
    return Words.SOMETHING_ELSE if lead < -cuts.other else Words.UNSURE, lead


def spellings(language: str, digits: str) -> tuple[str, ...]:
    """The ways in which a recogniser writes digits that are said one by one."""
    words = SAID.get(language, SAID["en"])
    said = [words[int(digit)] for digit in digits]
    return (", ".join(digits), " ".join(digits), "-".join(digits), digits, ", ".join(said), " ".join(said))


def _says(digits: str, expected: str) -> bool:
    """Whoever has corrected themselves has said it last."""
    return digits.endswith(expected) and len(digits) <= _WHOLE * len(expected)


def _place(text: str, found: Sequence[Number]) -> tuple[int, Number | None]:
    """Where the challenge would stand: instead of the longest number, the last of several; else at the end."""
    if not found:
        return len(text.rstrip(" .,!?…")), None
    longest = max(reversed(found), key=lambda number: len(number.digits))
    return longest.start, longest


def _sum(logarithms: Sequence[float]) -> float:
    """The logarithm of the sum of what these are the logarithms of."""
    most = max(logarithms)
    return most + math.log(sum(math.exp(one - most) for one in logarithms))
