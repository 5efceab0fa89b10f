"""Challenges: drawn by chance, without a digit that follows itself."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from rollcall.domain.challenge import DIGITS, draw


def test_no_digit_follows_itself() -> None:
    drawn = [draw("ru").items for _ in range(500)]
    assert all(len(items) == DIGITS for items in drawn)
    assert all(one != other for items in drawn for one, other in pairwise(items))


def test_every_digit_comes_about_as_often_as_the_others_at_every_place() -> None:
    drawn = [draw("en").items for _ in range(5000)]
    for place in range(DIGITS):
        counts = Counter(items[place] for items in drawn)
        assert set(counts) == set("0123456789")
        # 500 are expected, with a standard deviation of 21.
        assert all(350 < count < 650 for count in counts.values())


def test_the_language_is_the_persons() -> None:
    assert draw("ru").language == "ru"
