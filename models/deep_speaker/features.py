"""The input of Deep Speaker's ResCNN: mel energies, each frame by itself brought to mean 0 and deviation 1.

The reference (philipperemy/deep-speaker) calls `python_speech_features.fbank` with 64 filters, and so do we what that
does: pre-emphasis 0.97 over the whole note, 25 ms frames each 10 ms with nothing for a window, the last one filled up
with zeros, power spectrum of 512 points, triangles whose corners lie on whole bins of the spectrum. There is no
logarithm. What is left of a frame is the shape of its spectrum; the level of the recording falls out.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.deep_speaker.filters import FFT, FRAME, LEAST_DEVIATION, NOTHING, PRE_EMPHASIS, SHIFT, filters, frame_count


class MelShapes:
    """The features on one device. Stateless after construction, so threads may share it."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self._filters = torch.from_numpy(filters()).to(device)

    def __call__(self, waveforms: Tensor) -> Tensor:
        """Features of waveforms.

        Args:
            waveforms: [..., samples], float32 at 16 kHz, on this object's device; one sample at least.

        Returns:
            [..., frames, 64]: over each frame the mean is 0 and the (biased) standard deviation 1.
        """
        samples = waveforms.shape[-1]
        emphasised = torch.cat([waveforms[..., :1], waveforms[..., 1:] - PRE_EMPHASIS * waveforms[..., :-1]], dim=-1)
        missing = FRAME + SHIFT * (frame_count(samples) - 1) - samples
        frames = functional.pad(emphasised, (0, missing)).unfold(-1, FRAME, SHIFT)
        spectrum = torch.fft.rfft(functional.pad(frames, (0, FFT - FRAME)))
        power = (spectrum.real.square() + spectrum.imag.square()) / FFT
        energies = power @ self._filters
        energies = torch.where(energies == 0, NOTHING, energies)
        deviation = energies.std(dim=-1, correction=0, keepdim=True)
        return (energies - energies.mean(dim=-1, keepdim=True)) / deviation.clamp_min(LEAST_DEVIATION)
