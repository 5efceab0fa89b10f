"""What becomes of a check-in whose voice was accepted, by what was heard of its challenge. Pure functions.

A recogniser that fails makes nobody absent: whoever it does not understand is heard by the teacher, and where there is
none the note counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from rollcall.domain.challenge import LIFE, ChallengeMode, Words

MOST_SHOWN: Final = 8
"""Challenges in a lesson; then the teacher listens. Of recordings of another number 8 in 10,000 are taken for one."""
MOST_TRIES: Final = 3
"""Notes without the right words; after the last one the teacher listens. Likewise after the second unclear one."""
_MOST_UNCLEAR: Final = 2
ENOUGH_NOTES: Final = 30
"""By how many of a class's notes its own rates are told, and good or not."""
GOOD_SHARE: Final = 0.85
"""Of them in which the words were heard: of two tries one is then heard in 98 of 100."""

ANSWERS: Final = frozenset({Words.HEARD, Words.SOMETHING_ELSE, Words.UNSURE})
"""Something was said that uses a challenge up. Whoever did not say anything like it may say it yet."""
UNHEARD: Final = frozenset({Words.SOMETHING_ELSE, Words.UNSURE, Words.NOT_HEARD})
"""Somebody has listened, and it was not what was asked for."""
SAYING: Final = 2
"""Which of an enrolment's notes has something to say, where a class wants that."""
UNDERSTOOD: Final = frozenset({*ANSWERS, Words.NOT_HEARD})
"""A recogniser has listened."""


class Lane(StrEnum):
    """Which way a note goes on."""

    COUNTS = "counts"
    UNCHECKED = "unchecked"
    """It counts as well, and the teacher is told that its words were not checked."""
    AGAIN = "again"
    """The same once more, as long as it lives."""
    ANEW = "anew"
    """Another challenge."""
    TEACHER = "teacher"
    """Who listens to the note, and decides."""


@dataclass(frozen=True)
class Said:
    """What is known of a note's words.

    Attributes:
        answers: it was sent while a challenge of its sender's was open that no other note has answered.
        words: what the worker heard; None where it did not say.
        missed, unclear, shown: of the sender's earlier notes in the lesson, see `rollcall.storage.challenges.Tries`.
        heard_by_some: whether a live worker can hear words at all.
        over: the lesson is closed: nothing can be said again.
    """

    answers: bool
    words: Words | None
    missed: int = 0
    unclear: int = 0
    shown: int = 0
    heard_by_some: bool = True
    over: bool = False


def lane(mode: ChallengeMode, said: Said) -> Lane:
    """Where a note goes on whose voice was accepted, of somebody who is not marked yet."""
    if mode is not ChallengeMode.REQUIRE:
        return Lane.COUNTS
    words = said.words if said.answers else None
    if words is Words.HEARD:
        return Lane.COUNTS
    unheard = words is None or words is Words.NOT_CHECKED
    if unheard and (said.answers or not said.heard_by_some):
        return Lane.UNCHECKED
    unclear = said.unclear + (words is Words.UNSURE)
    tries = said.missed + (not unheard)
    if said.over or tries >= MOST_TRIES or unclear >= _MOST_UNCLEAR:
        return Lane.TEACHER
    if words is Words.NOT_HEARD:
        return Lane.AGAIN
    return Lane.TEACHER if said.shown >= MOST_SHOWN else Lane.ANEW


@dataclass(frozen=True)
class Miss:
    """A note in its sender's own voice without what was to be said.

    Attributes:
        sent_at: by Telegram's time.
        answered_at: when its sender was told so; ours, which is seconds apart at most.
    """

    sent_at: datetime
    answered_at: datetime


def since(at: datetime, misses: Sequence[Miss]) -> datetime:
    """Since when somebody is there who is marked, or asked about, by what they sent at that time.

    Whoever is asked once more is not late by it: the first of the notes counts that led up to this one, each sent
    within a number's life of the answer to the one before. What that gives away, and why: docs/challenge.md.

    Args:
        misses: of the sender in the same lesson, the latest first; so many count as there are tries.
    """
    first = at
    for miss in [one for one in misses if one.sent_at <= at][:MOST_TRIES]:
        if first > miss.answered_at + LIFE:
            break
        first = miss.sent_at
    return first


@dataclass(frozen=True)
class Rates:
    """How well a class's students are understood, from its own lessons.

    Attributes:
        notes: accepted by their voice, with a challenge, listened to.
        heard, other, unclear, silent: how many of them held it, another one, something unclear, nothing like it.
        unchecked: accepted ones beside them that no recogniser listened to.
    """

    notes: int
    heard: int
    other: int
    unclear: int
    silent: int
    unchecked: int

    @property
    def share(self) -> float:
        """Of those that were listened to, the ones in which the challenge was heard; 0 to 1."""
        return self.heard / self.notes if self.notes else 0.0

    @property
    def enough(self) -> bool:
        """Whether they say something."""
        return self.notes >= ENOUGH_NOTES

    @property
    def good(self) -> bool:
        """Whether challenges may be required by them."""
        return self.enough and self.share >= GOOD_SHARE


def rates(heard: dict[Words, int]) -> Rates:
    """Of how often which was heard."""
    number = {words: heard.get(words, 0) for words in Words}
    return Rates(
        notes=sum(number[words] for words in UNDERSTOOD),
        heard=number[Words.HEARD],
        other=number[Words.SOMETHING_ELSE],
        unclear=number[Words.UNSURE],
        silent=number[Words.NOT_HEARD],
        unchecked=number[Words.NOT_CHECKED],
    )
