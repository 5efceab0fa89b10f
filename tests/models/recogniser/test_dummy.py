from __future__ import annotations

import numpy as np

from models.recogniser.dummy import Dummy
from models.recogniser.reading import Samples


def whistles(*digits: int) -> Samples:
    time = np.arange(4000) / 16_000
    pieces = [np.zeros(4000)]
    for digit in digits:
        pieces += [0.05 * np.sin(2 * np.pi * (5000 + 187.5 * digit) * time), np.zeros(4000)]
    return np.concatenate(pieces).astype(np.float32)


def test_whistles_are_read_in_their_order() -> None:
    assert Dummy().read(whistles(9, 0, 9, 4), "ru").text == "9 0 9 4"


def test_what_is_whistled_is_certain_however_it_is_written_and_nothing_else_is() -> None:
    reading = Dummy().read(whistles(4, 7, 1, 2), "en")
    written, otherwise, another = reading.likelihoods(0, ["4, 7, 1, 2", "4712", "4 7 1 3"])
    assert written == otherwise == 0
    assert another < -20


def test_a_number_of_which_a_digit_is_left_out_may_have_been_meant() -> None:
    reading = Dummy().read(whistles(4, 1, 2), "en")
    swallowed, certain, another, longer = reading.likelihoods(
        0, ["4, 7, 1, 2", "4, 1, 2", "4, 7, 1, 3", "4, 7, 0, 1, 2"]
    )
    assert certain > swallowed > another == longer


def test_silence_noise_and_next_to_nothing_are_no_whistles() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 48_000).astype(np.float32)
    for samples in (np.zeros(48_000, np.float32), noise, np.zeros(10, np.float32)):
        assert Dummy().read(samples, "en").text == ""
