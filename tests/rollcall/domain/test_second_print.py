"""The second print of made-up voices, each heard as it is and through a channel that all share."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rollcall.domain.operating import Operating, point_on
from rollcall.domain.scoring import scores
from rollcall.domain.second_print import second_notes
from rollcall.domain.voiceprint import centroid

PEOPLE, DIMENSION = 60, 48
RANDOM = np.random.default_rng(3)
HERE, THERE = 3 * RANDOM.standard_normal((2, DIMENSION))
VOICES = RANDOM.standard_normal((PEOPLE, DIMENSION))


def heard(voice: NDArray[np.float64], channel: NDArray[np.float64], loss: float, notes: int = 3) -> NDArray[np.float32]:
    rows = voice + channel + loss * RANDOM.standard_normal((notes, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


WIDE = [heard(voice, HERE, 1.2) for voice in VOICES]
NARROW = [heard(voice, THERE, 3.0) for voice in VOICES]
CALLED = np.concatenate([heard(voice, THERE, 1.2, 1) for voice in VOICES])
MEAN = np.concatenate(NARROW).mean(axis=0)
POINT = replace(point_on(20.0, -8.0, 0.0, MEAN), shift=MEAN - np.concatenate(WIDE).mean(axis=0))


def mixed_up(point: Operating | None) -> int:
    """How many telephone notes are more like another's second print than like their owner's."""
    prints = np.stack([centroid(list(second_notes(*pair, point))) for pair in zip(NARROW, WIDE, strict=True)])
    return int((scores(CALLED, prints, MEAN).argmax(axis=1) != np.arange(PEOPLE)).sum())


def test_both_hearings_of_an_enrolment_together_know_a_caller_better_than_what_a_telephone_passes_alone() -> None:
    assert mixed_up(POINT) < mixed_up(None) / 2


def test_unless_what_was_heard_otherwise_is_moved_to_where_telephone_notes_lie_it_is_of_less_use() -> None:
    assert POINT.shift is not None
    assert mixed_up(POINT) < mixed_up(replace(POINT, shift=np.zeros_like(POINT.shift)))


def test_every_note_gives_one_of_length_one() -> None:
    found = second_notes(NARROW[0], WIDE[0], POINT)
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 1], abs=1e-6)


def test_where_nobody_has_measured_the_shift_what_a_telephone_passes_stands_alone() -> None:
    for point in (None, replace(POINT, shift=None)):
        assert np.array_equal(second_notes(NARROW[0], WIDE[0], point), NARROW[0])
