"""What is heard of a challenge: by the text where it says so, else by how likely it was beside what was read."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from rollcall.domain.challenge import Challenge, Words
from rollcall.domain.numbers import numbers
from rollcall.domain.spoken import Cuts, judged, spellings

CUTS = Cuts(within=2.0, floor=-10.0, other=6.0)
ASKED = Challenge("ru", tuple("4712"))


class Likely:
    """Says how likely digits are, however they are spelled, all spellings alike; and where it was asked to put them."""

    def __init__(self, **scores: float) -> None:
        self.scores = {key.removeprefix("d"): score for key, score in scores.items()}
        self.starts: list[int] = []

    def __call__(self, start: int, continuations: Sequence[str]) -> list[float]:
        self.starts.append(start)
        digits = ["".join(number.digits for number in numbers(one)) for one in continuations]
        return [self.scores[one] - math.log(digits.count(one)) for one in digits]


def nobody(_start: int, _continuations: Sequence[str]) -> list[float]:
    raise AssertionError("the text says it all")


@pytest.mark.parametrize(
    "text",
    ["Я здесь. 4, 7, 1, 2.", "сорок семь двенадцать", "Это я, 4-7-2, ой, 4-7-1-2", "3 апреля, 4712", "4 7 2 4 7 1 2"],
)
def test_what_was_read_as_it_was_asked_for_is_heard(text: str) -> None:
    assert judged(ASKED, text, nobody, CUTS) == (Words.HEARD, 0.0)


def test_a_long_row_of_digits_with_the_challenge_at_its_end_is_no_answer() -> None:
    likely = Likely(d4712=-30.0, d0123456789014712=-1.0)
    assert judged(ASKED, "0123456789014712", likely, CUTS)[0] is Words.SOMETHING_ELSE


@pytest.mark.parametrize(
    ("expected", "read", "words"),
    [
        (-4.0, -3.0, Words.HEARD),
        (-4.0, -1.5, Words.UNSURE),
        (-14.0, -13.0, Words.UNSURE),
        (-12.0, -2.0, Words.SOMETHING_ELSE),
    ],
)
def test_a_number_that_was_misread_is_heard_where_the_challenge_is_nearly_as_likely(
    expected: float, read: float, words: Words
) -> None:
    text = "Я здесь, 4, 7, 1, 3."
    likely = Likely(d4712=expected, d4713=read)
    found, score = judged(ASKED, text, likely, CUTS)
    assert found is words
    assert score == pytest.approx(expected - read)
    assert text[: likely.starts[0]] == "Я здесь, "


@pytest.mark.parametrize("text", ["Сегодня хорошая погода.", ""])
def test_where_no_digit_was_read_none_was_heard_and_nothing_is_weighed(text: str) -> None:
    assert judged(ASKED, text, nobody, CUTS) == (Words.NOT_HEARD, None)


def test_the_answer_begins_with_the_first_of_its_numbers_or_with_the_word_before() -> None:
    text = "В 10 часов утра. Ой, 4, пик, 1, 9"
    likely = Likely(d4712=-30.0, d419=-1.0)
    assert judged(ASKED, text, likely, CUTS)[0] is Words.SOMETHING_ELSE
    assert [text[start:] for start in likely.starts] == ["4, пик, 1, 9", "Ой, 4, пик, 1, 9"]


def test_a_number_of_a_digit_or_two_is_no_other_answer() -> None:
    likely = Likely(d4712=-30.0, d5=-1.0)
    assert judged(ASKED, "нас было 5", likely, CUTS)[0] is Words.NOT_HEARD


def test_every_spelling_is_read_as_the_number_that_it_spells_and_that_of_what_was_read_is_the_first() -> None:
    assert spellings("471", "5. 3. 1. 9.") == ("4. 7. 1", "4, 7, 1", "471")
    assert spellings("471", "5319") == ("4, 7, 1", "471")
    for written in ("5 3 1 9", "5-3-1-9", "5"):
        for each in spellings("40712", written):
            assert [one.digits for one in numbers(each)] == ["40712"]


def test_a_word_that_sounds_like_a_digit_is_one_beside_others() -> None:
    asked = Challenge("en", tuple("4712"))
    assert judged(asked, "I am here for 712.", nobody, CUTS)[0] is Words.HEARD
    assert judged(Challenge("en", tuple("7128")), "7, 1, 2, ate", nobody, CUTS)[0] is Words.HEARD
    assert judged(Challenge("ru", tuple("8307")), "Доброе утро, 8, 3 на 7.", nobody, CUTS)[0] is Words.HEARD
    likely = Likely(d4712=-30.0, d2=-1.0, d4=-1.0, d24=-1.0, d=-1.0)
    assert judged(asked, "I came to school for you", likely, CUTS)[0] is Words.NOT_HEARD
