"""The days that people type."""

from __future__ import annotations

from datetime import date

import pytest

from rollcall.domain.absence import days_in, week_of

Day = tuple[int, int, int]
TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("3.12", (2026, 12, 3), (2026, 12, 3)),
        ("03.12.", (2026, 12, 3), (2026, 12, 3)),
        ("3.12–5.12", (2026, 12, 3), (2026, 12, 5)),
        ("3-5.12", (2026, 12, 3), (2026, 12, 5)),
        (" 3.12 — 5.12.2026 ", (2026, 12, 3), (2026, 12, 5)),
        ("3.12 по 5.12", (2026, 12, 3), (2026, 12, 5)),
        ("28.12-8.01", (2026, 12, 28), (2027, 1, 8)),
        ("30.11", (2026, 11, 30), (2026, 11, 30)),
        ("15.1.27", (2027, 1, 15), (2027, 1, 15)),
        ("2026-12-03", (2026, 12, 3), (2026, 12, 3)),
        ("2026-12-03 – 2026-12-04", (2026, 12, 3), (2026, 12, 4)),
    ],
)
def test_days_are_read_as_people_write_them(
    typed: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert days_in(typed, TODAY) == (date(*first), date(*last))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "завтра",
        "3",
        "32.12",
        "5.12–3.12",
        "3.12–3.12–3.12",
        "1.10.2026",
        "3.12.2028",
        "3.12–3.6",
        "31.2",
        "3.12 ok",
    ],
)
def test_what_is_no_span_of_days_near_enough_is_asked_for_again(typed: str) -> None:
    assert days_in(typed, TODAY) is None


def test_a_day_without_its_year_is_the_next_one_over_new_year_too() -> None:
    assert days_in("2.1", date(2026, 12, 30)) == (date(2027, 1, 2), date(2027, 1, 2))
    assert days_in("28.12", date(2027, 1, 3)) == (date(2026, 12, 28), date(2026, 12, 28))


def test_the_week_is_what_is_left_of_it_and_on_its_last_day_the_next() -> None:
    assert week_of(date(2026, 12, 2)) == (date(2026, 12, 2), date(2026, 12, 6))
    assert week_of(date(2026, 12, 6)) == (date(2026, 12, 7), date(2026, 12, 13))
