"""What a cheat may do to an old note so that it is not the same any more. Float32 [n] at 16 kHz in and out."""

from __future__ import annotations

from collections.abc import Sequence

import av
import av.filter
import numpy as np

from evaluation.degrade import SAMPLE_RATE, Samples, reverb, white_noise

_JOINT = SAMPLE_RATE // 100
"""Samples over which pieces are faded into each other, as an editor does."""
_LOUDSPEAKER = (250.0, 6000.0)
"""Hz: what a telephone's loudspeaker plays."""


def speed(samples: Samples, times: float) -> Samples:
    """Played so many times as fast, and so many times as high: resampled."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    frame = _frame(samples, round(SAMPLE_RATE * times))
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray()[0] for part in parts]).astype(np.float32)


def tempo(samples: Samples, times: float) -> Samples:
    """Played so many times as fast, but no higher: ffmpeg's atempo, which overlaps waves that fit (WSOLA)."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="flt", sample_rate=SAMPLE_RATE, layout="mono", time_base=None)
    changer = graph.add("atempo", f"{times}")
    sink = graph.add("abuffersink")
    source.link_to(changer)
    changer.link_to(sink)
    graph.configure()
    graph.push(_frame(samples, SAMPLE_RATE))
    graph.push(None)
    parts = []
    while True:
        try:
            part = graph.pull()
        except (EOFError, BlockingIOError):
            break
        if isinstance(part, av.AudioFrame):
            parts.append(part.to_ndarray()[0])
    return np.concatenate(parts).astype(np.float32)


def backwards(samples: Samples) -> Samples:
    """The end first."""
    return samples[::-1].copy()


def over_the_air(samples: Samples, rng: np.random.Generator) -> Samples:
    """Played by a small loudspeaker in a room and recorded again, with a little noise."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    low, high = _LOUDSPEAKER
    spectrum *= (frequency / low) ** 2 / (1 + (frequency / low) ** 2) / (1 + (frequency / high) ** 4)
    played = np.fft.irfft(spectrum, len(samples)).astype(np.float32)
    return white_noise(reverb(played, (), 0.3, 5.0, rng), (), 25, rng)


def pieces(sources: Sequence[Samples], seconds: float, rng: np.random.Generator) -> Samples:
    """A piece of so many seconds from a random place of each of the sources, one after the other."""
    size = round(seconds * SAMPLE_RATE)
    joined = np.zeros(0, np.float32)
    fade = np.linspace(0, 1, _JOINT, dtype=np.float32)
    for source in sources:
        start = int(rng.integers(0, max(1, len(source) - size)))
        piece = source[start : start + size].copy()
        if len(joined) and len(piece) > _JOINT:
            joined[-_JOINT:] = joined[-_JOINT:] * (1 - fade) + piece[:_JOINT] * fade
            piece = piece[_JOINT:]
        joined = np.concatenate((joined, piece))
    return joined


def _frame(samples: Samples, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32)[None], format="flt", layout="mono")
    frame.sample_rate = rate
    return frame
