"""An audio fingerprint that survives re-encoding, trimming and volume: sign bits of band-energy differences.

Haitsma & Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002; with longer frames and a higher band, for
speech through Opus, and with a word on each bit: whether it carries evidence at all.

A copy that plays faster, slower or at another tempo has another fingerprint. So a note also gets those of itself with
such a change undone, by as much as each of `SHAPES`: if it was made from an earlier note, one of them is like it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.fingerprint import FRAMES_A_SECOND, Print, pack, pack_all
from worker.audio.speech import Speech
from worker.audio.waveform import SAMPLE_RATE, Waveform

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
_TICK = _STEP // 2
"""Samples between the spectra from which changes are undone: the window is so long that between two of them the
energies are a straight line."""
_LONGEST_SHAPED = 30 * SAMPLE_RATE
"""Of a longer note, changes are sought in so much from its beginning."""


@dataclass(frozen=True)
class Shape:
    """What may have been done to an earlier note: played so many times as fast, and so many times as high."""

    pace: float
    pitch: float


_SPEEDS = (0.94, 0.96, 0.98, 1.02, 1.04, 1.06)
_TEMPOS = (0.91, 0.94, 0.97, 1.03, 1.06, 1.09)
_PITCHES = (0.94, 0.97, 1.03, 1.06)
SHAPES = (
    *(Shape(speed, speed) for speed in _SPEEDS),
    *(Shape(tempo, 1.0) for tempo in _TEMPOS),
    *(Shape(1.0, pitch) for pitch in _PITCHES),
)
"""Near enough to each other that what lies between is like one of them for five seconds."""


def fingerprint(waveform: Waveform, speech: Speech | None = None) -> bytes:
    """32 bits for each 40 ms, and which of them count (`rollcall.domain.fingerprint.pack`).

    Empty for a note shorter than a window and a step, and where nothing in it can be told from other notes.

    Args:
        speech: where there is any; only what is spoken counts, for the same bell or song may sound behind two notes.
            Without it, everything that is loud enough does.
    """
    return _whole(waveform.samples, speech, None)


def fingerprints(waveform: Waveform, speech: Speech | None = None) -> tuple[bytes, bytes]:
    """The same; and those of the note with each of `SHAPES` undone, in their order (`fingerprint.pack_all`)."""
    samples = waveform.samples
    power = _power(samples[:_LONGEST_SHAPED], _TICK) if len(samples) >= _WINDOW + 2 * _STEP else None
    return _whole(samples, speech, power), _shaped(samples[:_LONGEST_SHAPED], speech, power)


def _whole(samples: NDArray[np.float32], speech: Speech | None, ticks: NDArray[np.float32] | None) -> bytes:
    """
    Args:
        ticks: power spectra at each tick, where they are known; every second one is at a step.
    """
    if len(samples) < _WINDOW + _STEP:
        return b""
    power = _power(samples, _STEP) if ticks is None or len(samples) > _LONGEST_SHAPED else ticks[:: _STEP // _TICK]
    energy = np.add.reduceat(power, _band_starts(), axis=1)[:, :_BANDS]
    heard = _heard(samples, speech, np.arange(len(energy) - 1) * _STEP)
    found = _print(np.log(energy + 1e-10), heard)
    return pack(found.words, found.counting)


def _shaped(samples: NDArray[np.float32], speech: Speech | None, power: NDArray[np.float32] | None) -> bytes:
    if power is None:
        return b""
    below = np.zeros((len(power), power.shape[1] + 1))
    np.cumsum(power, axis=1, out=below[:, 1:])
    bands = {
        pitch: _log_energy(below, pitch * _band_starts().astype(np.float64))
        for pitch in {shape.pitch for shape in SHAPES}
    }
    heard = _heard(samples, speech, np.arange(len(power)) * _TICK)
    return pack_all([_undone(bands[shape.pitch], heard, shape.pace) for shape in SHAPES])


def _undone(energies: NDArray[np.float64], heard: NDArray[np.bool_], pace: float) -> Print:
    """The fingerprint of what plays ``pace`` times as fast, as it would be at its own pace.

    Args:
        energies: natural logarithms, at each tick.
        heard: whether something is to be heard there.
    """
    places = np.arange(int((len(energies) - 1) * _TICK * pace / _STEP)) * (_STEP / _TICK / pace)
    whole = places.astype(np.intp)
    part = (places - whole)[:, None]
    between = energies[whole] * (1 - part) + energies[whole + 1] * part
    return _print(between, heard[np.round(places[:-1]).astype(np.intp)])


def _log_energy(below: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of the energy between edges that lie between spectrum bins: float64 [frames, bands]."""
    whole = edges.astype(np.intp)
    part = edges - whole
    cumulated = below[:, whole] * (1 - part) + below[:, whole + 1] * part
    return np.asarray(np.log(np.diff(cumulated, axis=1) + 1e-10), np.float64)


def _power(samples: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Power spectra, as far up as any band reaches: float32 [frames, bins]."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::step]
    spectra = np.fft.rfft(frames * _HANN, axis=1)[:, : int(_HIGHEST * 1.1 * _WINDOW / SAMPLE_RATE)]
    return np.asarray(np.abs(spectra) ** 2, np.float32)


def _print(energies: NDArray[np.floating], heard: NDArray[np.bool_]) -> Print:
    """
    Args:
        energies: of each band, natural logarithms, [frames, 33].
        heard: whether something is to be heard in each frame and the next, [frames - 1].
    """
    changes = np.diff(np.diff(energies, axis=1), axis=0)
    sizes = np.abs(changes)
    counting = np.zeros(changes.shape, np.bool_)
    if heard.any():
        present = energies >= energies.max(axis=1, keepdims=True) + math.log(_BELOW_THE_LOUDEST_BAND)
        both = present[:, 1:] & present[:, :-1]
        known = sizes[heard].ravel()
        place = int((1 - _STRONG) * (len(known) - 1))
        surest = max(float(np.partition(known, place)[place]), _LEAST_CHANGE)
        counting = (sizes >= surest) & heard[:, None] & both[1:] & both[:-1]
    return Print(_bits(changes > 0), _bits(counting))


def _heard(samples: NDArray[np.float32], speech: Speech | None, starts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """In which frames, each a window and the one a step later, something is that may count: bool [frames]."""
    loud = _loud(samples, starts)
    return loud if speech is None else loud & _spoken(speech, starts)


def _loud(samples: NDArray[np.float32], starts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which frames are no silence."""
    total = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    ends = np.minimum(starts + _WINDOW + _STEP, len(samples))
    level = (total[ends] - total[starts]) / (ends - starts)
    return np.asarray((level >= _QUIETEST) & (level >= np.quantile(level, 0.9) * _BELOW_THE_LOUD))


def _spoken(speech: Speech, starts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """In which frames most of what the window weighs is speech."""
    begin = (starts + _WINDOW / 4) / SAMPLE_RATE
    end = begin + (_WINDOW / 2 + _STEP) / SAMPLE_RATE
    inside = np.zeros(len(starts))
    for since, until in speech.segments:
        inside += np.clip(np.minimum(end, until) - np.maximum(begin, since), 0, None)
    return np.asarray(inside > (end - begin) / 2)


def _bits(values: NDArray[np.bool_]) -> NDArray[np.uint32]:
    return np.packbits(values, axis=1, bitorder="little").view("<u4").ravel()


@cache
def _band_starts() -> NDArray[np.intp]:
    """First spectrum bin of each band, logarithmically spaced, and where the last one ends."""
    edges = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1)
    return np.round(edges * _WINDOW / SAMPLE_RATE).astype(np.intp)
