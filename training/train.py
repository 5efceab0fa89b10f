"""``rollcall train``: recordings in, an encoder's folder out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import platformdirs
import torch
from rich.console import Console
from torch import Tensor, nn

from evaluation.experiment import Outcome
from models.device import choose
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongUse
from training import architectures, layouts, report, result, together
from training.architectures import Stage
from training.augment import NONE, Chances
from training.crops import Batches, Crops
from training.history import History
from training.layouts import People
from training.people import Split, split
from training.progress import Teller
from training.result import CONDITIONS
from training.shelf import Shelf, fill
from training.start import given
from training.trainer import Run, Trainer, best_of
from training.watch import Watch, errors, state_of
from worker.audio.waveform import SAMPLE_RATE

WORK: Final = "training"
"""The folder in the result's in which checkpoints and figures lie."""
_OPTIONS: Final = "options.json"
_PEOPLE: Final = "people.json"
_ROUNDS_AN_EPOCH: Final = 4
_FIRST_SECONDS: Final = 4
_LONGEST_ROUND: Final = 500
"""Batches: what a run that is cut off may have to do again."""


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
        patience: looks without a better one after which a tuning ends.
        augment: whether crops are spoilt.
        seed: of all that is random.
        precision: "auto", "fp32", "bf16", "fp16".
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

    @property
    def chances(self) -> Chances:
        """How crops are spoilt."""
        return Chances() if self.augment else NONE

    @property
    def stages(self) -> Sequence[Stage]:
        """The architecture's stages, as they were asked for."""
        own = architectures.find(self.model)
        stages = own.tuning if self.start else own.scratch
        if not stages:
            raise WrongUse(f"{self.model} is not trained from random weights: give --from {self.model}")
        for name, values in (("epochs", self.epochs), ("rate", self.rates)):
            if len(values) not in (0, len(stages)) or any(not value > 0 for value in values):
                kinds = ", ".join(stage.loss for stage in stages)
                raise WrongUse(f"--{name} wants a number above 0 for each stage ({kinds}), by commas")
        epochs = self.epochs or [stage.epochs for stage in stages]
        rates = self.rates or [stage.rate for stage in stages]
        return [
            replace(stage, epochs=length, rate=rate) for stage, length, rate in zip(stages, epochs, rates, strict=True)
        ]


def main(
    settings: Settings,
    options: Options,
    out: Path,
    *,
    workers: int,
    threads: int,
    resume: bool,
    conditions: str = CONDITIONS,
) -> int:
    """Train, measure, and write the encoder's folder; the exit code.

    Args:
        out: the folder. What the training itself needs and says lies in its folder `training`.
        workers: processes that load crops.
        threads: of the CPU's computation.
        resume: goes on with the training in `out`, whatever else `options` say.
        conditions: how held-out people's notes are spoilt for the cuts.

    Raises:
        WrongUse: the data or the options cannot be trained on, or a tuning made nothing better.
        Unavailable: weights cannot be had, or a folder cannot be written.
    """
    work = out / WORK
    device = together.join(choose(settings.device))
    options = _options(options, work, resume)
    together.meet()
    stages, precision = options.stages, precision_on(device, options.precision)
    torch.set_num_threads(threads)
    say = Console(stderr=True, highlight=False, quiet=not together.first())
    teller = Teller(say, work)
    shelf = fill(gather(options, say), platformdirs.user_cache_path("rollcall") / "training", threads, teller.filling)
    _name_left_out(shelf, work, say)
    heard = _heard(options.start)
    groups = split(shelf.of(piece.person for piece in shelf.pieces), options.held_out, options.seed, heard)
    trained, held_out = shelf.of(groups.trained), shelf.of(groups.held_out)
    architecture = architectures.find(options.model)
    watch = Watch(shelf, held_out, architecture)
    torch.manual_seed(options.seed)
    network = architecture.network(given(options.start, architecture, settings.models_dir), options.width or None)
    if together.first():
        _keep(options, groups, heard, shelf, work)
    say.print(_summary(shelf, groups, options, device, precision), soft_wrap=True)
    run = Run(
        architecture, device, precision, work, workers, options.seed, options.chances.spec, bool(options.start),
        options.patience if options.start else 0, teller.told, teller.ticked,
    )  # fmt: skip
    looks = {"before": watch.look(state_of(network), device)}
    history = History()
    for place, stage in enumerate(stages):
        teller.stage(stage.loss)
        through(run, stage, network, shelf, trained, watch, history, options, options.seed + place)
        if options.start:
            network.load_state_dict(best_of(work, stage.loss))
        looks[f"after {stage.loss}"] = watch.look(state_of(network), device)
    teller.close()
    if not together.first():
        return 0
    if options.start:
        guard(*looks.values())
    result.write(state_of(network), architecture, out)
    facts = {"options": asdict(options), "trained": len(trained), "held_out": len(held_out), "precision": precision}
    say.print(report.write(work, history, looks, facts))
    if result.describe(settings, out, shelf, held_out, conditions, say):
        result.eight_bits(settings, architecture, out, [shelf.samples(own[0]) for own in trained.values()], watch, say)
    say.print(f"{out}: set ROLLCALL_SPEAKER_MODEL to this folder; report and curves: {work}", soft_wrap=True)
    return 0


def guard(*looks: Outcome) -> None:
    """Refuse what is no better than the beginning.

    Raises:
        WrongUse: the last look is not.
    """
    before, after = errors(looks[0]), errors(looks[-1])
    if after >= before:
        raise WrongUse(
            f"the tuning tells held-out people apart no better than its beginning (EER {100 * before[0]:.2f} → "
            f"{100 * after[0]:.2f} %, min Cllr {before[1]:.4f} → {after[1]:.4f}): nothing was written. "
            "Choose a smaller --rate, or more people"
        )


def through(
    run: Run,
    stage: Stage,
    network: nn.Module,
    shelf: Shelf,
    trained: Mapping[str, Sequence[int]],
    watch: Watch,
    history: History,
    options: Options,
    seed: int,
) -> None:
    """A whole stage, or what is left of it."""
    # Whose recordings are one cannot be told from the channel: triplets are made of people with two or more.
    people = {name: own for name, own in trained.items() if stage.loss != "triplet" or len(own) > 1}
    crops = Crops(shelf, people, run.architecture.samples, options.chances)
    heard = sum(shelf.pieces[number].size for own in people.values() for number in own)
    part, parts = together.share()
    batch = min(stage.people, len(people)) * stage.crops * parts
    epoch = max(1, math.ceil(heard / (run.architecture.samples * batch)))
    steps = min(_LONGEST_ROUND, max(1, math.ceil(epoch / _ROUNDS_AN_EPOCH)))
    rounds = max(1, round(stage.epochs * epoch / steps))
    batches = Batches(
        shelf, people, people=stage.people, crops=stage.crops, steps=steps, seed=seed,
        part=part, parts=parts,
    )  # fmt: skip
    look_every = max(1, round(epoch / steps))
    voices = _voices(run, network, shelf, people) if options.start and stage.loss == "aam" else None
    Trainer(run, stage, network, crops, batches, len(people), rounds, look_every, watch, history, voices).train()


def _voices(run: Run, network: nn.Module, shelf: Shelf, people: Mapping[str, Sequence[int]]) -> Tensor:
    """Each person's voice as the given weights hear it in one recording: [people, dimension].

    From random directions the first steps would teach the network nothing but noise.
    """
    encoder = run.architecture.encoder(state_of(network), "", run.device)
    rows = encoder.embed([shelf.samples(own[0])[: _FIRST_SECONDS * SAMPLE_RATE] for own in people.values()])
    return torch.nan_to_num(torch.from_numpy(rows))


def gather(options: Options, say: Console) -> People:
    """Everybody in all folders. Who has the same name in two of them is taken for two people."""
    found: People = {}
    for folder in map(Path, options.folders):
        layout, people = layouts.read(folder, options.layout)
        say.print(f"{folder}: {layout}, {len(people)} people", soft_wrap=True, markup=False)
        for person, own in people.items():
            name = f"{folder.name}/{person}"
            if name in found:
                raise WrongUse(f"two folders are called {folder.name}: give them different names")
            found[name] = own
    return found


def precision_on(device: torch.device, asked: str) -> str:
    """What to compute in: mixed where the processor multiplies half precision faster, if nothing else is asked for.

    Raises:
        WrongUse: there is no such precision here.
    """
    if asked not in ("auto", "fp32", "bf16", "fp16") or (asked == "fp16" and device.type == "cpu"):
        raise WrongUse(f"no precision {asked!r} on this device: choose auto, fp32 or bf16")
    if asked != "auto":
        return asked
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return "bf16" if multiplies_halves() else "fp32"


def multiplies_halves() -> bool:
    """Whether this processor has instructions for bfloat16: without, mixed precision is slower by far."""
    return bool({"avx512_bf16", "amx_bf16"} & set(_flags()))


def _flags() -> Sequence[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return next((line.partition(":")[2].split() for line in lines if line.startswith(("flags", "Features"))), ())


def _options(options: Options, work: Path, resume: bool) -> Options:
    """As asked; where a training goes on, as it was asked for then."""
    kept = work / _OPTIONS
    if resume:
        try:
            found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise WrongUse(f"{work.parent} holds no training to go on with: leave --resume out") from error
        return Options(**found)
    if kept.exists():
        raise WrongUse(f"{work.parent} holds a training already: say --resume, or choose another --out")
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{work} cannot be written: {error.strerror}") from error
    return options


def _heard(start: str) -> frozenset[str]:
    """On whom the weights to go on from were trained, where that was here."""
    kept = Path(start) / WORK / _PEOPLE
    if not start or not kept.is_file():
        return frozenset()
    return frozenset(json.loads(kept.read_text(encoding="utf-8"))["heard"])


def _keep(options: Options, groups: Split, heard: frozenset[str], shelf: Shelf, work: Path) -> None:
    """Write down what is trained, now that all of it can be; where a training goes on, see that it is the same.

    Raises:
        WrongUse: other recordings lie there than when it began: who was trained on might be held out now.
        Unavailable: the folder cannot be written.
    """
    speech = {
        person: sum(shelf.pieces[number].size for number in own) for person, own in shelf.of(groups.trained).items()
    }
    people = {"heard": sorted({*heard, *groups.trained}), "held_out": list(groups.held_out), "speech": speech}
    kept = work / _PEOPLE
    try:
        if (work / _OPTIONS).exists() and kept.exists():
            if json.loads(kept.read_text(encoding="utf-8")) != people:
                raise WrongUse("the recordings are not what they were when this training began: choose another --out")
            return
        for path, what in ((kept, people), (work / _OPTIONS, asdict(options))):
            path.write_text(json.dumps(what, indent=1), encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{work} cannot be written: {error.strerror}") from error


def _name_left_out(shelf: Shelf, work: Path, say: Console) -> None:
    lines = [f"{path}: {why}" for path, why in shelf.left_out.items()]
    (work / "left-out.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for line in lines[:10]:
        say.print(f"left out: {line}", soft_wrap=True, markup=False)
    if len(lines) > 10:
        say.print(f"left out: {len(lines) - 10} more, see {work / 'left-out.txt'}", soft_wrap=True, markup=False)


def _summary(shelf: Shelf, groups: Split, options: Options, device: torch.device, precision: str) -> str:
    hours = sum(piece.size for piece in shelf.pieces) / SAMPLE_RATE / 3600
    return (
        f"{options.model}: {len(groups.trained)} people to train on, {len(groups.held_out)} held out, {hours:.1f} h of "
        f"speech, {device.type}, {precision}"
    )
