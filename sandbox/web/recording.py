"""What becomes of a sound on its way: a voice note as Telegram's apps make it, and the picture of its loudness."""

from __future__ import annotations

import io

import av
import numpy as np
from numpy.typing import NDArray

from sandbox.errors import bad_request

_RATE, _BIT_RATE = 48_000, 32_000
_FRAME = 960
"""Samples: 20 ms, as every app's encoder takes them."""
_BARS, _HIGHEST = 100, 31
"""As Telegram's apps tell the shape of a note: a hundred heights of five bits."""


def voice_note(data: bytes) -> bytes:
    """The recording as OGG/Opus, mono, 48 kHz, tuned for speech.

    Raises:
        ApiError: there is no sound in it.
    """
    out = io.BytesIO()
    try:
        with av.open(io.BytesIO(data), "r") as source, av.open(out, "w", format="ogg") as target:
            stream = target.add_stream("libopus", rate=_RATE, layout="mono", options={"application": "voip"})
            stream.bit_rate = _BIT_RATE
            resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE, frame_size=_FRAME)
            for frame in source.decode(audio=0):
                # A browser's clock begins anywhere; the note begins at nought.
                frame.pts = None
                for piece in resampler.resample(frame):
                    target.mux(stream.encode(piece))
            for piece in resampler.resample(None):
                target.mux(stream.encode(piece))
            target.mux(stream.encode(None))
    except (av.FFmpegError, IndexError) as error:
        raise bad_request("there is no sound in the recording") from error
    return out.getvalue()


def waveform(data: bytes) -> list[int]:
    """How loud the note is from its beginning to its end; nothing where it cannot be read."""
    try:
        samples = _samples(data)
    except (av.FFmpegError, IndexError):
        return []
    if len(samples) < _BARS:
        return []
    peaks = np.array([np.abs(part).max() for part in np.array_split(samples, _BARS)])
    # The loudest of them all would make a cough the measure of a sentence.
    full = max(float(np.quantile(peaks, 0.95)), 1e-4)
    return [int(one) for one in np.clip(np.round(peaks / full * _HIGHEST), 0, _HIGHEST)]


def _samples(data: bytes) -> NDArray[np.float32]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=8000)
    pieces: list[NDArray[np.float32]] = []
    with av.open(io.BytesIO(data), "r") as source:
        for frame in source.decode(audio=0):
            frame.pts = None
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
