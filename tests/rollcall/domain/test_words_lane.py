"""Which way a note goes by what was heard of its challenge."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from rollcall.domain.challenge import LIFE, ChallengeMode, Words
from rollcall.domain.words_lane import ENOUGH_NOTES, MOST_SHOWN, MOST_TRIES, Lane, Miss, Said, lane, rates, since

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


NINE = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def missed(seconds: int, wait: int = 3) -> Miss:
    """A note of so many seconds after nine, answered so many later."""
    return Miss(NINE + seconds * SECOND, NINE + (seconds + wait) * SECOND)


def test_whoever_is_asked_once_more_is_there_since_the_first_note() -> None:
    assert since(NINE + 130 * SECOND, [missed(70), missed(0)]) == NINE
    assert since(NINE, []) == NINE


def test_the_wait_for_an_answer_is_not_the_students() -> None:
    assert since(NINE + 700 * SECOND, [missed(0, wait=600)]) == NINE
    assert since(NINE + 300 * SECOND, [missed(0, wait=600)]) == NINE, "sent before the answer came"


def test_a_recording_at_the_bell_does_not_make_half_an_hour_later_in_time() -> None:
    later = NINE + timedelta(minutes=30)
    assert since(later, [missed(0)]) == later
    assert since(later, [missed(1790), missed(0)]) == NINE + 1790 * SECOND
    assert since(NINE + 3 * SECOND + LIFE, [missed(0)]) == NINE
    assert since(NINE + 4 * SECOND + LIFE, [missed(0)]) == NINE + 4 * SECOND + LIFE


def test_no_more_notes_lead_up_to_one_than_there_are_tries() -> None:
    """Else one recording every two minutes would hold the door open for a lesson."""
    minutes = [missed(60 * number) for number in reversed(range(10))]
    assert since(NINE + timedelta(minutes=10), minutes) == minutes[MOST_TRIES - 1].sent_at


def test_what_was_sent_after_a_note_does_not_lead_up_to_it() -> None:
    assert since(NINE, [missed(5)]) == NINE
