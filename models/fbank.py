"""Log-mel filterbank as Kaldi computes it (`compute-fbank-feats`), the input of CAM++.

Source: Kaldi's feature definitions, https://kaldi-asr.org/doc/feat.html, with the options 3D-Speaker trains with: 80
bins from 20 Hz to Nyquist, 25 ms frames each 10 ms, povey window, pre-emphasis 0.97, mean of each frame removed, no
dither, edges snipped, power spectrum, natural logarithm. Samples stay in [-1, 1], not scaled to 16-bit integers as in
Kaldi: the floor under the logarithm is absolute, and the networks were trained with it at this level.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

SAMPLE_RATE: Final = 16_000
BINS: Final = 80
FRAME: Final = 400
SHIFT: Final = 160
_FFT: Final = 512
_PRE_EMPHASIS: Final = 0.97
_LOWEST_HZ: Final = 20.0
_FLOOR: Final = float(np.finfo(np.float32).eps)


def frame_count(samples: int) -> int:
    """How many whole frames fit; what is left over at the end is dropped, as Kaldi's `snip-edges` does."""
    return 0 if samples < FRAME else 1 + (samples - FRAME) // SHIFT


class Fbank:
    """The filterbank on one device. Stateless after construction, so threads may share it."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self._window = torch.from_numpy(_povey_window()).to(device)
        self._filters = torch.from_numpy(_mel_filters()).to(device)

    def __call__(self, waveforms: Tensor) -> Tensor:
        """Features with each waveform's own mean over time subtracted.

        Args:
            waveforms: [..., samples], float32 in [-1, 1] at 16 kHz, on this object's device.

        Returns:
            [..., frames, 80], natural logarithm of power.

        Raises:
            ValueError: there is not one whole frame (400 samples).
        """
        features = self.log_mel(waveforms)
        return features - features.mean(dim=-2, keepdim=True)

    def log_mel(self, waveforms: Tensor) -> Tensor:
        """The same without the mean subtracted; this is what Kaldi itself prints."""
        if waveforms.shape[-1] < FRAME:
            raise ValueError(f"{waveforms.shape[-1]} samples are less than one frame of {FRAME}")
        frames = waveforms.unfold(-1, FRAME, SHIFT)
        frames = frames - frames.mean(dim=-1, keepdim=True)
        # The first sample has no predecessor; Kaldi takes the sample itself for one.
        previous = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
        frames = (frames - _PRE_EMPHASIS * previous) * self._window
        spectrum = torch.fft.rfft(functional.pad(frames, (0, _FFT - FRAME)))
        power = spectrum.real.square() + spectrum.imag.square()
        mel: Tensor = power @ self._filters
        return mel.clamp_min(_FLOOR).log()


def _povey_window() -> NDArray[np.float32]:
    """[400]: a Hann window (symmetric) to the power 0.85, Kaldi's default: like Hamming, but zero at the edges."""
    phase = 2 * np.pi * np.arange(FRAME) / (FRAME - 1)
    return ((0.5 - 0.5 * np.cos(phase)) ** 0.85).astype(np.float32)


def _mel_filters() -> NDArray[np.float32]:
    """[257, 80]: triangles that are straight on the mel scale (not in hertz) and reach from neighbour to neighbour."""
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(SAMPLE_RATE / 2), BINS + 2)
    bins = _mel(np.arange(_FFT // 2 + 1) * SAMPLE_RATE / _FFT)[:, None]
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)).clip(min=0)
    triangles[-1] = 0  # Kaldi leaves the Nyquist bin out
    return triangles.astype(np.float32)


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return 1127.0 * np.log1p(np.asarray(hertz, dtype=np.float64) / 700.0)
