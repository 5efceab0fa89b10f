"""The whole way, from made-up voices to an encoder that workers take, and what stops it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from PIL import Image

from evaluation.experiment import Outcome
from models import registry
from models.card import read_own
from rollcall.cli.main import main
from rollcall.config.settings import Settings
from rollcall.domain.operating import point_of
from rollcall.errors import WrongUse
from training import architectures, train
from training.history import History, Round
from training.options import Options
from training.report import figures
from training.shelf import Shelf
from training.train import guard, learnt_from, precision_on
from training.trainer import Trainer
from training.watch import errors

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_cache(heard_before: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for all tests of a run: speech is heard once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(heard_before))


def _train(settings: Settings, options: Options, out: Path, resume: bool = False) -> int:
    return train.main(settings, options, out, workers=0, threads=1, resume=resume)


@pytest.mark.timeout(600)
def test_smoke_an_encoder_of_made_up_voices_is_one_that_workers_take(
    settings: Settings, crowd: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "own"
    options = Options(
        [str(crowd)], model="ecapa", epochs=(4.0,), rates=(3e-3,), width=32, held_out=0.34,
        augment=False, conditions="short:1",
    )  # fmt: skip
    assert _train(settings, options, out) == 0
    assert "16 people to train on, 8 held out" in capsys.readouterr().err
    report = json.loads((out / "training" / "report.json").read_text(encoding="utf-8"))
    assert list(report["held_out"]) == ["before", "after aam"]
    assert report["held_out"]["after aam"]["eer"] < report["held_out"]["before"]["eer"]
    card = read_own(out)
    assert (card.architecture, card.file) == ("ecapa", "embedding_model.ckpt")
    encoder = registry.load(str(out), settings.models_dir, "cpu", threads=1)
    assert encoder.one_voice_from == card.judgement.one_voice_from
    assert point_of(encoder).measured
    with pytest.raises(WrongUse, match="holds a training already: say --resume"):
        _train(settings, options, out)


@pytest.mark.timeout(600)
def test_smoke_a_rescnn_goes_through_softmax_and_triplets_to_a_graph_for_workers(
    settings: Settings, crowd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.deep_speaker.network.CHANNELS", (4, 8, 8, 16))  # the published ones cost minutes
    monkeypatch.setattr("evaluation.recipes.one_voice._MOST", 6)
    out = tmp_path / "own"
    options = Options([str(crowd)], epochs=(0.1, 0.1), width=64, held_out=0.34, conditions="short:1")
    assert _train(settings, options, out) == 0
    report = json.loads((out / "training" / "report.json").read_text(encoding="utf-8"))
    assert list(report["held_out"]) == ["before", "after softmax", "after triplet"]
    assert set(report["held_out"]["before"]) == {"eer", "f_measure", "true_positive_rate", "accuracy", "min_dcf_0.01"}
    assert {each["stage"] for each in report["rounds"]} == {"softmax", "triplet"}
    softmax, triplet = (
        [r["step"] for r in report["rounds"] if r["stage"] == stage] for stage in ("softmax", "triplet")
    )
    assert 0 == softmax[0] < softmax[-1] == triplet[0] < triplet[-1], "the second stage goes on where the first ended"
    for picture in ("curves", "det"):
        with Image.open(out / "training" / f"{picture}.png") as drawn:
            assert drawn.width == 1080
    encoder, by_torch = (
        registry.load(str(out), settings.models_dir, "cpu", threads=1, backend=backend) for backend in ("onnx", "torch")
    )
    assert encoder.dimension == 64
    sound = (np.random.default_rng(0).standard_normal(40_000) / 10).astype(np.float32)
    assert (encoder.embed([sound]) @ by_torch.embed([sound]).T).item() > 0.9999


class _Cut(Exception):
    """The training was cut off as it began."""


def test_a_training_does_not_go_on_with_other_recordings(
    settings: Settings, crowd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise _Cut

    monkeypatch.setattr(train, "through", cut)
    here, out = tmp_path / "crowd", tmp_path / "own"
    shutil.copytree(crowd, here)
    options = Options([str(here)], model="ecapa", width=16, held_out=0.34)
    with pytest.raises(_Cut):
        _train(settings, options, out)
    with pytest.raises(_Cut):
        _train(settings, Options([]), out, resume=True)
    monkeypatch.setattr(train, "fill", cut)
    shutil.rmtree(min(here.iterdir()))
    with pytest.raises(WrongUse, match="not what they were when this training began"):
        _train(settings, Options([]), out, resume=True)


def test_too_few_people_are_told_before_anybody_is_listened_to(
    settings: Settings, crowd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listened(*_: object) -> None:
        raise AssertionError("it was listened to")

    monkeypatch.setattr(train, "fill", listened)
    few = tmp_path / "few"
    cases = {"holds no recordings": 0, "1 people have 5 usable": 1, "8 people have 5 usable .*at least two more": 8}
    for why, count in cases.items():
        few.mkdir(exist_ok=True)
        for own in sorted(crowd.iterdir())[:count]:
            shutil.copytree(own, few / own.name, dirs_exist_ok=True)
        with pytest.raises(WrongUse, match=why):
            _train(settings, Options([str(few)], model="ecapa", width=16), tmp_path / str(count))


def test_triplets_want_two_people_with_two_recordings_and_softmax_takes_everybody() -> None:
    softmax, triplet = architectures.find("rescnn").scratch
    once = {"Anna": [0], "Boris": [1], "Clara": [2, 3]}
    assert learnt_from(softmax, once) == once
    with pytest.raises(WrongUse, match="1 of the people to train on have two usable recordings or more"):
        learnt_from(triplet, once)
    assert learnt_from(triplet, once | {"Dora": [4, 5]}) == {"Clara": [2, 3], "Dora": [4, 5]}


_KILLED = """
import os, signal, sys
from pathlib import Path
from rollcall.config.settings import Settings
from training import train
from training.options import Options
from training.trainer import Trainer

def learnt(self, *_):
    if (self._batches.round, self.step) == (2, 2):
        os.kill(os.getpid(), signal.SIGKILL)

Trainer.on_fit_batch_end = learnt
settings = Settings(_env_file=None, device="cpu", models_dir=Path(sys.argv[3]))
options = Options([sys.argv[1]], model="ecapa", epochs=(1.0,), width=16, held_out=0.34, conditions="")
train.main(settings, options, Path(sys.argv[2]), workers=0, threads=1, resume=False)
"""


@pytest.mark.timeout(600)
def test_who_is_killed_goes_on_to_the_same_end(settings: Settings, crowd: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    options = Options([str(crowd)], model="ecapa", epochs=(1.0,), width=16, held_out=0.34, conditions="")
    assert _train(settings, options, whole) == 0
    command = [sys.executable, "-W", "ignore", "-c", _KILLED, str(crowd), str(cut), str(settings.models_dir)]
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == -signal.SIGKILL
    assert [kept.name for kept in (cut / "training" / "aam").glob("CKPT+*")] == ["CKPT+000001"]
    assert not (cut / "embedding_model.ckpt").exists()
    assert _train(settings, Options([]), cut, resume=True) == 0
    one, other = (torch.load(folder / "embedding_model.ckpt", weights_only=True) for folder in (whole, cut))
    assert one.keys() == other.keys()
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], atol=1e-6, rtol=0)
    reports = [json.loads((folder / "training" / "report.json").read_text()) for folder in (whole, cut)]
    assert reports[0]["facts"] == reports[1]["facts"], "what is gone on with is what was asked for, all of it"
    rounds = [report["rounds"] for report in reports]
    assert len(rounds[0]) == len(rounds[1]) > 3
    for same, again in zip(*rounds, strict=True):
        assert same == pytest.approx(again, abs=1e-6)


def test_a_damaged_checkpoint_is_named_and_without_it_the_stage_is_done_again(
    settings: Settings, crowd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise _Cut

    monkeypatch.setattr("training.result.write", cut)
    out = tmp_path / "own"
    with pytest.raises(_Cut):
        _train(settings, Options([str(crowd)], model="ecapa", epochs=(0.1,), width=8, held_out=0.34), out)
    (kept,) = (out / "training" / "aam").glob("CKPT+*")
    for part in ("network.ckpt", "CKPT.yaml"):
        (kept / part).write_bytes(b"{cut off")
        with pytest.raises(WrongUse, match=r"CKPT\+\d+ is damaged .*: delete it"):
            _train(settings, Options([]), out, resume=True)
    shutil.rmtree(kept)
    with pytest.raises(_Cut):
        _train(settings, Options([]), out, resume=True)


def test_a_tuning_that_harms_writes_nothing(settings: Settings, crowd: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    start = tmp_path / "start"
    start.mkdir()
    torch.save(architectures.find("ecapa").network(None, 32).state_dict(), start / "embedding_model.ckpt")
    for rate, why in ((0.03, "no better than its beginning .*: nothing was written"), (100.0, "nothing was written")):
        out = tmp_path / f"tuned at {rate}"
        with pytest.raises(WrongUse, match=why):
            _train(settings, Options([str(crowd)], model="ecapa", start=str(start), epochs=(0.5,), rates=(rate,)), out)
        assert [path.name for path in out.iterdir()] == ["training"]
    (last,) = (tmp_path / "tuned at 0.03" / "training" / "aam").glob("CKPT+*/network.ckpt")
    before, after = (torch.load(path, weights_only=True) for path in (start / "embedding_model.ckpt", last))
    statistics = [name for name in before if "running" in name]
    assert statistics
    assert all(torch.equal(before[name], after[name]) for name in statistics), "a batch's statistics stay as given"
    assert not torch.equal(before["fc.conv.weight"], after["fc.conv.weight"])
    with pytest.raises(WrongUse, match="is ecapa: give --model ecapa"):
        _train(settings, Options([str(crowd)], model="campplus", start=str(start)), tmp_path / "other")


def _outcome(shelf: Shelf, target: list[float], nontarget: list[float]) -> Outcome:
    from evaluation.trials import Trials

    def one(scores: list[float]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.zeros(len(scores), np.int64)

    none = np.zeros(0, bool)
    trials = Trials(np.array(target), one(target), np.array(nontarget), one(nontarget))
    empty = np.zeros(0)
    return Outcome(trials, none, empty, none, empty, np.zeros((1, 1), np.int64), none, none, none)


def test_the_guard_wants_better_and_not_as_good(shelf: Shelf) -> None:
    good = _outcome(shelf, [0.9, 0.8, 0.7, 0.4], [0.1, 0.2, 0.5])
    better = _outcome(shelf, [0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.5])
    guard(good, better)
    for after in (good, _outcome(shelf, [0.9, 0.8, 0.3, 0.4], [0.1, 0.2, 0.5])):
        with pytest.raises(WrongUse, match="nothing was written"):
            guard(good, after)
    assert errors(_outcome(shelf, [float("nan")], [0.1])) == (1.0, 1.0)


def test_the_figures_are_the_origin_projects() -> None:
    found = figures(_outcome(None, [0.9, 0.8, 0.7, 0.4], [0.1, 0.2, 0.5]))  # type: ignore[arg-type]
    # At 0.4 three of seven trials... the best cut takes 0.4 and 0.5: four hits, one false.
    assert found["f_measure"] == pytest.approx(8 / 9)
    assert found["true_positive_rate"] == 1.0
    assert found["accuracy"] == pytest.approx(6 / 7)
    assert 0.25 <= found["eer"] <= 0.34


def test_a_precision_that_is_not_here_is_one_line() -> None:
    with pytest.raises(WrongUse, match="no precision 'fp16' on this device"):
        precision_on(torch.device("cpu"), "fp16")
    assert precision_on(torch.device("cpu"), "fp32") == "fp32"


def test_a_history_is_kept_to_the_letter_and_knows_its_best_look(tmp_path: Path) -> None:
    history = History(
        [
            Round("aam", 0, 0, eer=0.3, min_cllr=0.5),
            Round("aam", 1, 5, 1.5, 0.25, 0.1, 0.4),
            Round("aam", 2, 10, 1.0, 0.5),
            Round("aam", 3, 15, 0.5, 0.75, 0.1, 0.4),
        ]
    )
    history.save(tmp_path / "history")
    again = History()
    again.load(tmp_path / "history")
    assert again == history
    best = again.best("aam")
    assert best is not None
    assert best.number == 1
    assert again.best("softmax") is None


@pytest.mark.parametrize(("patience", "ends"), [(0, False), (2, True), (3, False)])
def test_a_stage_ends_after_so_many_looks_that_were_no_better(patience: int, ends: bool) -> None:
    looks = [Round("aam", number, number, eer=eer, min_cllr=0.5) for number, eer in enumerate((0.3, 0.1, 0.2, 0.1))]
    unseen = Round("aam", 4, 4, 1.0, 0.5)
    stage = SimpleNamespace(
        _history=History([*looks, unseen]), _stage=SimpleNamespace(loss="aam"), _run=SimpleNamespace(patience=patience)
    )
    assert Trainer._weary(cast(Trainer, stage)) == ends


def test_the_way_from_the_command_line_names_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["rollcall", "train", "--out", str(tmp_path / "own")])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == WrongUse.exit_code
    assert "train on what? Give a folder of recordings" in capsys.readouterr().err
