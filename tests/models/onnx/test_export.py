"""ONNX Runtime computes what torch computes, from a graph that is written once, in a process that never sees torch."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from models import registry
from models.campplus import encoder as campplus
from models.campplus.network import CamPlusPlusNetwork
from models.campplus.runtime import segments
from models.card import encoders
from models.deep_speaker.network import ResCnnNetwork
from models.ecapa import encoder as ecapa
from models.encoder import Encoder, Waveform
from models.errors import ModelError
from models.onnx import export
from tests.models.conftest import Voice, decode

LENGTHS = (0.25, 0.71, 2.0, 2.009, 3.37, 9.0)


@pytest.fixture(scope="module")
def own_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network whose normalisations do something, with scales of either sign, as trained ones have."""
    torch.manual_seed(1)
    network = CamPlusPlusNetwork()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            module.running_mean = torch.randn_like(module.running_mean) * 0.1  # type: ignore[arg-type]
            module.running_var = torch.rand_like(module.running_var) + 0.5  # type: ignore[arg-type]
            if module.affine:
                module.weight.data.uniform_(0.3, 1.2)
                module.bias.data.normal_(0, 0.1)
    flipped = network.get_submodule("xvector.block1.tdnnd1.nonlinear1.batchnorm")
    assert isinstance(flipped, torch.nn.BatchNorm1d)
    flipped.weight.data[3] = -0.4
    path = tmp_path_factory.mktemp("own") / "own.pt"
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def models_dir_of_onnx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def _cosines(one: Encoder, other: Encoder, notes: list[Waveform]) -> NDArray[np.float32]:
    return np.asarray(np.sum(one.embed(notes) * other.embed(notes), axis=1))


def test_a_graph_gives_the_embedding_and_the_coherence_of_torch(
    own_weights: Path, models_dir_of_onnx: Path, voice: Voice
) -> None:
    graph = registry.load(str(own_weights), models_dir_of_onnx, "cpu", backend="onnx")
    reference = campplus.load(own_weights, "cpu")
    notes = [voice(seconds=seconds, take=take) for take, seconds in enumerate(LENGTHS)]
    one, other = graph.hear(notes), reference.hear(notes)
    np.testing.assert_allclose(one.embeddings, other.embeddings, atol=1e-5)
    np.testing.assert_allclose(one.coherence, other.coherence, atol=1e-5)
    assert (graph.weight_hash, graph.dimension) == (reference.weight_hash, reference.dimension)


@pytest.mark.voices
def test_on_real_notes_the_cosine_to_torch_is_one(real_weights: Path, real_ecapa_weights: Path, voices: Path) -> None:
    notes = [decode(path) for path in sorted((voices / "dev").glob("*/*.ogg"))[::19]]
    for name, reference in (
        ("campplus", campplus.load(real_weights, "cpu", threads=1)),
        ("ecapa", ecapa.load(real_ecapa_weights, "cpu", threads=1)),
    ):
        graph = registry.load(name, real_weights.parent, "cpu", threads=1, backend="onnx")
        assert not isinstance(graph, type(reference))
        assert _cosines(graph, reference, notes).min() >= 0.99999


@pytest.fixture
def folder(real_weights: Path, tmp_path: Path) -> Path:
    """A models folder of its own with the pinned weights."""
    (tmp_path / real_weights.name).symlink_to(real_weights)
    return tmp_path


def test_a_pinned_graph_is_written_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.load("campplus", folder, "cpu", backend="onnx")
    (graph,) = (folder / export.FOLDER).iterdir()
    assert export.VERSION in graph.stem
    assert hashlib.sha256(graph.read_bytes()).hexdigest() == encoders()["campplus"].graphs["fp32"]
    monkeypatch.setattr(subprocess, "run", no_more)
    assert registry.load("campplus", folder, "cpu", backend="onnx").dimension == 192


def no_more(*_: object, **__: object) -> None:
    raise AssertionError("made again")


@pytest.mark.parametrize("spoilt", ["cut off", "all voices one"])
def test_another_graph_in_its_place_is_not_run_but_made_anew(
    folder: Path, voice: Voice, caplog: pytest.LogCaptureFixture, spoilt: str
) -> None:
    before = registry.load("campplus", folder, "cpu", backend="onnx").embed([voice(110.0), voice(220.0, 1.2)])
    (graph,) = (folder / export.FOLDER).iterdir()
    whole = graph.read_bytes()
    if spoilt == "cut off":
        graph.write_bytes(whole[: len(whole) // 2])
    else:
        model = onnx.load_from_string(whole)
        for constant in model.graph.initializer:
            if constant.dims == [192, 1024]:  # the projection: from now on everybody is the bias
                constant.raw_data = bytes(len(constant.raw_data))
        assert model.SerializeToString() != whole
        graph.write_bytes(model.SerializeToString())
    encoder = registry.load("campplus", folder, "cpu", backend="onnx")
    np.testing.assert_array_equal(encoder.embed([voice(110.0), voice(220.0, 1.2)]), before)
    assert graph.read_bytes() == whole
    assert "is not the graph of its weights" in caplog.text


def test_of_own_weights_no_graph_from_the_folder_is_run(own_weights: Path, tmp_path: Path, voice: Voice) -> None:
    place = export.place_of(encoders()["campplus"], export.hash_of(own_weights), tmp_path, "fp32")
    place.parent.mkdir()
    place.write_bytes(b"anybody's")
    assert np.isfinite(registry.load(str(own_weights), tmp_path, "cpu", backend="onnx").embed([voice()])).all()


def test_a_folder_that_cannot_be_written_says_which_setting_helps(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / export.FOLDER).write_text("in the way")
    assert registry.load("campplus", folder, "cpu", backend="onnx").precision == "fp32"
    assert "set ROLLCALL_MODELS_DIR" in caplog.text


def test_a_cpu_worker_imports_no_torch(own_weights: Path, tmp_path: Path) -> None:
    program = (
        "import sys, numpy as np; from pathlib import Path; from models import registry; import worker.main;"
        f"encoder = registry.load({str(own_weights)!r}, Path({str(tmp_path)!r}));"
        "encoder.hear([np.random.default_rng(0).standard_normal(50_000).astype(np.float32) / 10]);"
        "sys.exit(', '.join({'torch', 'torchaudio', 'speechbrain', 'onnx'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_setting_chooses_torch(own_weights: Path, tmp_path: Path) -> None:
    assert isinstance(registry.load(str(own_weights), tmp_path, "cpu", backend="torch"), campplus.CamPlusPlus)
    assert not (tmp_path / export.FOLDER).exists()
    with pytest.raises(ModelError, match="choose auto, torch, onnx"):
        registry.load(str(own_weights), tmp_path, "cpu", backend="jax")


@pytest.mark.parametrize(("frames", "count"), [(1, 1), (100, 1), (101, 2), (250, 3)])
def test_the_context_of_a_frame_is_its_segments_mean_and_the_whole_notes(frames: int, count: int) -> None:
    pool, spread = segments(frames)
    assert pool.shape == (frames, count)
    values = np.random.default_rng(0).standard_normal(frames).astype(np.float32)
    for segment in range(count):
        own = values[100 * segment : 100 * (segment + 1)]
        assert values @ pool[:, segment] == pytest.approx(own.mean() + values.mean(), abs=1e-5)
    assert (spread.sum(axis=0) == 1).all()


def test_the_graph_of_rescnn_gives_the_embedding_of_torch_for_any_length(
    voice: Voice, models_dir_of_onnx: Path, tmp_path: Path
) -> None:
    torch.manual_seed(3)
    network = ResCnnNetwork(32)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean = torch.randn_like(module.running_mean) * 0.1  # type: ignore[arg-type]
            module.running_var = torch.rand_like(module.running_var) + 0.5  # type: ignore[arg-type]
            module.weight.data.uniform_(-0.3, 1.2)
            module.bias.data.normal_(0, 0.1)
    path = tmp_path / "own.rescnn.pt"
    torch.save(network.state_dict(), path)
    notes = [voice(seconds=seconds) for seconds in LENGTHS]
    by_graph = registry.load(str(path), models_dir_of_onnx, "cpu", threads=1, backend="onnx")
    by_torch = registry.load(str(path), models_dir_of_onnx, "cpu", threads=1, backend="torch")
    assert by_graph.dimension == by_torch.dimension == 32
    assert _cosines(by_graph, by_torch, notes).min() > 0.99999
    silent = np.zeros(40_000, np.float32)
    assert np.isnan(by_graph.embed([silent])).all()
