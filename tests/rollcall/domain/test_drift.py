"""Where a person's score goes, and who is invited to record anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rollcall.domain.drift import FEWEST, NEAR, SPAN, Drift, Heard, drift, wants_fresh
from rollcall.domain.sent_as import SentAs

CUT = 0.45


def notes(
    level: Callable[[float], float], *, count: int = 24, days: float = 160.0, noise: float = 0.04, seed: int = 1
) -> list[Heard]:
    """Twice a week or so, about a level that depends on the days."""
    rng = np.random.default_rng(seed)
    at = np.linspace(3.0, 3.0 + days, count)
    return [
        Heard(float(day), level(float(day)) + float(rng.normal(0, noise)), CUT, SentAs.VOICE) for day in at
    ]  # fmt: skip


def found(of: list[Heard]) -> Drift:
    trend = drift(of)
    assert trend is not None
    return trend


def falling(day: float) -> float:
    return 0.66 - 0.40 * day / 365


def steady(_: float) -> float:
    return 0.66


def test_the_slope_is_that_of_the_notes() -> None:
    trend = found(notes(falling, noise=0.0))
    assert trend.a_year == pytest.approx(-0.40)
    assert trend.falls
    assert trend.late == pytest.approx(np.median([falling(one.days) for one in notes(falling, noise=0.0)[-8:]]))


def test_one_bad_morning_in_five_does_not_move_the_slope() -> None:
    own = notes(steady, noise=0.0)
    spoilt = [replace(one, score=CUT) if place % 5 == 4 else one for place, one in enumerate(own)]
    trend = found(spoilt)
    assert trend.a_year == pytest.approx(0.0, abs=0.01)
    assert not trend.falls


def test_who_goes_over_to_another_recorder_has_not_grown_older_by_it() -> None:
    before, after = notes(steady)[:12], notes(lambda _: 0.50, seed=2)[12:]
    trend = found(before + [replace(one, sent_as=SentAs.AUDIO) for one in after])
    assert not trend.falls
    assert found(before + after).falls, "the same notes, all sent alike, do fall"


def test_a_falling_score_is_noticed_before_a_note_fails() -> None:
    own = notes(lambda day: 0.62 - 0.25 * day / 365)
    assert min(one.score for one in own) > CUT
    assert wants_fresh(found(own))


@pytest.mark.parametrize(
    ("own", "why"),
    [
        (notes(steady), "it does not fall"),
        (notes(lambda day: 0.90 - 0.25 * day / 365), "it is far from the cut"),
        (notes(lambda day: 0.62 - 0.25 * day / 365, count=FEWEST - 1), "too few notes"),
        (notes(lambda day: 0.62 - 1.2 * day / 365, days=SPAN - 1), "too few days"),
        (notes(lambda _: 0.47, noise=0.01), "it is low, and was from the first day on"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nobody_is_invited_for_nothing(own: list[Heard], why: str) -> None:
    assert not wants_fresh(found(own)), why


def test_of_steady_voices_hardly_anybody_is_invited() -> None:
    invited = sum(wants_fresh(found(notes(lambda _: CUT + NEAR, seed=seed))) for seed in range(200))
    assert invited <= 12  # the interval is one-sided here: 2.5 % by chance


def test_nothing_is_said_of_nothing() -> None:
    assert drift([]) is None
    one = found([Heard(1.0, 0.7, CUT, SentAs.VOICE)])
    assert (one.a_year, one.falls, wants_fresh(one)) == (None, False, False)


@example([(0.0, 0.0, None), (2.2e-308, 1.0, None)])  # a slope beyond any number
@given(st.lists(st.tuples(st.floats(0, 2000), st.floats(-1, 1), st.sampled_from([None, *SentAs])), min_size=1))
def test_the_order_of_the_notes_says_nothing(rows: list[tuple[float, float, SentAs | None]]) -> None:
    heard = [Heard(days, score, CUT, kind) for days, score, kind in rows]
    one, other = drift(heard), drift(sorted(heard, key=lambda note: -note.days))
    assert one is not None
    assert other is not None
    assert one.falls == other.falls
    assert (one.a_year is None) == (other.a_year is None)
