"""A raised voice: higher and brighter, out of the same vocal tract."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from evaluation.effort import effort
from evaluation.rates import Samples, tempo
from worker.audio.waveform import SAMPLE_RATE

PITCH, FORMANTS = 120.0, (600.0, 1_500.0, 2_500.0)


def vowel(pitch: float = PITCH, seconds: float = 2.0) -> Samples:
    """Pulses through three resonances, 100 Hz wide each."""
    at = np.arange(round(seconds * SAMPLE_RATE)) * pitch / SAMPLE_RATE
    sound = np.diff(np.floor(at), prepend=0.0)
    for formant in FORMANTS:
        radius = np.exp(-np.pi * 100 / SAMPLE_RATE)
        sound = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * formant / SAMPLE_RATE), radius**2], sound)
    return np.asarray(0.1 * sound / np.abs(sound).max(), np.float32)


def pitch_of(samples: Samples) -> float:
    """By the autocorrelation of half a second from the middle, between 60 and 400 Hz."""
    part = samples[len(samples) // 2 :][: SAMPLE_RATE // 2]
    found = np.correlate(part, part, "full")[len(part) - 1 :]
    low, high = SAMPLE_RATE // 400, SAMPLE_RATE // 60
    return SAMPLE_RATE / (low + int(np.argmax(found[low:high])))


def share_above(samples: Samples, hertz: float) -> float:
    """Of the power, in decibels."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float(10 * np.log10(power[np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE) >= hertz].sum() / power.sum()))


@pytest.mark.parametrize("decibels", [-6, 4, 8])
def test_pitch_moves_by_half_a_semitone_a_decibel_and_nothing_gets_longer(decibels: float) -> None:
    raised = effort(vowel(), decibels)
    assert len(raised) == len(vowel())
    assert 12 * np.log2(pitch_of(raised) / PITCH) == pytest.approx(decibels / 2, abs=0.4)


def test_the_first_formant_stays_although_the_pitch_rises() -> None:
    raised = effort(vowel(), 8)
    power = np.abs(np.fft.rfft(raised * np.hanning(len(raised)))) ** 2
    frequencies = np.fft.rfftfreq(len(raised), 1 / SAMPLE_RATE)
    near = (frequencies > 400) & (frequencies < 900)
    middle = float((frequencies * power)[near].sum() / power[near].sum())
    assert middle == pytest.approx(FORMANTS[0], rel=0.08)  # moved with the pitch it would lie a quarter higher


def test_a_raised_voice_is_brighter_and_a_lowered_one_darker() -> None:
    assert share_above(effort(vowel(), 8), 1_200) > share_above(vowel(), 1_200) + 1.5
    assert share_above(effort(vowel(), -8), 1_200) < share_above(vowel(), 1_200) - 1.5


def test_another_pace_keeps_the_pitch() -> None:
    slower = tempo(vowel(), 0.8)
    assert len(slower) / len(vowel()) == pytest.approx(1.25, abs=0.03)
    assert pitch_of(slower) == pytest.approx(PITCH, rel=0.03)


def test_nothing_is_too_loud_and_nothing_of_nothing() -> None:
    assert np.abs(effort(vowel() * 9, 15)).max() <= 0.99
    assert len(effort(np.zeros(0, np.float32), 3)) == 0
