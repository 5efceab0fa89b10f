"""Faster and slower. Float32 [n] at 16 kHz in, and out with another n."""

from __future__ import annotations

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from worker.audio.waveform import SAMPLE_RATE

Samples = NDArray[np.float32]


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


def _frame(samples: Samples, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32)[None], format="flt", layout="mono")
    frame.sample_rate = rate
    return frame
