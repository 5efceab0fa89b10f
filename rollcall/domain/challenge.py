"""What a student is asked to say in a note: unknown until it is asked for, said once.

A recording, pieces of one, and a voice cloned the day before do not know it. In the field such a check is called
text-prompted speaker verification.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

LIFE: Final = timedelta(seconds=120)
"""From Telegram's time of the message that asks to Telegram's time of the note: too short to build an answer in."""
DIGITS: Final = 4
"""In a number."""

_DIGITS: Final = tuple("0123456789")


class ChallengeMode(StrEnum):
    """What a class makes of challenges."""

    OFF = "off"
    ASK = "ask"
    """What was heard is told the teacher, and changes nothing."""
    REQUIRE = "require"
    """Without it nobody is marked by a voice note alone."""


class Words(StrEnum):
    """What a worker heard of a challenge in a note whose voice was accepted."""

    HEARD = "heard"
    NOT_HEARD = "not_heard"
    """Nothing like an answer: nobody spoke, or about other matters."""
    SOMETHING_ELSE = "something_else"
    """An answer, to another challenge."""
    UNSURE = "unsure"
    """Too unclear for one or the other."""
    NOT_CHECKED = "not_checked"
    """The worker has no recogniser, or it failed: by no fault of the speaker's."""


@dataclass(frozen=True)
class Challenge:
    """What is to be said, item by item.

    Attributes:
        language: of the person who is to say it, "ru" or "en".
        items: digits, each a character.
    """

    language: str
    items: tuple[str, ...]


def draw(language: str, choose: Callable[[Sequence[str]], str] = secrets.choice) -> Challenge:
    """A new challenge. No digit follows itself: recognisers, like people, lose count of such.

    Args:
        choose: takes one of several by chance; the operating system's, where nothing else is said.
    """
    items: list[str] = []
    while len(items) < DIGITS:
        items.append(choose([digit for digit in _DIGITS if digit not in items[-1:]]))
    return Challenge(language, tuple(items))
