"""The network that a training begins with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from models import registry
from models.errors import ModelError
from models.weights.checkpoint import build
from rollcall.errors import Unavailable, WrongUse
from training.architectures import Architecture


def begin(name: str, architecture: Architecture, width: int, seed: int, models_dir: Path) -> nn.Module:
    """With the weights behind an encoder's name or the path of own ones; with random ones of a width for no name.

    Args:
        width: 0: the architecture's own.

    Raises:
        WrongUse: they are of another architecture, or of nothing.
        Unavailable: they cannot be had, or are damaged.
    """
    torch.manual_seed(seed)
    if not name:
        return architecture.network(None, width or None)
    try:
        place = registry.resolve(name, models_dir)
        if place.card.name != architecture.name:
            raise WrongUse(f"{name} is {place.card.name}: give --model {place.card.name}, or --from other weights")
        path = registry.pull(name, models_dir)
        return build(path, lambda state, _: architecture.network(_sound(path, state), None), place.card.expected)
    except ModelError as error:
        raise Unavailable(f"{error}: give --from other weights") from error


def _sound(path: Path, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if not all(bool(value.isfinite().all()) for value in state.values()):
        raise ModelError(f"{path} holds weights that are no numbers")
    return dict(state)
