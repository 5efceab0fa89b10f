"""What is heard of a challenge: by the text where it says so, else by how likely it was beside what was read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rollcall.domain.challenge import Challenge, Words
from rollcall.domain.numbers import numbers
from rollcall.domain.spoken import Cuts, judged, spellings

CUTS = Cuts(within=2.0, floor=-10.0, other=6.0)
ASKED = Challenge("ru", tuple("4712"))


class Likely:
    """Says how likely digits are, however they are spelled; and where it was asked to put them."""

    def __init__(self, **scores: float) -> None:
        self.scores = {key.removeprefix("d"): score for key, score in scores.items()}
        self.start = -1

    def __call__(self, start: int, continuations: Sequence[str]) -> list[float]:
        self.start = start
        return [self.scores["".join(number.digits for number in numbers(one))] for one in continuations]


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
    assert text[: likely.start] == "Я здесь, "


@pytest.mark.parametrize(
    ("expected", "nothing", "words"),
    [
        (-25.0, -1.0, Words.NOT_HEARD),
        (-5.0, -1.0, Words.UNSURE),
        (-5.0, -5.0, Words.HEARD),
        (-20.0, -20.0, Words.UNSURE),
    ],
)
def test_where_no_number_was_read_it_would_stand_at_the_end(expected: float, nothing: float, words: Words) -> None:
    text = "Сегодня хорошая погода."
    likely = Likely(d4712=expected, d=nothing)
    found, _ = judged(ASKED, text, likely, CUTS)
    assert found is words
    assert text[: likely.start] == "Сегодня хорошая погода"


def test_of_several_numbers_the_longest_is_the_answer_and_the_last_of_such() -> None:
    text = "В 10 утра. 5 3 1 2, нет, 5, 3, 1, 9"
    likely = Likely(d4712=-30.0, d5319=-1.0)
    assert judged(ASKED, text, likely, CUTS)[0] is Words.SOMETHING_ELSE
    assert text[likely.start :] == "5, 3, 1, 9"


@pytest.mark.parametrize("language", ["ru", "en", "de"])
def test_every_spelling_is_read_as_the_number_that_it_spells(language: str) -> None:
    written = spellings(language, "40712")
    assert len(set(written)) == len(written) == 6
    assert [[one.digits for one in numbers(each)] for each in written] == [["40712"]] * 6
