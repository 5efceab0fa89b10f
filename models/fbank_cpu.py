"""Kaldi's log-mel filterbank without torch, for one note; see `models.fbank` for the definition.

Twice as fast as one strided convolution in the network's graph.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.fbank_filters import FLOOR, FRAME, PRE_EMPHASIS, SHIFT, mel_filters, povey_window
from models.fourier import PADDED, banded_power, in_order

_PRE_EMPHASIS: Final = np.float32(PRE_EMPHASIS)


def fbank(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Float32 [80, frames], natural logarithm of power, each band's own mean over time subtracted.

    Args:
        samples: float32 [n] in [-1, 1] at 16 kHz, at least one frame of 400.
    """
    window, filters = _tables()
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::SHIFT]
    frames = frames - frames.mean(axis=1, keepdims=True)
    padded = np.zeros((len(frames), PADDED), np.float32)
    emphasised = padded[:, :FRAME]
    # The first sample has no predecessor; Kaldi takes the sample itself for one.
    emphasised[:, 0] = frames[:, 0] * (1 - _PRE_EMPHASIS)
    np.multiply(frames[:, :-1], -_PRE_EMPHASIS, out=emphasised[:, 1:])
    emphasised[:, 1:] += frames[:, 1:]
    emphasised *= window
    bands = np.log(np.maximum(banded_power(padded, filters), np.float32(FLOOR)))
    bands -= bands.mean(axis=0)
    return np.ascontiguousarray(bands.T)


@cache
def _tables() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return povey_window(), in_order(mel_filters())
