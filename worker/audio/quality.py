"""Facts about a note's sound, and the one reason why it cannot be judged, if there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.band import NARROW_BAND_DB
from rollcall.domain.verdict import Purpose, Reason
from worker.audio.speech import Speech
from worker.audio.waveform import SAMPLE_RATE, Waveform

_SHORTEST = 1.0
"""Seconds of net speech below which a note is not judged at all."""
_NO_SPEECH = 0.3
_SILENCE_DBFS = -50.0
"""What is quieter and holds no speech counts as silence, what is louder as music or noise."""
_QUIET_DBFS = -50.0
"""The quietest of 351 ordinary notes has -39."""
_CLIPPED_SHARE = 0.02
_CLIPPED_AT = 0.985
_NOISY_DB = {Purpose.ENROL: 12.0, Purpose.CHECK_IN: 8.0}
"""On the estimate's scale, where white noise at 5 dB reads 13, at 0 dB 7, and ordinary notes 16 and more. A voiceprint
is made for many lessons, so its notes must be cleaner."""

_FRAME = 400
_FLOOR = 1e-10


@dataclass(frozen=True)
class Quality:
    """Measured facts, stored with the attempt.

    Attributes:
        duration: seconds.
        speech: seconds of net speech.
        level: RMS of the speech, of the whole note where there is none; dBFS.
        clipped: share of the speech's samples at full scale.
        snr: speech against the pauses, dB; an estimate for wording, wrong where pauses are short.
        high_band: strongest energy at 4.5-7.5 kHz against that at 0.3-3.4 kHz, dB.
    """

    duration: float
    speech: float
    level: float
    clipped: float
    snr: float
    high_band: float


def measure(waveform: Waveform, speech: Speech) -> Quality:
    """The facts of a note."""
    samples = waveform.samples
    spoken = np.zeros(len(samples), bool)
    for start, end in speech.segments:
        spoken[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = True
    voice = samples[spoken] if spoken.any() else samples
    return Quality(
        duration=waveform.seconds,
        speech=speech.seconds,
        level=_decibels(np.mean(voice**2)),
        clipped=float(np.mean(np.abs(voice) >= _CLIPPED_AT)),
        snr=_snr(samples, spoken),
        high_band=_high_band(voice),
    )


def is_narrow(quality: Quality) -> bool:
    """Whether the note came over a telephone, or from a headset that hears no more."""
    return quality.high_band < NARROW_BAND_DB


def complaint(quality: Quality, purpose: Purpose, *, narrow_too: bool = False) -> Reason | None:
    """Why the note cannot be judged, or None. The order is that of what the speaker should mend first.

    Args:
        narrow_too: whether telephone notes can be judged.
    """
    checks = (
        (quality.speech < _NO_SPEECH and quality.level < _SILENCE_DBFS, Reason.SILENCE),
        (quality.speech < _NO_SPEECH, Reason.NO_SPEECH),
        (quality.clipped > _CLIPPED_SHARE, Reason.CLIPPED),
        (quality.speech < _SHORTEST, Reason.TOO_SHORT),
        (quality.level < _QUIET_DBFS, Reason.TOO_QUIET),
        (not narrow_too and is_narrow(quality), Reason.NARROW_BAND),
        (quality.snr < _NOISY_DB[purpose], Reason.NOISY),
    )
    return next((reason for applies, reason in checks if applies), None)


def _snr(samples: NDArray[np.float32], spoken: NDArray[np.bool_]) -> float:
    """The speech against the quiet tenth of the pauses, or the quietest frames of all where those are quieter."""
    count = len(samples) // _FRAME
    power = np.mean(samples[: count * _FRAME].reshape(count, _FRAME) ** 2, axis=1)
    in_speech = spoken[: count * _FRAME].reshape(count, _FRAME).mean(axis=1) > 0.5
    if not in_speech.any():
        return 0.0
    floor = np.quantile(power, 0.05)
    if not in_speech.all():
        floor = min(floor, np.quantile(power[~in_speech], 0.1))
    return _decibels(np.mean(power[in_speech])) - _decibels(floor)


def _high_band(voice: NDArray[np.float32]) -> float:
    count = len(voice) // _FRAME
    if count == 0:
        return 0.0
    frames = voice[: count * _FRAME].reshape(count, _FRAME) * np.hanning(_FRAME).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    hertz = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE)

    def strongest(low: float, high: float) -> float:
        return _decibels(np.quantile(power[:, (hertz >= low) & (hertz < high)].sum(axis=1), 0.95))

    return strongest(4500, 7500) - strongest(300, 3400)


def _decibels(power: np.floating | float) -> float:
    return float(10 * np.log10(max(float(power), _FLOOR)))
