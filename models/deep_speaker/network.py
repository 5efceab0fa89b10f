"""The ResCNN network of Deep Speaker.

Source: Li, Ma, Jiang, Li, Zhang, Liu, Cao, Kannan, Zhu, "Deep Speaker: an End-to-End Neural Speaker Embedding System",
2017, https://arxiv.org/abs/1705.02304, in the sizes of the Keras implementation that trained it in public
(philipperemy/deep-speaker): four stages, each of which halves time and frequency and goes on with three residual
blocks, then the mean over time and one affine layer. 24 million parameters.

What differs from torch's habits is Keras': batch norms add 0.001 to the variance, and where a stride of two leaves an
odd number of zeros to pad with, the odd one goes to the end.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

MELS: Final = 64
CHANNELS: Final = (64, 128, 256, 512)
BLOCKS: Final = 3
"""Residual blocks of a stage."""
_HALVINGS: Final = 2 ** len(CHANNELS)
_EPSILON: Final = 1e-3
_CEILING: Final = 20.0


class ResCnnNetwork(nn.Module):
    """[batch, frames, 64] → [batch, dimension], not normalised. The frames are a multiple of 16."""

    def __init__(self, dimension: int = 512) -> None:
        super().__init__()
        inputs = (1, *CHANNELS[:-1])
        self.stages = nn.Sequential(*(Stage(*widths) for widths in zip(inputs, CHANNELS, strict=True)))
        self.affine = nn.Linear(MELS // _HALVINGS * CHANNELS[-1], dimension)

    def forward(self, features: Tensor) -> Tensor:
        maps = self.stages(features.unsqueeze(1))
        # [batch, channels, time, frequency] → mean over time → frequency before channel, as Keras lays it out
        embedding: Tensor = self.affine(maps.mean(dim=2).transpose(1, 2).flatten(1))
        return embedding


class Stage(nn.Module):
    """[batch, before, frames, mels] → [batch, channels, frames / 2, mels / 2]."""

    def __init__(self, before: int, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, channels, 5, stride=2)
        self.norm = nn.BatchNorm2d(channels, eps=_EPSILON)
        self.blocks = nn.Sequential(*(Residual(channels) for _ in range(BLOCKS)))

    def forward(self, x: Tensor) -> Tensor:
        x = clipped_relu(self.norm(self.conv(functional.pad(x, (1, 2, 1, 2)))))
        y: Tensor = self.blocks(x)
        return y


class Residual(nn.Module):
    """Two 3x3 convolutions beside the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(channels, eps=_EPSILON)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(channels, eps=_EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        y = clipped_relu(self.norm1(self.conv1(x)))
        # Clipped before the sum and after it; the paper clips once, the public weights were trained like this.
        return clipped_relu(clipped_relu(self.norm2(self.conv2(y))) + x)


def clipped_relu(x: Tensor) -> Tensor:
    """min(max(x, 0), 20)."""
    return torch.clamp(x, 0.0, _CEILING)
