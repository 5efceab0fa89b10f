"""Which way a note goes by what was heard of its challenge."""

import itertools

import pytest

from rollcall.domain.challenge import ChallengeMode, Words
from rollcall.domain.words_lane import ENOUGH_NOTES, MOST_SHOWN, MOST_TRIES, Lane, Said, lane, rates

OFF, ASK, REQUIRE = ChallengeMode


@pytest.mark.parametrize(
    ("words", "way"),
    [
        (Words.HEARD, Lane.COUNTS),
        (Words.NOT_HEARD, Lane.AGAIN),
        (Words.SOMETHING_ELSE, Lane.ANEW),
        (Words.UNSURE, Lane.ANEW),
        (Words.NOT_CHECKED, Lane.UNCHECKED),
        (None, Lane.UNCHECKED),
    ],
)
def test_each_thing_heard_has_its_way(words: Words | None, way: Lane) -> None:
    assert lane(REQUIRE, Said(answers=True, words=words)) is way


@pytest.mark.parametrize("words", [*Words, None])
def test_what_no_open_challenge_asked_for_is_not_looked_at(words: Words | None) -> None:
    assert lane(REQUIRE, Said(answers=False, words=words)) is Lane.ANEW


def test_without_a_worker_that_hears_nobody_is_asked_for_words() -> None:
    assert lane(REQUIRE, Said(answers=False, words=None, heard_by_some=False)) is Lane.UNCHECKED


def test_the_teacher_listens_after_the_second_unclear_note_and_after_the_last_try() -> None:
    assert lane(REQUIRE, Said(answers=True, words=Words.UNSURE, missed=1, unclear=1)) is Lane.TEACHER
    for words in (Words.NOT_HEARD, Words.SOMETHING_ELSE):
        assert lane(REQUIRE, Said(answers=True, words=words, missed=MOST_TRIES - 2)) is not Lane.TEACHER
        assert lane(REQUIRE, Said(answers=True, words=words, missed=MOST_TRIES - 1)) is Lane.TEACHER


def test_where_nothing_can_be_said_again_the_teacher_listens() -> None:
    assert lane(REQUIRE, Said(answers=True, words=Words.NOT_HEARD, over=True)) is Lane.TEACHER
    assert lane(REQUIRE, Said(answers=False, words=None, shown=MOST_SHOWN)) is Lane.TEACHER
    assert lane(REQUIRE, Said(answers=True, words=Words.SOMETHING_ELSE, shown=MOST_SHOWN)) is Lane.TEACHER


def test_what_a_class_does_not_require_keeps_nobody_out() -> None:
    for mode, answers, words, over in itertools.product((OFF, ASK), (True, False), [*Words, None], (True, False)):
        assert lane(mode, Said(answers=answers, words=words, missed=9, unclear=9, shown=99, over=over)) is Lane.COUNTS


def test_a_recogniser_that_fails_never_stands_in_the_way() -> None:
    for words, missed, shown, over in itertools.product((Words.NOT_CHECKED, None), (0, 9), (0, 99), (True, False)):
        said = Said(answers=True, words=words, missed=missed, unclear=missed, shown=shown, over=over)
        assert lane(REQUIRE, said) is Lane.UNCHECKED


def test_a_classs_rates_are_good_once_there_are_enough_notes_and_most_were_understood() -> None:
    few = rates({Words.HEARD: ENOUGH_NOTES - 1})
    assert (few.share, few.enough, few.good) == (1.0, False, False)
    bad = rates({Words.HEARD: ENOUGH_NOTES, Words.NOT_HEARD: ENOUGH_NOTES})
    assert (bad.share, bad.enough, bad.good) == (0.5, True, False)
    good = rates({Words.HEARD: 90, Words.SOMETHING_ELSE: 1, Words.UNSURE: 6, Words.NOT_HEARD: 3, Words.NOT_CHECKED: 50})
    assert (good.notes, good.unchecked, good.good) == (100, 50, True)
    assert (good.heard, good.other, good.unclear, good.silent) == (90, 1, 6, 3)
    assert rates({}).share == 0.0
