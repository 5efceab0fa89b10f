"""What a training has come to so far: a line for each round, kept with its checkpoints and in a file to plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Round:
    """A round of training.

    Attributes:
        stage: its loss.
        number: in the stage, from 1; 0 is before its beginning.
        step: batches in the whole training so far.
        loss, right: the mean loss, and the share of crops that were taken for their own speaker's; None before the
            first batch.
        eer, min_cllr: of people who are not trained on; None where nobody looked.
    """

    stage: str
    number: int
    step: int
    loss: float | None = None
    right: float | None = None
    eer: float | None = None
    min_cllr: float | None = None

    @property
    def error(self) -> tuple[float, float] | None:
        """What two looks are compared by: the smaller, the better."""
        return None if self.eer is None or self.min_cllr is None else (self.eer, self.min_cllr)


@dataclass
class History:
    """Rounds in order; a checkpoint keeps them, and so does a file."""

    rounds: list[Round] = field(default_factory=list)

    def of(self, stage: str) -> Sequence[Round]:
        return [each for each in self.rounds if each.stage == stage]

    def best(self, stage: str) -> Round | None:
        """The round with the smallest error of those that were looked at; of equal ones the first."""
        looked = [each for each in self.of(stage) if each.error is not None]
        return min(looked, key=lambda each: each.error or (0.0, 0.0), default=None)

    def save(self, path: Path) -> None:
        """A line of JSON for each round. (Also SpeechBrain's way to keep it with a checkpoint.)"""
        Path(path).write_text("".join(json.dumps(asdict(each)) + "\n" for each in self.rounds), encoding="utf-8")

    def load(self, path: Path, end_of_epoch: bool = True) -> None:
        """The rounds of a file, instead of those that were here; the flag is SpeechBrain's."""
        del end_of_epoch
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        self.rounds[:] = [Round(**json.loads(line)) for line in lines]
