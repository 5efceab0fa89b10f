"""When closing is asked about, until when a lesson goes on, and on which day it may be opened again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rollcall.domain.lesson_end import goes_on_until, may_reopen, worth_asking

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("missing", "waiting", "students", "passed", "asks"),
    [
        (10, 0, 30, 5, False),  # a third, and not more
        (11, 0, 30, 5, True),
        (2, 0, 2, 5, False),  # two are never many
        (3, 0, 3, 5, True),
        (0, 1, 30, 5, True),
        (0, 0, 30, 5, False),
        (30, 5, 30, 45, False),  # half of it is over: the teacher means it
        (30, 5, 30, 44, True),
    ],
)
def test_closing_is_asked_about_early_while_many_are_missing_or_someone_waits(
    missing: int, waiting: int, students: int, passed: int, asks: bool
) -> None:
    asked = worth_asking(
        missing=missing, waiting=waiting, students=students, passed=passed * MINUTE, length=90 * MINUTE
    )
    assert asked is asks


def test_a_lesson_may_be_opened_again_until_midnight_by_the_classs_clocks() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")  # nine hours ahead
    assert may_reopen(NOON, NOON + 2 * 60 * MINUTE, tokyo)
    assert not may_reopen(NOON, NOON + 3 * 60 * MINUTE, tokyo)
    assert may_reopen(NOON, NOON + 3 * 60 * MINUTE, ZoneInfo("UTC"))


def test_a_lesson_that_goes_on_closes_at_its_old_end_or_a_little_later() -> None:
    assert goes_on_until(NOON + 5 * MINUTE, NOON) == NOON + 5 * MINUTE
    assert goes_on_until(NOON + 4 * MINUTE, NOON) == NOON + 15 * MINUTE
    assert goes_on_until(NOON - 60 * MINUTE, NOON) == NOON + 15 * MINUTE
