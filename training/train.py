"""``rollcall train``: recordings in, an encoder's folder out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import platformdirs
import torch
from rich.console import Console
from torch import Tensor, nn

from evaluation.experiment import Outcome
from models.device import choose
from rollcall.config.settings import Settings
from rollcall.errors import WrongUse
from training import architectures, layouts, ledger, report, result, together
from training.architectures import Stage
from training.crops import Batches, Crops
from training.disk import has_room, keep, writing
from training.history import History
from training.layouts import People
from training.ledger import WORK
from training.options import Options
from training.people import Split, split
from training.progress import Teller
from training.shelf import Shelf, fill
from training.start import begin
from training.trainer import Run, Trainer, best_of
from training.watch import Watch, errors, state_of
from worker.audio.waveform import SAMPLE_RATE

_ROUNDS_AN_EPOCH: Final = 4
_FIRST_SECONDS: Final = 4
_COPIES: Final = 8
"""Of the weights, on the disk: two checkpoints, each with what Adam keeps of them, the best look and the result."""
_LONGEST_ROUND: Final = 500
"""Batches: what a run that is cut off may have to do again."""


def main(settings: Settings, options: Options, out: Path, *, workers: int, threads: int, resume: bool) -> int:
    """Train, measure, and write the encoder's folder; the exit code.

    Args:
        out: the folder. What the training itself needs and says lies in its folder `training`.
        workers: processes that load crops.
        threads: of the CPU's computation.
        resume: goes on with the training in `out`, whatever else `options` say.

    Raises:
        WrongUse: the data or the options cannot be trained on, which is told as soon as it can be known, or a tuning
            made nothing better.
        Unavailable: weights cannot be had, or a folder cannot be written.
    """
    device = together.join(choose(settings.device))
    options, work = _asked(options, out, resume), out / WORK
    stages, precision = options.stages, precision_on(device, options.precision)
    heard = ledger.heard_by(options.start)
    architecture = architectures.find(options.model)
    network = begin(options.start, architecture, options.width, options.seed, settings.models_dir)
    if not resume:
        has_room(work, _COPIES * sum(value.nbytes for value in network.state_dict().values()))
    together.meet()
    torch.set_num_threads(threads)
    say = Console(stderr=True, highlight=False, quiet=not together.first())
    teller = Teller(say, work)
    people = gather(options, say)
    ledger.check_files(people, work)
    # Before hours of listening: more recordings than there are files will not be usable.
    split({name: range(len(own)) for name, own in people.items()}, options.held_out, options.seed, heard)
    shelf = fill(people, platformdirs.user_cache_path("rollcall") / "training", threads, teller.filling)
    _name_left_out(shelf, work, say)
    groups = split(shelf.of(piece.person for piece in shelf.pieces), options.held_out, options.seed, heard)
    trained, held_out = shelf.of(groups.trained), shelf.of(groups.held_out)
    for stage in stages:
        learnt_from(stage, trained)
    watch = Watch(shelf, held_out, architecture)
    if together.first():
        ledger.keep(options, people, groups, heard, shelf, work)
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
    with writing(work):
        said = report.write(work, history, looks, facts)
    say.print(said)
    if result.describe(settings, out, shelf, held_out, options.conditions, say):
        result.eight_bits(settings, architecture, out, [shelf.samples(own[0]) for own in trained.values()], watch, say)
    say.print(f"{out}: set ROLLCALL_SPEAKER_MODEL to this folder; report and curves: {work}", soft_wrap=True)
    return 0


def _asked(options: Options, out: Path, resume: bool) -> Options:
    """What is trained, in a folder that is ready for it."""
    if resume:
        options = ledger.begun(out)
    options.check()
    if not resume:
        ledger.claim(out)
    return options


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
    people = learnt_from(stage, trained)
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


def learnt_from(stage: Stage, trained: Mapping[str, Sequence[int]]) -> Mapping[str, Sequence[int]]:
    """Who a stage learns from: triplets from people with two recordings or more, since one has one channel only.

    Raises:
        WrongUse: they are too few for a triplet.
    """
    if stage.loss != "triplet":
        return trained
    found = {name: own for name, own in trained.items() if len(own) > 1}
    if len(found) < 2:
        raise WrongUse(
            f"{len(found)} of the people to train on have two usable recordings or more, and triplets want two such "
            "people: add recordings, or hold fewer people out (--held-out)"
        )
    return found


def _name_left_out(shelf: Shelf, work: Path, say: Console) -> None:
    lines = [f"{path}: {why}" for path, why in shelf.left_out.items()]
    keep(work / "left-out.txt", "".join(f"{line}\n" for line in lines).encode())
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
