"""Eight bits: only with measured ranges, only where faster, and near enough to single precision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest

from evaluation.metrics import eer
from models import registry
from models.campplus import graph as campplus_graph
from models.campplus.network import CamPlusPlusNetwork
from models.card import encoders
from models.dummy.encoder import Dummy
from models.encoder import Embeddings, Encoder, Waveform
from models.errors import ModelError
from models.onnx import choice
from models.onnx.quantize import quantized, tensors
from tests.models.conftest import decode


class _Timed(Dummy):
    """An encoder that takes its time."""

    def __init__(self, clock: list[float], seconds: float) -> None:
        super().__init__()
        self._clock, self._seconds = clock, seconds

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        self._clock[0] += self._seconds
        return super().embed(waveforms)


@pytest.mark.voices
def test_in_eight_bits_real_voices_are_told_apart_as_well(real_weights: Path, voices: Path) -> None:
    people = [sorted(folder.glob("*.ogg"))[:5] for folder in sorted((voices / "dev").iterdir())]
    notes = [decode(path) for own in people for path in own]
    exact = registry.load("campplus", real_weights.parent, "cpu", threads=1, backend="onnx").embed(notes)
    encoder = registry.load("campplus", real_weights.parent, "cpu", threads=1, backend="onnx-int8")
    rough = encoder.embed(notes)
    assert encoder.precision == "int8"
    assert np.sum(exact * rough, axis=1).min() >= 0.97
    owner = np.repeat(np.arange(len(people)), 5)
    same = owner[:, None] == owner
    # Across precisions too: a voiceprint made by one worker is compared by another.
    pairs = same & ~np.eye(len(same), dtype=bool)
    baseline = eer((exact @ exact.T)[pairs], (exact @ exact.T)[~same])
    for scores in (rough @ rough.T, exact @ rough.T):
        assert eer(scores[pairs], scores[~same]) <= baseline + 0.002


def test_every_range_that_the_graph_needs_is_shipped() -> None:
    state = {name: each.numpy() for name, each in CamPlusPlusNetwork().state_dict().items()}
    card = encoders()["campplus"]
    ranges = card.ranges(card.sha256)
    assert ranges is not None
    graph = campplus_graph.build(state, even=True)
    assert set(tensors(onnx.load_from_string(graph))) == set(ranges)
    whole = onnx.load_from_string(quantized(graph, ranges))
    assert sum(node.op_type == "QuantizeLinear" for node in whole.graph.node) > 150
    with pytest.raises(ValueError, match=r"run python -m evaluation\.recipes\.ranges"):
        quantized(graph, dict(list(ranges.items())[1:]))


def test_weights_that_nobody_measured_have_no_eight_bits(tmp_path: Path) -> None:
    import torch

    torch.save(CamPlusPlusNetwork().state_dict(), tmp_path / "own.pt")
    assert encoders()["campplus"].ranges("0" * 64) is None
    assert registry.load(str(tmp_path / "own.pt"), tmp_path, "cpu").precision == "fp32"
    with pytest.raises(ModelError):
        registry.load(str(tmp_path / "own.pt"), tmp_path, "cpu", backend="onnx-int8")


@pytest.mark.parametrize(("eight_bits", "chosen"), [(0.5, "int8"), (0.95, "fp32"), (1.5, "fp32")])
def test_the_faster_is_chosen_where_it_saves_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eight_bits: float, chosen: str
) -> None:
    clock = [0.0]
    monkeypatch.setattr("models.onnx.choice.time.perf_counter", lambda: clock[0])
    takes = {"fp32": 1.0, "int8": eight_bits}

    def make(precision: str) -> Encoder:
        return _Timed(clock, takes[precision])

    place = tmp_path / "choice.json"
    assert choice.faster(make, place) == chosen
    measured = clock[0]
    assert choice.faster(make, place) == chosen
    assert clock[0] == measured, "found out once"
    kept = json.loads(place.read_text(encoding="utf-8"))
    place.write_text(json.dumps(kept | {"processor": "another"}), encoding="utf-8")
    assert choice.faster(make, place) == chosen
    assert clock[0] > measured, "and anew on another processor"
