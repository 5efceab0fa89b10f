"""What a telephone passes of a note, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest

from worker.audio.band import narrowed
from worker.audio.waveform import SAMPLE_RATE, Waveform


def tone(hertz: float, length: int = SAMPLE_RATE) -> Waveform:
    return Waveform(np.sin(2 * np.pi * hertz * np.arange(length) / SAMPLE_RATE).astype(np.float32))


@pytest.mark.parametrize("hertz", [310, 1000, 3390])
def test_what_lies_in_the_band_passes_as_it_is(hertz: float) -> None:
    assert np.abs(narrowed(tone(hertz)).samples - tone(hertz).samples).max() < 1e-4


@pytest.mark.parametrize("hertz", [50, 190, 3510, 7000])
def test_what_lies_beside_it_is_gone(hertz: float) -> None:
    assert np.abs(narrowed(tone(hertz)).samples).max() < 1e-4


@pytest.mark.parametrize("length", [0, 1, 2, 15_999, 16_001])
def test_a_note_stays_as_long_as_it_was_and_a_second_telephone_takes_nothing_more(length: int) -> None:
    samples = np.random.default_rng(1).standard_normal(length).astype(np.float32)
    once = narrowed(Waveform(samples))
    assert once.samples.shape == (length,)
    assert once.samples.dtype == np.float32
    steep = narrowed(once).samples  # on the slopes there is something to take twice
    assert np.sum((steep - once.samples) ** 2) <= 0.01 * np.sum(once.samples**2)
