"""A stage of training: SpeechBrain's Brain with our crops, losses and looks at people who are not trained on.

A stage is a number of rounds; at the end of each there is a checkpoint. All that is random in a round comes from the
seed and its number, so a stage that was cut off, however roughly, goes on from its last checkpoint to the same end.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import torch
from speechbrain.core import Brain
from speechbrain.nnet.schedulers import WarmCoolDecayLRSchedule
from speechbrain.utils.checkpoints import Checkpointer
from speechbrain.utils.distributed import if_main_process
from speechbrain.utils.epoch_loop import EpochCounter
from torch import Tensor, nn

from rollcall.errors import WrongUse
from training.architectures import Architecture, Stage
from training.augment import masks
from training.crops import Batch, Batches, Crops, loader
from training.disk import keep_weights, writing
from training.history import History, Round
from training.losses import AngularSoftmax, Softmax, Triplet, absorbed
from training.watch import Watch, errors, state_of

BEST: Final = "best.pt"
_UNFINISHED: Final = "unfinished"
_STEEPEST: Final = 5.0
"""The longest gradient that is followed; a longer one is shortened (SpeechBrain's own default)."""
_WARM, _COOL = 0.1, 0.5
"""Shares of a stage in which the rate rises from 0, and falls to 0 again."""


@dataclass(frozen=True)
class Run:
    """What all stages of a training share.

    Attributes:
        folder: for checkpoints.
        precision: "fp32", or of mixed precision "bf16" or "fp16".
        spec: how often SpecAugment happens.
        tuning: whether the weights were given; batch statistics then stay as they were.
        patience: looks in a row without a better one, after which a stage ends; 0: it goes to its end.
        tell: told of each round at its end, and of how many there are.
        tick: told of each batch: its step in the round, and how many there are.
    """

    architecture: Architecture
    device: torch.device
    precision: str
    folder: Path
    workers: int
    seed: int
    spec: float
    tuning: bool
    patience: int
    tell: Callable[[Round, int], None]
    tick: Callable[[int, int], None]


class Trainer(Brain):  # type: ignore[misc]
    """Trains a network through one stage."""

    def __init__(
        self,
        run: Run,
        stage: Stage,
        network: nn.Module,
        crops: Crops,
        batches: Batches,
        speakers: int,
        rounds: int,
        look_every: int,
        watch: Watch,
        history: History,
        voices: Tensor | None = None,
    ) -> None:
        """`voices`, [speakers, dimension], are what AAM-softmax begins with instead of random directions."""
        self._run, self._stage = run, stage
        self._network = network
        self._batches, self._crops = batches, crops
        self._watch, self._history = watch, history
        self._look_every = look_every
        self._features = run.architecture.features(run.device)
        self._steps = len(batches)
        total = rounds * self._steps
        self._schedule = WarmCoolDecayLRSchedule(
            stage.rate, max(1, int(_WARM * total)), max(1, int(_COOL * total)), total, decay_factor=1.0
        )
        self.counter = EpochCounter(rounds)
        torch.manual_seed(run.seed)
        loss = _loss(stage.loss, len(network.state_dict()[run.architecture.last]), speakers)
        if voices is not None and isinstance(loss, AngularSoftmax):
            loss.weight.data.copy_(voices)
        self._head = loss
        self._folder = run.folder / stage.loss
        shutil.rmtree(self._folder / f"CKPT+{_UNFINISHED}", ignore_errors=True)
        keeper = Checkpointer(self._folder, {"network": network, "loss": loss, "counter": self.counter})
        keeper.add_recoverable(
            "history", history, custom_load_hook=lambda kept, path, end: kept.load(path),
            custom_save_hook=lambda kept, path: kept.save(path),
        )  # fmt: skip
        self._right = self._seen = 0
        super().__init__(
            modules={"network": network, "loss": loss},
            opt_class=partial(torch.optim.Adam, lr=stage.rate),
            run_opts={
                "device": str(run.device), "precision": run.precision, "max_grad_norm": _STEEPEST,
                "distributed_backend": "nccl" if run.device.type == "cuda" else "gloo",
            },
            checkpointer=keeper,
        )  # fmt: skip

    def train(self) -> None:
        """Go through the stage, from its last checkpoint on where there is one.

        Raises:
            WrongUse: the loss is no number any more.
        """
        data = loader(self._crops, self._batches, self._run.workers, pinned=self._run.device.type == "cuda")
        try:
            self.fit(self.counter, data, progressbar=False)
        except ValueError as error:
            if "not finite" not in str(error):
                raise
            raise WrongUse(
                f"the loss of {self._stage.loss} is no number any more, nothing was written: choose a smaller --rate"
            ) from error
        # Only now: in the checkpoints the network and what centres it are apart.
        self._network.load_state_dict(self.state())

    def state(self) -> dict[str, Tensor]:
        """The network's weights as they are now, on the CPU."""
        return absorbed(self._head, state_of(self._network), self._run.architecture.last)

    def compute_forward(self, batch: Batch, *_: Any) -> Tensor:
        """[batch, dimension]"""
        with torch.no_grad(), torch.autocast(self._run.device.type, enabled=False):
            features = self._features(batch.waveforms.to(self._run.device, non_blocking=True))
            features = masks(features, batch.seeds, self._run.spec)
        embeddings: Tensor = self.modules["network"](features)
        return embeddings.flatten(1)

    def compute_objectives(self, predictions: Tensor, batch: Batch, *_: Any) -> Tensor:
        """The loss, in single precision whatever the network computes in."""
        labels = batch.labels.to(self._run.device, non_blocking=True)
        with torch.autocast(self._run.device.type, enabled=False):
            loss, taken = self.modules["loss"](predictions.float(), labels)
        self._right += int((taken == labels).sum())
        self._seen += len(labels)
        return cast(Tensor, loss)

    def on_fit_start(self) -> None:
        kept = list(self._folder.glob("CKPT+*"))
        try:
            super().on_fit_start()
        except Exception as error:  # there is no end of what torch, pickle, YAML and zip say of half a file
            if not kept:
                raise
            raise WrongUse(
                f"{kept[0]} is damaged ({type(error).__name__}): delete it, and --resume does this stage again"
            ) from error
        if not self._history.of(self._stage.loss):
            self._looked(Round(self._stage.loss, 0, self._so_far))

    def on_stage_start(self, _: Any, epoch: int | None = None) -> None:
        # Whoever goes on from here draws what would have been drawn.
        torch.manual_seed(self._run.seed * 1_000_003 + (epoch or 0))
        self._batches.round = epoch or 0
        self._right = self._seen = 0

    def on_fit_batch_start(self, *_: Any) -> None:
        if self._run.tuning and self.step == 1:
            # A few people's batches would move what thousands gave: the statistics stay, only the weights learn.
            for module in self._network.modules():
                if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                    module.eval()
        self._schedule(self.optimizer, (self._batches.round - 1) * self._steps + self.step)

    def on_fit_batch_end(self, *_: Any) -> None:
        self._run.tick(self.step, self._steps)

    def on_stage_end(self, _: Any, stage_loss: float, epoch: int | None = None) -> None:
        number = epoch or 0
        found = Round(
            self._stage.loss, number, self._so_far + self._steps, float(stage_loss), self._right / max(1, self._seen)
        )
        if number % self._look_every == 0 or number == self.counter.limit:
            self._looked(found)
        else:
            self._history.rounds.append(found)
            self._run.tell(found, self.counter.limit)
        if self._weary():
            self.counter.current = self.counter.limit  # in the checkpoint too
        self._keep(number)

    @property
    def _so_far(self) -> int:
        """Batches in the whole training, up to the end of the last round."""
        return self._history.rounds[-1].step if self._history.rounds else 0

    def _looked(self, found: Round) -> None:
        state = self.state()
        eer, min_cllr = errors(self._watch.look(state, self._run.device))
        found = Round(found.stage, found.number, found.step, found.loss, found.right, eer, min_cllr)
        self._history.rounds.append(found)
        if if_main_process() and self._history.best(self._stage.loss) is found:
            keep_weights(self._folder / BEST, state)
        self._run.tell(found, self.counter.limit)

    def _weary(self) -> bool:
        looked = [each for each in self._history.of(self._stage.loss) if each.error is not None]
        best = self._history.best(self._stage.loss)
        return bool(self._run.patience and best and len(looked) - 1 - looked.index(best) >= self._run.patience)

    def _keep(self, number: int) -> None:
        """A checkpoint, whole or not at all, and none beside it."""
        self.step, self.avg_train_loss = 0, 0.0  # the next round's, as Brain would set them in a moment
        with writing(self._folder):
            self.checkpointer.save_checkpoint(name=_UNFINISHED)
            if if_main_process():
                made = self._folder / f"CKPT+{_UNFINISHED}"
                made.replace(made.with_name(f"CKPT+{number:06}"))
                self.checkpointer.delete_checkpoints(num_to_keep=1)


def _loss(name: str, dimension: int, speakers: int) -> nn.Module:
    kinds: Mapping[str, Callable[[], nn.Module]] = {
        "softmax": lambda: Softmax(dimension, speakers),
        "aam": lambda: AngularSoftmax(dimension, speakers),
        "triplet": lambda: Triplet(dimension),
    }
    return kinds[name]()


def best_of(folder: Path, stage: str) -> dict[str, Any]:
    """The weights of the best look of a stage."""
    state: dict[str, Any] = torch.load(folder / stage / BEST, map_location="cpu", weights_only=True)
    return state
