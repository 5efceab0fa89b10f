"""Sounds made for a test, as the Ogg/Opus a phone would send."""

from __future__ import annotations

import subprocess

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


def silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(round(seconds * RATE), np.float32)


def noise(samples: int, level: float) -> NDArray[np.float32]:
    """White noise with this root mean square."""
    return (np.random.default_rng(0).standard_normal(samples) * level).astype(np.float32)


def chords(seconds: float) -> NDArray[np.float32]:
    """Music without a voice."""
    time = np.arange(round(seconds * RATE)) / RATE
    roots = 220 * 2 ** (np.array([0, 5, 7, 3])[(time // 0.5).astype(int) % 4] / 12)
    tones = [np.sin(2 * np.pi * np.cumsum(roots * ratio) / RATE) for ratio in (1, 1.26, 1.5, 2)]
    return np.asarray(0.15 * np.sum(tones, axis=0) * np.exp(-3 * (time % 0.5)), np.float32)


def sound_of(note: bytes) -> NDArray[np.float32]:
    """A note's samples at 48 kHz."""
    out = _ffmpeg(note, "-f", "f32le", "-ac", "1", "-ar", str(RATE))
    return np.frombuffer(out, np.float32)


def voice_note(samples: NDArray[np.float32], kilobits: int = 24) -> bytes:
    """Ogg/Opus, mono, as Telegram's clients record it."""
    return written(samples, "-c:a", "libopus", "-b:a", f"{kilobits}k", "-application", "voip", "-f", "ogg")


def written(samples: NDArray[np.float32], *options: str) -> bytes:
    """A file of the kind that ffmpeg's options say."""
    source = ("-f", "f32le", "-ar", str(RATE), "-ac", "1")
    return _ffmpeg(samples.astype("<f4").tobytes(), *options, source=source)


def converted(note: bytes, *options: str) -> bytes:
    """The note in another format, by ffmpeg's options."""
    return _ffmpeg(note, *options)


def _ffmpeg(data: bytes, *options: str, source: tuple[str, ...] = ()) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *source, "-i", "pipe:0", *options, "pipe:1"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout
