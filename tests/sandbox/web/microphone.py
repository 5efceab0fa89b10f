"""A microphone for Chromium that hears whatever file the test puts before it."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import av

FLAGS = ("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
_RATE = 48_000


class Microphone:
    """The file is read anew each time the page opens the microphone."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "microphone.wav"
        self.hear(None)

    @property
    def flags(self) -> list[str]:
        """How Chromium is started with it."""
        return [*FLAGS, f"--use-file-for-fake-audio-capture={self._file}%noloop"]

    def hear(self, note: bytes | None) -> None:
        """From now on somebody says this; None is silence."""
        samples = bytes(2 * _RATE) if note is None else _decoded(note)
        beside = self._file.with_suffix(".new")
        with wave.open(str(beside), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(_RATE)
            out.writeframes(samples)
        os.replace(beside, self._file)  # noqa: PTH105 - at once, never half of it


def _decoded(note: bytes) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    with av.open(io.BytesIO(note), "r") as source:
        pieces = [piece for frame in source.decode(audio=0) for piece in resampler.resample(frame)]
    return b"".join(piece.to_ndarray().tobytes() for piece in pieces)
