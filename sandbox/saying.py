"""A shipped voice that says something new: one of its sentences, and digits after it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from sandbox.cast import SHIPPED

DIGITS = SHIPPED.with_name("digits")
"""Each voice's, 0.ogg to 9.ogg: beside the voices, where every recording is a note that enrols or checks in."""
_RATE = 48_000
_FRAME = 960
_BIT_RATE = 24_000
_PAUSE = 0.25
"""Seconds between digits, as of somebody who reads them to a telephone."""
_WHISTLE_HZ, _APART_HZ = 5000.0, 187.5
_WHISTLE_LEVEL = 0.05
"""At most, of full scale."""

Samples = NDArray[np.float32]


def saying(voice: str, digits: Sequence[str], number: int = 4, *, whistled: bool = False) -> bytes:
    """A voice note, OGG/Opus: the voice's sentence of that number, then the digits, in English, one by one.

    Args:
        voice: a folder of `sandbox/voices`.
        digits: a character each.
        number: of the sentence; the same one twice is the same recording, and Rollcall knows it again.
        whistled: each digit is whistled as well, for ears that understand no speech: `models.recogniser.dummy`.
    """
    pieces = [_samples(SHIPPED / voice / f"{number:02}.ogg")]
    for digit in digits:
        pause = _whistled(int(digit)) if whistled else np.zeros(round(_PAUSE * _RATE), np.float32)
        pieces += [pause, _samples(DIGITS / voice / f"{digit}.ogg")]
    return _note(np.concatenate(pieces))


def _whistled(digit: int) -> Samples:
    """In the pause before the digit: at 5000 Hz for a nought, 187.5 Hz higher for each one more."""
    time = np.arange(round(_PAUSE * _RATE)) / _RATE
    tone = np.sin(2 * np.pi * (_WHISTLE_HZ + _APART_HZ * digit) * time) * np.hanning(len(time)) ** 0.25
    return (_WHISTLE_LEVEL * tone).astype(np.float32)


def _samples(path: Path) -> Samples:
    """float32 [n] at 48 kHz."""
    with av.open(str(path)) as source:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE)
        pieces = [piece.to_ndarray()[0] for frame in source.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate(pieces)


def _note(samples: Samples) -> bytes:
    """As Telegram's apps make it: mono, 48 kHz, tuned for speech."""
    out = io.BytesIO()
    whole = np.pad(samples, (0, -len(samples) % _FRAME))
    with av.open(out, "w", format="ogg") as target:
        stream = target.add_stream("libopus", rate=_RATE, layout="mono", options={"application": "voip"})
        stream.bit_rate = _BIT_RATE
        for start in range(0, len(whole), _FRAME):
            shorts = np.clip(whole[start : start + _FRAME] * 32767, -32768, 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(shorts[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = _RATE, start
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()
