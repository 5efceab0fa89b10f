"""The file of the speech detector, pinned as the encoders' weights are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from models.card import card_of
from models.weights import store
from models.weights.sources import Progress

CARD: Final = card_of("models.detector")


def locate(models_dir: Path) -> Path | None:
    """The file in the models folder, or None where it must be fetched first."""
    return store.locate(CARD, models_dir)


def pull(models_dir: Path, progress: Progress | None = None) -> Path:
    """The same, fetched if it is not here.

    Raises:
        WeightsUnavailable: no source could give it.
    """
    return store.fetch(CARD, models_dir, progress)
