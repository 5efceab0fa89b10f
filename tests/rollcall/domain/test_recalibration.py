from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rollcall.domain.operating import operating_point
from rollcall.domain.recalibration import outlook

POINT = operating_point("campplus", "own weights")  # plain cosines: accept from about 0.55


def a_class(students: int, shared: float = 0.0, noise: float = 0.4, seed: int = 0) -> dict[int, NDArray[np.float32]]:
    """Three notes of each student; `shared` is how much of one direction all voices have in common."""
    random = np.random.default_rng(seed)
    found = {}
    for person in range(1, students + 1):
        voice = random.standard_normal(64) / 8
        voice[0] += shared
        notes = voice + noise * random.standard_normal((3, 64)) / 8
        found[person] = np.asarray(notes / np.linalg.norm(notes, axis=1, keepdims=True), np.float32)
    return found


def test_an_ordinary_class_keeps_the_shipped_cuts() -> None:
    found = outlook(a_class(20), POINT)
    assert found is not None
    assert found.raised == 0
    assert found.second_tries == 0
    assert found.false_accepts < 0.001
    assert found.mixed_up == ()


def test_a_class_whose_voices_are_alike_gets_higher_cuts() -> None:
    found = outlook(a_class(20, shared=0.8), POINT)
    assert found is not None
    assert 0.02 < found.raised <= 0.15


def test_the_two_who_sound_alike_are_named() -> None:
    notes = a_class(8)
    notes[5] = notes[2] + 0.01
    notes[5] /= np.linalg.norm(notes[5], axis=1, keepdims=True)
    found = outlook(notes, POINT)
    assert found is not None
    assert found.closest == (2, 5)
    assert found.mixed_up == ((2, 5),)
    assert found.raised == 0, "a pair of twins must not send everyone else away"


def test_scattered_notes_foretell_second_tries() -> None:
    found = outlook(a_class(10, noise=1.2), POINT)
    assert found is not None
    assert found.second_tries > 0.2


def test_two_students_are_too_few_to_move_a_cut() -> None:
    found = outlook(a_class(2, shared=0.8), POINT)
    assert found is not None
    assert found.raised == 0


def test_four_students_move_a_cut_and_none_moves_it_far() -> None:
    axes = np.eye(5, dtype=np.float32)
    alike = {person: np.stack([axes[0] + axes[person]] * 3) for person in range(1, 5)}
    notes = {person: np.asarray(each / 2**0.5, np.float32) for person, each in alike.items()}  # each pair scores 0.5
    point = replace(POINT, accept=0.502)
    three, four = outlook({person: notes[person] for person in (1, 2, 3)}, point), outlook(notes, point)
    assert three is not None
    assert four is not None
    assert three.raised == 0
    assert four.raised > 0
    wide = outlook(a_class(20, shared=0.8, noise=1.0), replace(POINT, accept=0.4))
    assert wide is not None
    assert wide.raised == pytest.approx(0.15)


def test_one_note_of_each_foretells_nothing_of_second_tries() -> None:
    single = outlook({person: notes[:1] for person, notes in a_class(5).items()}, POINT)
    double = outlook({person: notes[:2] for person, notes in a_class(5, noise=1.4).items()}, POINT)
    assert single is not None
    assert double is not None
    assert single.second_tries == 0
    assert double.second_tries > 0.2


def test_two_who_sound_as_one_leave_nothing_to_compare() -> None:
    one = a_class(1)[1]
    found = outlook({1: one, 2: one.copy()}, POINT)
    assert found is not None
    assert (found.raised, found.false_accepts, found.mixed_up) == (0.0, 0.0, ((1, 2),))


@pytest.mark.parametrize("students", [0, 1])
def test_alone_nobody_is_mixed_up(students: int) -> None:
    assert outlook(a_class(students), POINT) is None


def test_a_class_is_seen_as_its_notes_will_be_under_the_points_whitening() -> None:
    """What the voices share in the whitened space, nobody is told apart by; what it takes away, does no harm."""
    notes = a_class(20, noise=1.2)
    point = replace(POINT, cohort_mean=np.zeros(64, np.float32))
    noisy = np.diag(np.where(np.arange(64) < 56, 0.01, 1.0)).astype(np.float32)
    plain, whitened = outlook(notes, point), outlook(notes, replace(point, whitening=noisy))
    assert plain is not None
    assert whitened is not None
    assert plain.raised == 0
    assert whitened.raised > 0.1, "eight directions tell twenty people apart worse than sixty-four"
    assert whitened.closest_score > plain.closest_score
