"""From trained weights to an encoder's folder: the weights, their card, and how far their values reach."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from torch import Tensor

from evaluation.library import Library
from evaluation.listening import Heard
from evaluation.recipes import fit, ranges
from models import registry
from models.card import CARD, RANGES, encoders
from models.errors import ModelError
from models.onnx.export import hash_of
from rollcall.config.settings import Settings
from rollcall.errors import WrongUse
from training.architectures import Architecture
from training.disk import keep_json, keep_weights, writing
from training.shelf import Shelf
from training.watch import Watch, errors
from worker.audio.speech import Speech
from worker.audio.waveform import SAMPLE_RATE, Waveform

_MOST_NOTES, _MOST_SECONDS = 8, 10
_COARSER = 0.005
"""Eight bits may add so much to the EER of held-out people."""


class ShelfLibrary(Library):
    """Takes files from a shelf, where recordings that no worker would take are too."""

    def __init__(self, shelf: Shelf, cache: Path) -> None:
        super().__init__(cache)
        self._shelf = shelf
        self._numbers = {Path(piece.path): number for number, piece in enumerate(shelf.pieces)}

    def hear(self, path: Path) -> Heard | None:
        """A file's speech: all that is on the shelf is."""
        if path not in self._heard:
            waveform = Waveform(self._shelf.samples(self._numbers[path])[: _MOST_SECONDS * SAMPLE_RATE])
            speech = Speech(np.ones(1, np.float32), ((0.0, waveform.seconds),))
            self._heard[path] = Heard(hashlib.sha256(waveform.samples.tobytes()).hexdigest(), waveform, speech)
        return self._heard[path]


def write(state: Mapping[str, Tensor], architecture: Architecture, out: Path) -> Path:
    """The weights' file, whole or not at all; what was known of others in its place goes.

    Raises:
        Unavailable: it cannot be written.
    """
    place = out / architecture.file
    with writing(out):
        for stale in (CARD, RANGES):
            (out / stale).unlink(missing_ok=True)
    keep_weights(place, state)
    return place


def describe(
    settings: Settings, out: Path, shelf: Shelf, held_out: Mapping[str, Sequence[int]], conditions: str, say: Console
) -> bool:
    """The card, fitted on people who were not trained on. Whether there is one: weak encoders get none."""
    people = {
        person: [Path(shelf.pieces[number].path) for number in own[:_MOST_NOTES]] for person, own in held_out.items()
    }
    library = ShelfLibrary(shelf, shelf.folder / "notes")
    try:
        fit.carded(settings, str(out), people, {}, library, conditions, out)
    except WrongUse as why:
        say.print(f"no card, so that the architecture's cautious cuts hold: {why}", soft_wrap=True, markup=False)
        return False
    return True


def eight_bits(
    settings: Settings, architecture: Architecture, out: Path, sounds: Sequence[NDArray[np.float32]], watch: Watch,
    say: Console,
) -> None:  # fmt: skip
    """How far values reach, beside the weights, if eight bits tell held-out people apart as well."""
    weights, place = out / architecture.file, out / RANGES
    card = encoders()[architecture.name]
    found = ranges.measure(card, weights, sounds)
    document = {"sha256": hash_of(weights), "tensors": found}
    keep_json(place, document)
    try:
        exact, coarse = (
            errors(watch.look_by(registry.load(str(weights), settings.models_dir, "cpu", None, 1, backend)))[0]
            for backend in ("onnx", "onnx-int8")
        )
    except ModelError as error:
        place.unlink()
        say.print(f"no eight bits: {error}", soft_wrap=True, markup=False)
        return
    if coarse > exact + _COARSER:
        place.unlink()
    kept = "left out" if coarse > exact + _COARSER else "for CPU workers on which they are faster"
    say.print(f"eight bits: EER {100 * coarse:.2f} %, {100 * exact:.2f} in single precision: {kept}", soft_wrap=True)
