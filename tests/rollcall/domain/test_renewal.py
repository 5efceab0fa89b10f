"""A voiceprint takes small steps towards strong notes, and none away from who enrolled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from rollcall.domain import renewal
from rollcall.domain.operating import Operating, point_on
from rollcall.domain.renewal import STRONG, alike, bounded, is_strong, nearest, step
from rollcall.domain.scoring import class_mean, seen_from

Voice = NDArray[np.float32]
POINT = point_on(36.5, -9.5, 0.05)
"""Of plain cosines here: no cohort."""


def unit(*parts: float) -> Voice:
    row = np.array([*parts, *[0.0] * (8 - len(parts))], np.float32)
    return np.asarray(row / np.linalg.norm(row), np.float32)


OWNER, OTHER = unit(1), unit(0, 1)


def between(angle: float) -> Voice:
    """So many degrees from the owner towards the other."""
    return unit(math.cos(math.radians(angle)), math.sin(math.radians(angle)))


def angle(one: Voice, other: Voice) -> float:
    return math.degrees(math.acos(min(1.0, float(one @ other))))


def test_a_step_is_small_and_towards_the_note() -> None:
    moved = step(OWNER, OWNER, between(20.0), POINT)
    assert moved is not None
    assert np.linalg.norm(moved) == pytest.approx(1.0)
    assert 0 < angle(moved, OWNER) < 0.2 * 20
    assert moved @ between(20.0) > OWNER @ between(20.0)


@pytest.mark.parametrize(
    ("score", "cut", "runner_up", "seconds", "strong"),
    [
        (0.70, 0.45, 0.20, 4.0, True),
        (0.70, 0.45, None, 4.0, True),
        (0.55, 0.45, 0.20, 4.0, True),
        (0.54, 0.45, 0.20, 4.0, False),
        (0.70, 0.61, 0.20, 4.0, False),
        (0.70, 0.45, 0.56, 4.0, False),
        (0.70, 0.45, 0.20, 2.9, False),
    ],
)
def test_what_makes_a_note_strong(
    score: float, cut: float, runner_up: float | None, seconds: float, strong: bool
) -> None:
    assert is_strong(score, cut, runner_up, seconds) is strong


def test_a_note_that_is_strong_only_against_what_became_of_the_voiceprint_takes_no_step() -> None:
    far = between(55.0)
    assert alike(far, OWNER, POINT) >= POINT.accept + STRONG
    far = between(65.0)
    assert alike(far, OWNER, POINT) < POINT.accept + STRONG
    present = between(10.0)
    assert alike(far, present, POINT) >= POINT.accept + STRONG
    assert step(OWNER, present, far, POINT) is None
    assert step(OWNER, present, OTHER, POINT) is None


def test_a_note_that_is_strong_only_against_the_enrolled_voiceprint_takes_no_step() -> None:
    present, note = between(40.0), between(-40.0)
    assert alike(note, OWNER, POINT) >= POINT.accept + STRONG
    assert step(OWNER, present, note, POINT) is None


def test_all_steps_together_end_half_way_between_the_cuts() -> None:
    present = OWNER
    for _ in range(200):
        moved = step(OWNER, present, between(55.0), POINT)
        assert moved is not None
        present = moved
    room = math.degrees(math.acos(POINT.unsure) - math.acos(POINT.accept))
    assert angle(present, OWNER) == pytest.approx(room / 2, abs=0.01)
    assert alike(present, OWNER, POINT) >= nearest(POINT) - 1e-6


def test_without_the_bound_the_same_notes_would_open_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the test of poisoning can fail."""

    def door_opens() -> bool:
        present = OWNER
        for _ in range(200):
            moved = step(OWNER, present, between(55.0), POINT)
            present = present if moved is None else moved
        return bool(alike(OTHER, present, POINT) >= POINT.accept)

    assert alike(OTHER, OWNER, POINT) < POINT.unsure
    assert not door_opens()
    monkeypatch.setattr(renewal, "nearest", lambda _: -1.0)
    assert door_opens()


def test_whatever_is_wanted_a_voice_that_was_called_anothers_is_never_let_in() -> None:
    random = np.random.default_rng(1)
    mean = np.asarray(0.3 * random.standard_normal(8), np.float32)
    point = Operating(36.5, -9.5, 0.05, POINT.accept, POINT.unsure, mean)
    tried = 0
    for _ in range(3000):
        owner, other, wanted = (unit(*random.standard_normal(8)) for _ in range(3))
        if alike(other, owner, point) >= point.unsure:
            continue
        tried += 1
        for target in (wanted, other):
            moved = bounded(owner, target, point)
            middle = class_mean(owner[None], mean)
            seen = [seen_from(middle, one[None])[0] for one in (owner, moved, other)]
            assert float(seen[1] @ seen[2]) < point.accept
    assert tried > 1000


def test_what_is_near_enough_is_left_as_it_is() -> None:
    wanted = between(1.0)
    assert bounded(OWNER, wanted, POINT) is wanted
