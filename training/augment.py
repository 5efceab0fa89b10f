"""What may happen to a voice on its way to us, at random: training on it makes the network deaf to it.

Every choice comes from the generator that is given, so the same seed, round and place give the same sound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from evaluation import degrade, rates
from evaluation.rates import Samples
from worker.audio.band import narrowed
from worker.audio.waveform import Waveform

Voices = Callable[[np.random.Generator, int], Sequence[Samples]]
"""Gives so many other people's voices, for babble."""

FASTEST = 1.06
"""A crop must be so many times as long as what is left of it."""
_QUIETEST = 1e-4
_PINK = 1.0


@dataclass(frozen=True)
class Chances:
    """How often each thing happens, in [0, 1]; SpecAugment apart, they happen to one crop independently."""

    speed: float = 0.3
    reverb: float = 0.25
    noise: float = 0.25
    babble: float = 0.2
    band: float = 0.1
    opus: float = 0.2
    spec: float = 0.5


NONE = Chances(0, 0, 0, 0, 0, 0, 0)


def spoilt(samples: Samples, size: int, rng: np.random.Generator, others: Voices, chances: Chances) -> Samples:
    """Float32 [size] of a longer crop, played faster or slower, in a room, in company, through a phone or a codec.

    In the order in which it would happen: the voice, the room, what else is heard there, the line, the codec.
    """
    happens = dict(zip(vars(chances), rng.random(len(vars(chances))), strict=True))
    if happens["speed"] < chances.speed:
        samples = rates.speed(samples, float(rng.uniform(2 - FASTEST, FASTEST)))
    samples = np.resize(samples, size) if len(samples) < size else samples[:size]
    if np.max(np.abs(samples), initial=0) < _QUIETEST:
        return samples
    if happens["reverb"] < chances.reverb:
        samples = degrade.reverb(samples, (), float(rng.uniform(0.15, 0.8)), float(rng.uniform(-1, 12)), rng)
    if happens["noise"] < chances.noise:
        samples = noisy(samples, float(rng.uniform(5, 25)), rng)
    if happens["babble"] < chances.babble:
        voices = [voice for voice in others(rng, degrade.BABBLERS) if np.any(voice)]
        if voices:
            samples = degrade.babble(samples, (), float(rng.uniform(5, 20)), rng, voices)
    if happens["band"] < chances.band:
        samples = narrowed(Waveform(samples)).samples
    if happens["opus"] < chances.opus:
        samples = degrade.opus(samples, float(rng.uniform(12, 32)))
    return np.asarray(samples, np.float32)


def noisy(samples: Samples, snr: float, rng: np.random.Generator) -> Samples:
    """Noise at ``snr`` dB, from white to pink: its power falls as 1 / f to a power of 0 to 1."""
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    spectrum *= np.power(np.maximum(np.arange(len(spectrum)), 1), -rng.uniform(0, _PINK) / 2)
    return degrade.mixed(samples, (), np.fft.irfft(spectrum, len(samples)).astype(np.float32), snr)


def masked(features: Tensor, rng: np.random.Generator) -> Tensor:
    """SpecAugment (Park et al. 2019): up to a tenth of the frames and an eighth of the bands at their mean.

    Args:
        features: [frames, bands].
    """
    frames, bands = features.shape
    found = features.clone()
    for axis, most in ((0, frames // 10), (1, bands // 8)):
        width = int(rng.integers(0, most + 1))
        start = int(rng.integers(0, features.shape[axis] - width + 1))
        found.narrow(axis, start, width).fill_(float(features.mean()))
    return found


def masks(features: Tensor, seeds: Sequence[int], chance: float) -> Tensor:
    """`masked` for some of [batch, frames, bands], each by its own seed."""
    if not chance:
        return features
    rngs = [np.random.default_rng(seed) for seed in seeds]
    return torch.stack(
        [masked(row, rng) if rng.random() < chance else row for row, rng in zip(features, rngs, strict=True)]
    )
