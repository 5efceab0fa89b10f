"""An audio fingerprint that survives re-encoding, trimming and volume: sign bits of band-energy differences.

Haitsma & Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002; with longer frames and a higher band, for
speech through Opus, and with a word on each bit: whether it carries evidence at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rollcall.fingerprint import FRAMES_A_SECOND, pack
from worker.speech import Speech
from worker.waveform import SAMPLE_RATE, Waveform

_WINDOW = 4096
"""Samples, 256 ms: long against the step, so that a copy trimmed anywhere still lines up."""
_STEP = SAMPLE_RATE // FRAMES_A_SECOND
_BANDS = 33
_LOWEST, _HIGHEST = 300.0, 3400.0
_HANN = np.hanning(_WINDOW).astype(np.float32)

_QUIETEST = 10 ** (-80 / 10)
"""Mean square. What is quieter is a muted microphone, a gate or padding, and sounds the same in everyone's notes."""
_BELOW_THE_LOUD = 10 ** (-25 / 10)
"""Frames this far below the loud ones (the 90th percentile) are pauses, where others and the room are heard."""
_STRONG = 0.6
"""So many of the bits count, the surest: noise and codecs turn the others over first."""
_BELOW_THE_LOUDEST_BAND = 1e-5
"""What a codec or the window leaves beside a tone is no sound of its own: bands with less energy do not count."""
_LEAST_CHANGE = 0.02
"""Natural logarithm of an energy ratio: a steady tone changes by less, and always alike."""


def fingerprint(waveform: Waveform, speech: Speech | None = None) -> bytes:
    """32 bits for each 40 ms, and which of them count (`rollcall.fingerprint.pack`).

    Empty for a note shorter than a window and a step, and where nothing in it can be told from other notes.

    Args:
        speech: where there is any; only what is spoken counts, for the same bell or song may sound behind two notes.
            Without it, everything that is loud enough does.
    """
    samples = waveform.samples
    if len(samples) < _WINDOW + _STEP:
        return b""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_STEP]
    power = np.abs(np.fft.rfft(frames * _HANN, axis=1)) ** 2
    energy = np.add.reduceat(power, _band_starts(), axis=1)[:, :_BANDS]
    changes = np.diff(np.diff(np.log(energy + 1e-10), axis=1), axis=0)
    heard = _loud(samples, len(changes))
    if speech is not None:
        heard &= _spoken(speech, len(changes))
    sizes = np.abs(changes)
    counting = np.zeros(changes.shape, np.bool_)
    if heard.any():
        present = energy >= energy.max(axis=1, keepdims=True) * _BELOW_THE_LOUDEST_BAND
        both = present[:, 1:] & present[:, :-1]
        surest = max(float(np.quantile(sizes[heard], 1 - _STRONG)), _LEAST_CHANGE)
        counting = (sizes >= surest) & heard[:, None] & both[1:] & both[:-1]
    return pack(_bits(changes > 0), _bits(counting))


def _loud(samples: NDArray[np.float32], count: int) -> NDArray[np.bool_]:
    """Which of the first frames are no silence: bool [count]. A frame is a window and the one a step later."""
    total = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    starts = np.arange(count) * _STEP
    level = (total[starts + _WINDOW + _STEP] - total[starts]) / (_WINDOW + _STEP)
    return np.asarray((level >= _QUIETEST) & (level >= np.quantile(level, 0.9) * _BELOW_THE_LOUD))


def _spoken(speech: Speech, count: int) -> NDArray[np.bool_]:
    """In which of the first frames most of what the window weighs is speech: bool [count]."""
    begin = (np.arange(count) * _STEP + _WINDOW / 4) / SAMPLE_RATE
    end = begin + (_WINDOW / 2 + _STEP) / SAMPLE_RATE
    inside = np.zeros(count)
    for since, until in speech.segments:
        inside += np.clip(np.minimum(end, until) - np.maximum(begin, since), 0, None)
    return np.asarray(inside > (end - begin) / 2)


def _bits(values: NDArray[np.bool_]) -> NDArray[np.uint32]:
    return np.packbits(values, axis=1, bitorder="little").view("<u4").ravel()


def _band_starts() -> NDArray[np.intp]:
    """First spectrum bin of each band, logarithmically spaced, and where the last one ends."""
    edges = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1)
    return np.round(edges * _WINDOW / SAMPLE_RATE).astype(np.intp)
