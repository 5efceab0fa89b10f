"""A voice raised or lowered, in place of recordings of it. Float32 [n] at 16 kHz in, the same out.

Who speaks louder speaks higher, by half a semitone a decibel (Gramming, Sundberg, Ternström, Leanderson and Perkins
1988, "Relationship between changes in voice pitch and loudness"), and brighter: above a kilohertz the spectrum rises by
half as much again as the whole (Sundberg and Nordenberg 2006, "Effects of vocal loudness variation on spectrum balance
as reflected by the alpha measure"). The vocal tract stays as long, so formants keep their places. What a raised voice
does besides, in rhythm, articulation and mood, is not in it: it errs to the side of too like.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

from evaluation.rates import Samples, speed, tempo
from worker.audio.waveform import SAMPLE_RATE

_SEMITONES = 0.5
"""A decibel of effort."""
_BRIGHTER = 0.5
"""Decibels a decibel of effort, from a kilohertz on."""
_RISES = (500.0, 1_000.0)
"""Hz between which the spectrum begins to rise, and has risen."""
_WINDOW, _HOP = 512, 128
_ENVELOPE = 40
"""Samples of the cepstrum that are the vocal tract's: what repeats more slowly, up to 400 Hz, is the voice's pitch."""
_CEILING = 0.99
_FLOOR = 1e-5


def effort(samples: Samples, decibels: float) -> Samples:
    """The same words with so much more effort, or less; as loud as full scale allows."""
    if not len(samples):
        return samples
    higher = 2 ** (_SEMITONES * decibels / 12)
    moved = tempo(speed(samples, higher), 1 / higher)[: len(samples)]
    moved = np.pad(moved, (0, len(samples) - len(moved)))
    before, after = _spectra(samples), _spectra(moved)
    after *= _envelope(before) / _envelope(after) * _brighter(decibels)[:, None]
    _, made = istft(after, SAMPLE_RATE, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)
    louder = made[: len(samples)] * 10 ** (decibels / 20)
    louder = np.pad(louder, (0, len(samples) - len(louder)))
    return np.asarray(louder * min(1.0, _CEILING / max(float(np.abs(louder).max()), _FLOOR)), np.float32)


def _spectra(samples: Samples) -> NDArray[np.complexfloating]:
    """[frequencies, frames]."""
    _, _, found = stft(samples, SAMPLE_RATE, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)
    return np.asarray(found)


def _envelope(spectra: NDArray[np.complexfloating]) -> NDArray[np.floating]:
    """What the vocal tract makes of each frequency: [frequencies, frames], by the low end of the cepstrum."""
    cepstrum = np.fft.irfft(np.log(np.abs(spectra) + _FLOOR), axis=0)
    cepstrum[_ENVELOPE : len(cepstrum) - _ENVELOPE + 1] = 0
    return np.asarray(np.exp(np.fft.rfft(cepstrum, axis=0).real))


def _brighter(decibels: float) -> NDArray[np.floating]:
    """The gain of each frequency: [frequencies]."""
    low, high = np.log(_RISES)
    frequencies = np.log(np.maximum(np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE), 1.0))
    share = np.clip((frequencies - low) / (high - low), 0, 1)
    return np.asarray(10 ** (_BRIGHTER * decibels * share / 20))
