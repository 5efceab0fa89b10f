"""Looks at people who are not trained on, and the pictures of a training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from rich.console import Console

from evaluation import pictures
from evaluation.experiment import Outcome
from models.encoder import Encoder
from training import architectures
from training.history import Round
from training.people import split
from training.progress import EVENTS, Teller
from training.shelf import Shelf
from training.watch import Watch, errors, state_of


def test_the_same_weights_are_looked_at_once_and_others_anew(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = shelf.of(piece.person for piece in shelf.pieces)
    architecture = architectures.find("ecapa")
    watch = Watch(shelf, shelf.of(split(everybody, 0.34, seed=0).held_out), architecture)
    torch.manual_seed(0)
    network = architecture.network(None, 16)
    heard: list[str] = []
    look_by = watch.look_by

    def noted(encoder: Encoder) -> Outcome:
        heard.append(encoder.name)
        return look_by(encoder)

    monkeypatch.setattr(watch, "look_by", noted)
    first = watch.look(state_of(network), torch.device("cpu"))
    assert watch.look(state_of(network), torch.device("cpu")) is first
    assert heard == ["ecapa"]
    with torch.no_grad():
        next(network.parameters()).add_(1.0)
    assert watch.look(state_of(network), torch.device("cpu")) is not first
    eer, min_cllr = errors(first)
    assert 0 <= eer < 0.5
    assert 0 <= min_cllr < 1


def test_a_training_tells_tensorboard_what_it_tells_us(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller(Console(), tmp_path)
    teller.stage("aam")
    teller.told(Round("aam", 0, 0, eer=0.25, min_cllr=0.5), 4)
    teller.told(Round("aam", 2, 20, 1.5, 0.125), 4)
    teller.close()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "aam 0/4, held-out EER 25.00 %"
    assert said[1].startswith("aam 2/4, loss 1.500, right 12.5 %, ")
    assert said[1].endswith(" left of this stage")
    (events,) = (tmp_path / EVENTS).glob("events.*")
    found = events.read_bytes()
    assert all(name in found for name in (b"aam/eer", b"aam/loss", b"aam/right"))


def test_a_trainings_curves_are_drawn(tmp_path: Path) -> None:
    stages = {
        "softmax": pictures.Curve([0, 5, 10], [None, 3.0, 2.0], [None, 0.1, 0.4], [0.3, None, 0.2]),
        "triplet": pictures.Curve([10, 15], [None, 0.1], [None, 0.5], [0.2, 0.1]),
    }
    pictures.training_curves(stages, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as drawn:
        pixels = np.asarray(drawn.convert("RGB")).reshape(-1, 3)
        assert drawn.size == (1080, 1240)
    colours = {tuple(pixel) for pixel in pixels.tolist()}
    for line in pictures.LINES[:2]:
        assert tuple(int(line[place : place + 2], 16) for place in (1, 3, 5)) in colours
