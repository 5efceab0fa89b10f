"""What those who wait are told is about what it takes: rushes played through, second by second."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.outbox.waits import rounded
from bot.waits import Waits

Pace = Callable[[float], float]
"""Answers a second at a moment of the rush."""


@dataclass
class Played:
    """A rush that was played through. Seconds.

    Attributes:
        left: for each who was told how long it takes: what was said, and what it took from then on.
        unsaid: how many were told that it takes a while, and not how long.
        silent: the longest that somebody had neither an answer nor a word.
    """

    left: list[tuple[float, float]] = field(default_factory=list)
    unsaid: int = 0
    silent: float = 0.0


def play(
    arrivals: list[float], pace: Pace, *, lots: float = 0.0, way: float = 1.0, before: tuple[float, ...] = ()
) -> Played:
    """Answer in the order of arrival.

    Args:
        lots: answers come together, so often.
        way: that the first one has to go before it can be answered.
        before: when somebody else was answered, before the rush.
    """
    at = [0.0]
    waits, played = Waits(lambda: at[0]), Played()
    answers, free = [], 0.0
    for came in arrivals:
        free = max(free, came + way)
        free += 1 / pace(free)
        answers.append(math.ceil(free / lots) * lots if lots else free)
    ends = max(answers)
    events: list[tuple[float, int, Callable[[], object]]] = []
    for number, (came, answered) in enumerate(zip(arrivals, answers, strict=True)):
        name = str(number)
        events.append((came, 0, lambda name=name: waits.goes_on(name, 1, timedelta(), "en")))  # type: ignore[misc]
        events.append((answered, 1, lambda name=name: waits.ended(name)))  # type: ignore[misc]
    events += [(moment, 1, lambda: waits.ended("somebody else's")) for moment in before]

    def tick() -> None:
        for wait, left in waits.overdue():
            wait.told = True
            number = int(wait.attempt_id)
            played.silent = max(played.silent, at[0] - arrivals[number])
            if left is None:
                played.unsaid += 1
            else:
                played.left.append((rounded(left), answers[number] - at[0]))

    events += [(half / 2, 2, tick) for half in range(-40, math.ceil(ends) * 2 + 1)]
    for moment, _, happen in sorted(events, key=lambda event: event[:2]):
        at[0] = moment
        happen()
    told = len(played.left) + played.unsaid
    untold = [answered - came for came, answered in zip(arrivals, answers, strict=True)]
    assert told >= sum(1 for waited in untold if waited > 10)
    return played


def evenly(number: int, seconds: float) -> list[float]:
    return [place * seconds / number for place in range(number)]


@pytest.mark.parametrize(
    "rush",
    [
        lambda: play(evenly(900, 30), lambda _: 21),
        lambda: play(evenly(900, 30), lambda _: 21, lots=0.8, way=2.0),
        lambda: play(evenly(400, 4), lambda _: 14, lots=1.1, way=2.0),
        lambda: play(evenly(2000, 150), lambda _: 11, lots=1.5, way=2.0),
        lambda: play(evenly(600, 10), lambda _: 25, way=4.5),
        lambda: play(evenly(900, 30), lambda _: 21, before=(-9.0, -6.0, -4.0, -1.5)),
        # Once nobody sends any more, it goes faster.
        lambda: play(evenly(900, 30), lambda at: 16 if at < 30 else 22, lots=0.8),
    ],
    ids=["school", "in lots", "at once", "long", "slow to begin", "after a trickle", "faster"],
)
def test_what_is_told_is_about_what_it_takes(rush: Callable[[], Played]) -> None:
    played = rush()
    assert len(played.left) > 50
    assert played.silent <= 9
    good = [said for said, took in played.left if abs(took - said) <= 0.5 * took]
    assert len(good) >= 0.95 * len(played.left)
    soon = [(said, took) for said, took in played.left if took > 2 * said]
    assert not soon, "a false soon"


def test_while_nothing_is_answered_nobody_is_promised_anything() -> None:
    played = play(evenly(100, 5), lambda at: 20 if at > 60 else 1 / (61 - at), way=0.5)
    assert not [left for left in played.left if left[1] > 2 * left[0]]
    assert played.unsaid > 80
    assert played.silent < 10


def test_a_note_that_all_the_others_overtake_is_not_said_to_be_next() -> None:
    at = [0.0]
    waits = Waits(lambda: at[0])
    waits.goes_on("held back", 1, timedelta(), "en")
    for number in range(80):
        at[0] += 0.1
        waits.goes_on(str(number), 2, timedelta(), "en")
        waits.ended(str(number))
    at[0] += 0.5
    assert [(wait.attempt_id, left) for wait, left in waits.overdue()] == [("held back", None)]


def test_a_note_that_was_long_on_its_way_is_answered_before_anything_is_said_of_waiting() -> None:
    at = [5.0]
    waits = Waits(lambda: at[0])
    for name in ("answered at once", "kept waiting"):
        waits.goes_on(name, 1, timedelta(seconds=60), "en")
    waits.goes_on("new", 2, timedelta(seconds=1), "en")
    at[0] += 0.3
    assert waits.overdue() == [], "its answer is on its way"
    waits.ended("answered at once")
    at[0] += 2.0
    assert [wait.attempt_id for wait, _ in waits.overdue()] == ["kept waiting"]


def test_calls_wait_while_many_notes_do_and_not_for_one_that_is_held_back() -> None:
    at = [0.0]
    waits = Waits(lambda: at[0])
    for number in range(9):
        waits.goes_on(str(number), number, timedelta(), "en")
    seen = [waits.many]  # they have just come
    at[0] = 3.0
    seen.append(waits.many)
    waits.ended("0")
    seen.append(waits.many)
    waits.goes_on("held back", 1, timedelta(minutes=5), "en")
    assert [*seen, waits.many] == [False, True, False, False]
