"""How well a network tells people apart whom it is not trained on, measured as the product uses it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from evaluation import metrics
from evaluation.calibration import unjudged
from evaluation.experiment import Note, Outcome, Plan, run
from models.encoder import Encoder
from training.architectures import Architecture
from training.shelf import Shelf
from worker.audio.waveform import SAMPLE_RATE

_MOST_NOTES, _MOST_SECONDS = 7, 4
"""Of a person, and of a note: enough for the figures, and a look must not cost what training costs."""
_PLAN = Plan(enrol=3, draws=4)


class Watch:
    """The held-out people's speech, and the trials that are made with it: three notes enrol, all others claim."""

    def __init__(self, shelf: Shelf, held_out: Mapping[str, Sequence[int]], architecture: Architecture) -> None:
        self._architecture = architecture
        self._last: tuple[str, Outcome] | None = None
        self._notes = {
            person: [shelf.samples(number)[: _MOST_SECONDS * SAMPLE_RATE] for number in own[:_MOST_NOTES]]
            for person, own in held_out.items()
        }

    def look(self, state: Mapping[str, Tensor], device: torch.device) -> Outcome:
        """Every trial, scored by plain cosine to the mean of the enrolled notes.

        A stage ends with the weights that the next one begins with: those are looked at once.

        Args:
            state: of the network, on the CPU.
        """
        digest = hashlib.sha256()
        for value in state.values():
            digest.update(value.numpy().tobytes())
        if self._last is None or self._last[0] != digest.hexdigest():
            self._last = digest.hexdigest(), self.look_by(self._architecture.encoder(state, "", device))
        return self._last[1]

    def look_by(self, encoder: Encoder) -> Outcome:
        """The same by an encoder. A note without an embedding is left out."""
        people = {}
        for person, waveforms in self._notes.items():
            rows = encoder.embed(waveforms)
            people[person] = [
                Note(row, row, len(waveform) / SAMPLE_RATE)
                for row, waveform in zip(rows, waveforms, strict=True)
                if np.isfinite(row).all()
            ]
        able = {person: own for person, own in people.items() if len(own) > _PLAN.enrol}
        return run(unjudged(encoder), able, {}, _PLAN)


def errors(outcome: Outcome) -> tuple[float, float]:
    """EER and min Cllr; the worst there is where a network gives no numbers at all."""
    target, nontarget = outcome.trials.target, outcome.trials.nontarget
    if not len(target) or not np.isfinite(np.concatenate((target, nontarget))).all():
        return 1.0, 1.0
    return metrics.eer(target, nontarget), metrics.min_cllr(target, nontarget)


def state_of(network: nn.Module) -> dict[str, Tensor]:
    """The weights on the CPU, apart from the network."""
    return {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
