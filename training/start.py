"""The weights a training goes on from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from models import registry
from models.errors import ModelError
from models.weights.checkpoint import build
from rollcall.errors import Unavailable, WrongUse
from training.architectures import Architecture


def given(name: str, architecture: Architecture, models_dir: Path) -> Mapping[str, Tensor] | None:
    """The state dict behind an encoder's name or the path of own weights; None for no name.

    Raises:
        WrongUse: it is of another architecture, or of nothing.
        Unavailable: the weights cannot be had.
    """
    if not name:
        return None
    try:
        place = registry.resolve(name, models_dir)
        if place.card.name != architecture.name:
            raise WrongUse(f"{name} is {place.card.name}: give --model {place.card.name}, or --from other weights")
        path = registry.pull(name, models_dir)
        return build(path, lambda state, _: dict(state), place.card.expected)
    except ModelError as error:
        raise Unavailable(str(error)) from error
