"""The input of Deep Speaker's ResCNN: mel energies, each frame by itself brought to mean 0 and deviation 1.

The reference (philipperemy/deep-speaker) calls `python_speech_features.fbank` with 64 filters, and so do we what that
does: pre-emphasis 0.97 over the whole note, 25 ms frames each 10 ms with nothing for a window, the last one filled up
with zeros, power spectrum of 512 points, triangles whose corners lie on whole bins of the spectrum. There is no
logarithm. What is left of a frame is the shape of its spectrum; the level of the recording falls out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

SAMPLE_RATE: Final = 16_000
BINS: Final = 64
FRAME: Final = 400
SHIFT: Final = 160
_FFT: Final = 512
_PRE_EMPHASIS: Final = 0.97
_NOTHING: Final = float(np.finfo(np.float64).eps)
"""Stands in for an energy of exactly zero, which only digital silence has."""
_LEAST_DEVIATION: Final = 1e-12


def frame_count(samples: int) -> int:
    """As many frames as it takes to hear every sample; even an empty note has one."""
    return 1 + max(0, -(-(samples - FRAME) // SHIFT))


class MelShapes:
    """The features on one device. Stateless after construction, so threads may share it."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self._filters = torch.from_numpy(_filters()).to(device)

    def __call__(self, waveforms: Tensor) -> Tensor:
        """Features of waveforms.

        Args:
            waveforms: [..., samples], float32 at 16 kHz, on this object's device; one sample at least.

        Returns:
            [..., frames, 64]: over each frame the mean is 0 and the (biased) standard deviation 1.
        """
        samples = waveforms.shape[-1]
        emphasised = torch.cat([waveforms[..., :1], waveforms[..., 1:] - _PRE_EMPHASIS * waveforms[..., :-1]], dim=-1)
        missing = FRAME + SHIFT * (frame_count(samples) - 1) - samples
        frames = functional.pad(emphasised, (0, missing)).unfold(-1, FRAME, SHIFT)
        spectrum = torch.fft.rfft(functional.pad(frames, (0, _FFT - FRAME)))
        power = (spectrum.real.square() + spectrum.imag.square()) / _FFT
        energies = power @ self._filters
        energies = torch.where(energies == 0, _NOTHING, energies)
        deviation = energies.std(dim=-1, correction=0, keepdim=True)
        return (energies - energies.mean(dim=-1, keepdim=True)) / deviation.clamp_min(_LEAST_DEVIATION)


def _filters() -> NDArray[np.float32]:
    """[257, 64]: triangles from corner to corner; where two corners fall on one bin, that side has no slope."""
    mels = np.linspace(0, 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700), BINS + 2)
    corners = np.floor((_FFT + 1) * 700 * (10 ** (mels / 2595) - 1) / SAMPLE_RATE)
    left, peak, right = corners[:-2], corners[1:-1], corners[2:]
    bins = np.arange(_FFT // 2 + 1)[:, None]
    rising = (bins - left) / np.maximum(peak - left, 1)
    falling = (right - bins) / np.maximum(right - peak, 1)
    inside = (bins >= left) & (bins < right)
    return np.where(inside, np.where(bins < peak, rising, falling), 0).astype(np.float32)
