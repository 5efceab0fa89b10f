"""Log-mel filterbank as Kaldi computes it (`compute-fbank-feats`), the input of CAM++.

Source: Kaldi's feature definitions, https://kaldi-asr.org/doc/feat.html, with the options 3D-Speaker trains with: 80
bins from 20 Hz to Nyquist, 25 ms frames each 10 ms, povey window, pre-emphasis 0.97, mean of each frame removed, no
dither, edges snipped, power spectrum, natural logarithm. Samples stay in [-1, 1], not scaled to 16-bit integers as in
Kaldi: the floor under the logarithm is absolute, and the networks were trained with it at this level.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.fbank_filters import FFT, FLOOR, FRAME, PRE_EMPHASIS, SHIFT, mel_filters, povey_window


class Fbank:
    """The filterbank on one device. Stateless after construction, so threads may share it."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self._window = torch.from_numpy(povey_window()).to(device)
        self._filters = torch.from_numpy(mel_filters()).to(device)

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

    def masked(self, waveforms: Tensor, mask: Tensor) -> Tensor:
        """The same for waveforms padded to one length: means over the mask's frames, [..., frames]; zero elsewhere."""
        features, seen = self.log_mel(waveforms), mask[..., None]
        mean = (features * seen).sum(dim=-2, keepdim=True) / seen.sum(dim=-2, keepdim=True)
        return (features - mean) * seen

    def log_mel(self, waveforms: Tensor) -> Tensor:
        """The same without the mean subtracted; this is what Kaldi itself prints."""
        if waveforms.shape[-1] < FRAME:
            raise ValueError(f"{waveforms.shape[-1]} samples are less than one frame of {FRAME}")
        frames = waveforms.unfold(-1, FRAME, SHIFT)
        frames = frames - frames.mean(dim=-1, keepdim=True)
        # The first sample has no predecessor; Kaldi takes the sample itself for one.
        previous = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
        frames = (frames - PRE_EMPHASIS * previous) * self._window
        spectrum = torch.fft.rfft(functional.pad(frames, (0, FFT - FRAME)))
        power = spectrum.real.square() + spectrum.imag.square()
        mel: Tensor = power @ self._filters
        return mel.clamp_min(FLOOR).log()
