from dataclasses import replace

import numpy as np

from rollcall.domain.enrolment import differs_from_before, whole_notes
from rollcall.domain.operating import operating_point
from rollcall.domain.voiceprint import Voiceprint, centroid

POINT = operating_point("campplus", "own weights")
ANNA = np.array([1, 0, 0], np.float32)
BORIS = np.array([0, 1, 0], np.float32)


def test_the_first_note_differs_from_nothing() -> None:
    assert not differs_from_before(ANNA, [], POINT)


def test_another_voice_than_before_is_noticed() -> None:
    assert differs_from_before(BORIS, [ANNA], POINT)


def test_the_same_voice_on_another_day_is_not_another_voice() -> None:
    assert not differs_from_before(np.array([0.6, 0, 0.8], np.float32), [ANNA, ANNA], POINT)


def test_the_cut_of_an_enrolment_lies_midway_between_those_of_a_check_in() -> None:
    half, axis = np.full(4, 0.5, np.float32), np.array([1, 0, 0, 0], np.float32)
    assert not differs_from_before(half, [axis], replace(POINT, unsure=0.25, accept=0.75))
    assert differs_from_before(half, [axis], replace(POINT, unsure=0.25, accept=0.76))


def test_short_recordings_are_put_together_until_they_hold_a_second_and_a_half_of_speech() -> None:
    assert whole_notes([]) == whole_notes([1.2]) == []
    assert whole_notes([1.5, 8.0]) == [slice(0, 1), slice(1, 2)]
    assert whole_notes([1.2, 1.0, 2.0, 1.4]) == [slice(0, 2), slice(2, 3)]
    assert whole_notes([1.2, 6.0]) == [slice(0, 2)]


def test_a_centroid_is_the_normalised_mean() -> None:
    middle = centroid([ANNA, BORIS])
    assert np.allclose(middle, [0.5**0.5, 0.5**0.5, 0])
    assert middle.dtype == np.float32


def test_a_voiceprint_survives_packing_bit_for_bit() -> None:
    packed = Voiceprint("campplus", "abc\n", ANNA).pack()
    unpacked = Voiceprint.unpack(packed)
    assert (unpacked.model, unpacked.weight_hash) == ("campplus", "abc\n")
    assert np.array_equal(unpacked.centroid, ANNA)
