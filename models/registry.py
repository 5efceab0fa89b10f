"""The models by name: what there is, what is here, fetch it, load it. The way into this package.

A name is one of `weights.toml`, "dummy" (for tests), or a path to own weights, whose ending tells the architecture.
"""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import Protocol, cast

from models import dummy, weights
from models.card import ModelCard, cards
from models.encoder import Encoder
from models.errors import ModelError, UnknownModel
from models.sources import Progress

_log = logging.getLogger(__name__)


class Backend(Protocol):
    """What the module named by `backend` in `weights.toml` provides."""

    def load(self, path: Path, device: str, threads: int | None) -> Encoder:
        """Raises ModelError where the file is not of this architecture."""


def known() -> list[ModelCard]:
    """The models that people may choose; the dummy is not one of them."""
    return list(cards().values())


def locate(name: str, models_dir: Path) -> Path | None:
    """The file a model would be loaded from, or None where it must be fetched first (or own weights are missing).

    The dummy consists of nothing but its module, and that is always here.

    Raises:
        UnknownModel: neither a name nor a path to weights.
    """
    if name == dummy.NAME:
        return Path(dummy.__file__)
    if card := cards().get(name):
        return weights.locate(card, models_dir)
    _architecture(name)
    path = Path(name).expanduser()
    return path if path.is_file() else None


def pull(name: str, models_dir: Path, progress: Progress | None = None) -> Path:
    """The same, fetched if it is not here.

    Raises:
        UnknownModel: neither a name nor a path to weights.
        WeightsUnavailable: no source could give the weights.
        ModelError: own weights are not where the path says.
    """
    if path := locate(name, models_dir):
        return path
    if card := cards().get(name):
        return weights.fetch(card, models_dir, progress)
    raise ModelError(f"there is no file {name}: give the path of own weights, or one of {', '.join(cards())}")


def load(
    name: str,
    models_dir: Path,
    device: str = "auto",
    progress: Progress | None = None,
    threads: int | None = None,
) -> Encoder:
    """An encoder ready to embed; its weights are fetched if they are not here.

    Args:
        name: see the module.
        models_dir: where fetched weights rest.
        device: "auto", "cpu", or "cuda", which gives the CPU and one warning where there is no GPU.
        progress: told of the bytes while weights are fetched.
        threads: CPU threads for the whole process; None leaves the library's choice.

    Raises:
        UnknownModel, WeightsUnavailable: as `pull`.
        ModelError: the file is not of this architecture, or the device is unknown.
    """
    path = pull(name, models_dir, progress)
    if name == dummy.NAME:
        return dummy.Dummy()
    card = cards().get(name) or _architecture(name)
    backend = cast(Backend, importlib.import_module(card.backend))
    encoder = backend.load(path, device, threads)
    _log.info("model %s loaded, weights %s", encoder.name, encoder.weight_hash[:12])
    return encoder


def _architecture(path: str) -> ModelCard:
    for card in cards().values():
        if path.lower().endswith(card.suffixes):
            return card
    raise UnknownModel(path, cards())
