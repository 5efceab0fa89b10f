"""What a training is asked for, and whether that can be, before anything long begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from evaluation.degrade import parse
from rollcall.errors import WrongUse
from training import architectures
from training.architectures import Stage
from training.augment import NONE, Chances

CONDITIONS: Final = "babble:10,noise:10,reverb:hard,opus:16,short:2,short:1"
"""Beside clean notes, for the cuts. Fewer than `rollcall models fit` has, which takes longer than a small training."""
MOST_HELD_OUT: Final = 0.9
MOST_WIDTH: Final = 4096
MOST_SEED: Final = 2**32 - 1
"""A round's own seed is made of it by a factor of a million, and has to be one of torch's, of 64 bits."""
_GROUPS: Final = {"ecapa": 8}
"""ECAPA's blocks part their channels into so many equal groups (Res2Net)."""


@dataclass(frozen=True)
class Options:
    """What a training is of. With the same, the same comes out on the same machine.

    Attributes:
        folders: of recordings.
        layout: of these, see `training.layouts`.
        model: the architecture.
        start: weights to go on from: a name or a path; empty: random ones.
        epochs, rates: of each stage; empty: the architecture's own.
        held_out: share of people who are not trained on.
        width: of the network; 0: its own. (ResCNN's and ECAPA's dimension, ECAPA's channels.)
        patience: looks without a better one after which a tuning ends; 0: it goes to its end.
        augment: whether crops are spoilt.
        seed: of all that is random.
        precision: "auto", "fp32", "bf16", "fp16".
        conditions: how held-out people's notes are spoilt for the cuts; empty: not at all.
    """

    folders: Sequence[str]
    layout: str = "auto"
    model: str = "rescnn"
    start: str = ""
    epochs: Sequence[float] = ()
    rates: Sequence[float] = ()
    held_out: float = 0.2
    width: int = 0
    patience: int = 3
    augment: bool = True
    seed: int = 0
    precision: str = "auto"
    conditions: str = CONDITIONS

    @property
    def chances(self) -> Chances:
        """How crops are spoilt."""
        return Chances() if self.augment else NONE

    @property
    def stages(self) -> Sequence[Stage]:
        """The architecture's stages, as they were asked for.

        Raises:
            WrongUse: they cannot be so.
        """
        own = architectures.find(self.model)
        stages = own.tuning if self.start else own.scratch
        if not stages:
            raise WrongUse(f"{self.model} is not trained from random weights: give --from {self.model}")
        for name, values in (("epochs", self.epochs), ("rate", self.rates)):
            if len(values) not in (0, len(stages)) or not all(0 < value < math.inf for value in values):
                kinds = ", ".join(stage.loss for stage in stages)
                raise WrongUse(f"--{name} wants a number above 0 for each stage ({kinds}), by commas")
        epochs = self.epochs or [stage.epochs for stage in stages]
        rates = self.rates or [stage.rate for stage in stages]
        return [
            replace(stage, epochs=length, rate=rate) for stage, length, rate in zip(stages, epochs, rates, strict=True)
        ]

    def check(self) -> None:
        """See that all of it can be.

        Raises:
            WrongUse: something cannot; the message says what is wanted instead.
        """
        _ = self.stages
        if not 0 <= self.held_out <= MOST_HELD_OUT:
            raise WrongUse(f"--held-out wants a share of the people from 0 to {MOST_HELD_OUT}, not {self.held_out}")
        if not 0 <= self.seed <= MOST_SEED:
            raise WrongUse(f"--seed wants a whole number from 0 to {MOST_SEED}, not {self.seed}")
        if self.patience < 0:
            raise WrongUse(f"--patience wants a whole number from 0 on, not {self.patience}")
        self._check_width()
        if self.conditions:
            try:
                parse(self.conditions)
            except WrongUse as error:
                raise WrongUse(f"--conditions: {error}") from error

    def _check_width(self) -> None:
        if self.width and self.start:
            raise WrongUse("the weights behind --from have their own width: leave --width out")
        groups = _GROUPS.get(self.model, 1)
        if not 0 <= self.width <= MOST_WIDTH or self.width % groups:
            multiple = "" if groups == 1 else f" that is a multiple of {groups}"
            raise WrongUse(f"--width wants a whole number{multiple}, up to {MOST_WIDTH}, for {self.model}")
