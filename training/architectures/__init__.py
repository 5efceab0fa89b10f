"""How each encoder of the house is trained: its network, its features, and the stages of its training."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from models.base import CardEncoder
from rollcall.errors import WrongUse

NAMES = ("rescnn", "ecapa", "campplus")


@dataclass(frozen=True)
class Stage:
    """A stretch of training with one loss.

    Attributes:
        loss: "softmax", "aam" or "triplet".
        epochs: in one of them as much speech is heard as there is.
        rate: the highest learning rate.
        people, crops: of a batch: so many people with so many crops each.
    """

    loss: str
    epochs: float
    rate: float
    people: int
    crops: int


class Features(Protocol):
    """Waveforms, float32 [batch, samples] → what the network takes, [batch, frames, bands]."""

    def __call__(self, waveforms: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class Architecture:
    """What is trained.

    Attributes:
        name: of the encoder, as its card has it.
        file: the weights' name in the folder of the result.
        samples: of a crop, at 16 kHz.
        last: the weight whose first axis is the embedding's dimension.
        network: makes one with random weights of some width, or that of a state dict.
        features: for a device.
        encoder: the house's encoder with these weights, on a device.
        scratch, tuning: the stages from random weights and from given ones; empty where that is not offered.
    """

    name: str
    file: str
    samples: int
    last: str
    network: Callable[[Mapping[str, Tensor] | None, int | None], nn.Module]
    features: Callable[[torch.device], Features]
    encoder: Callable[[Mapping[str, Tensor], str, torch.device], CardEncoder]
    scratch: Sequence[Stage]
    tuning: Sequence[Stage]


class _Module(Protocol):
    ARCHITECTURE: Architecture


def find(name: str) -> Architecture:
    """The architecture of this name.

    Raises:
        WrongUse: there is none.
    """
    if name not in NAMES:
        raise WrongUse(f"{name} cannot be trained: choose {', '.join(NAMES)}")
    return cast(_Module, importlib.import_module(f"training.architectures.{name}")).ARCHITECTURE
