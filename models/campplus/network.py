"""The CAM++ network.

Source: Wang, Zheng, Chen, Cheng, Chen, "CAM++: A Fast and Efficient Network for Speaker Verification Using
Context-Aware Masking", Interspeech 2023, https://arxiv.org/abs/2303.00332. A small 2-D residual front end halves the
frequency axis three times; then comes a densely connected time-delay network, whose every layer is masked by its
context: the mean over the utterance plus the mean over a segment of 100 frames.

Notes of different lengths may share a batch, padded at their ends: with a mask the network hears nothing of the
padding, and each comes out as if it were alone.

Attribute names are those of the published weights (3D-Speaker), so that their state dict loads with `strict=True`.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

GROWTH: Final = 32
_BOTTLENECK: Final = 128
_SEGMENT: Final = 100
_BLOCKS: Final = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block."""


class CamPlusPlusNetwork(nn.Module):
    """[batch, frames, mels] → [batch, dimension], not normalised. Needs 3 frames or more."""

    def __init__(self, mels: int = 80, dimension: int = 192) -> None:
        super().__init__()
        self.head = FrontEnd()
        channels = 128
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["tdnn"] = ConvNormRelu(GROWTH * (mels // 8), channels)
        for number, (depth, dilation) in enumerate(_BLOCKS, start=1):
            layers[f"block{number}"] = DenseBlock(depth, channels, dilation)
            channels += depth * GROWTH
            layers[f"transit{number}"] = Transition(channels)
            channels //= 2
        layers["out_nonlinear"] = NormRelu(channels)
        layers["stats"] = Statistics()
        layers["dense"] = Projection(2 * channels, dimension)
        self.xvector = nn.Sequential(layers)

    def forward(self, features: Tensor) -> Tensor:
        return self.pool(self.frames(features))

    def frames(self, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """[batch, frames, mels] → [batch, channels, frames / 2]: what is pooled over time.

        Args:
            mask: [batch, frames], one where a note has a frame, zero where it is padded; None: nothing is padded.
        """
        maps = self.head(features.transpose(1, 2).unsqueeze(1), mask)
        # Frequency and channel become one axis; time is kept.
        x: Tensor = maps.flatten(1, 2)
        for layer in list(self.xvector)[:-2]:
            x = layer(x, halved(mask)) if isinstance(layer, DenseBlock) else layer(x)
        return x

    def pool(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """[batch, channels, frames] → [batch, dimension]; the mask is of these frames."""
        statistics: Tensor = self.xvector[-2](frames, mask)
        return self.project(statistics)

    def project(self, statistics: Tensor) -> Tensor:
        """[batch, 2 · channels] → [batch, dimension]."""
        embedding: Tensor = self.xvector[-1](statistics)
        return embedding


def halved(mask: Tensor | None) -> Tensor | None:
    """The mask of the frames that are pooled."""
    return None if mask is None else mask[:, ::2]


class FrontEnd(nn.Module):
    """[batch, 1, mels, frames] → [batch, 32, mels / 8, frames]: residual, striding over frequency only."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, GROWTH, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(GROWTH)
        self.layer1 = nn.Sequential(Residual(stride=2), Residual(stride=1))
        self.layer2 = nn.Sequential(Residual(stride=2), Residual(stride=1))
        self.conv2 = nn.Conv2d(GROWTH, GROWTH, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(GROWTH)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        seen = None if mask is None else mask[:, None, None]
        x = _masked(torch.relu(self.bn1(self.conv1(x))), seen)
        for residual in (*self.layer1, *self.layer2):
            x = residual(x, seen)
        return _masked(torch.relu(self.bn2(self.conv2(x))), seen)


def _masked(x: Tensor, mask: Tensor | None) -> Tensor:
    """Silence where a note is padded: its neighbours must see what they would see at the note's end."""
    return x if mask is None else x * mask.to(x.dtype)


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut, which is a strided 1x1 convolution where the size changes."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(GROWTH, GROWTH, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(GROWTH)
        self.conv2 = nn.Conv2d(GROWTH, GROWTH, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(GROWTH)
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut.append(nn.Conv2d(GROWTH, GROWTH, 1, stride=(stride, 1), bias=False))
            self.shortcut.append(nn.BatchNorm2d(GROWTH))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        y = _masked(torch.relu(self.bn1(self.conv1(x))), mask)
        return _masked(torch.relu(self.bn2(self.conv2(y)) + self.shortcut(x)), mask)


class NormRelu(nn.Module):
    """Batch normalisation, then what is above zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.batchnorm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.batchnorm(x))


class ConvNormRelu(nn.Module):
    """Five frames wide; halves the frame rate."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels_in, channels, 5, stride=2, padding=2, bias=False)
        self.nonlinear = NormRelu(channels)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.nonlinear(self.linear(x))
        return y


class DenseBlock(nn.Module):
    """Each layer reads all that came before it and adds 32 channels."""

    def __init__(self, depth: int, channels: int, dilation: int) -> None:
        super().__init__()
        for number in range(depth):
            self.add_module(f"tdnnd{number + 1}", DenseLayer(channels + number * GROWTH, dilation))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        for layer in self.children():
            x = torch.cat([x, layer(x, mask)], dim=1)
        return x


class DenseLayer(nn.Module):
    """A context-aware masked layer, whose output is added to its input's channels."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = NormRelu(channels)
        self.linear1 = nn.Conv1d(channels, _BOTTLENECK, 1, bias=False)
        self.nonlinear2 = NormRelu(_BOTTLENECK)
        self.cam_layer = ContextMask(dilation)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        y: Tensor = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))), mask)
        return y


class ContextMask(nn.Module):
    """A dilated convolution, each segment of its output weighted by a mask computed from the context."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(_BOTTLENECK, GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(_BOTTLENECK, _BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(_BOTTLENECK // 2, GROWTH, 1)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        # The weight is the same over a whole segment, so it is computed once per segment, not per frame.
        # With ceil_mode the last segment may be short; its mean is over the frames that it has.
        if mask is None:
            segments = functional.avg_pool1d(x, _SEGMENT, _SEGMENT, ceil_mode=True)
            whole = x.mean(dim=-1, keepdim=True)
        else:
            x = _masked(x, mask[:, None])
            held = mask.sum(dim=-1)[:, None, None]
            share = functional.avg_pool1d(mask[:, None], _SEGMENT, _SEGMENT, ceil_mode=True)
            # Both means are over the segment's width, padding included, which so cancels out.
            segments = functional.avg_pool1d(x, _SEGMENT, _SEGMENT, ceil_mode=True) / share.clamp_min(1 / _SEGMENT)
            whole = x.sum(dim=-1, keepdim=True) / held
        weight = torch.sigmoid(self.linear2(torch.relu(self.linear1(whole + segments))))
        local: Tensor = self.linear_local(x)
        return local * weight.repeat_interleave(_SEGMENT, dim=-1)[..., : local.shape[-1]]


class Transition(nn.Module):
    """Halves the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.nonlinear = NormRelu(channels)
        self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(self.nonlinear(x))
        return y


class Statistics(nn.Module):
    """[batch, channels, frames] → [batch, 2 · channels]: mean and (unbiased) standard deviation over time."""

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return torch.cat([x.mean(dim=-1), x.std(dim=-1)], dim=-1)
        held = mask.sum(dim=-1)[:, None]
        mean = (x * mask[:, None]).sum(dim=-1) / held
        squares = ((x - mean[..., None]).square() * mask[:, None]).sum(dim=-1)
        return torch.cat([mean, (squares / (held - 1)).sqrt()], dim=-1)


class Projection(nn.Module):
    """From pooled statistics to the embedding."""

    def __init__(self, channels: int, dimension: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, dimension, 1, bias=False)
        self.nonlinear = nn.Sequential(OrderedDict(batchnorm=nn.BatchNorm1d(dimension, affine=False)))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.nonlinear(self.linear(x.unsqueeze(-1)).squeeze(-1))
        return y
