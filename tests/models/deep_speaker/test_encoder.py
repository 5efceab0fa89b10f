"""ResCNN against what Deep Speaker's own network gave, run by Keras.

`reference.npz` holds that: the network of philipperemy/deep-speaker, built in Keras 2 (tf-keras 2.21 on
TensorFlow 2.21) and filled with the weights of `write_checkpoint`, and features by python_speech_features 0.6.

    noise           [2, 512]     embeddings of `noise()`
    short_features  [13, 64]     frames FRAMES of `sound(7000, 1)`
    long_features   [15, 64]     every 25th frame of `sound(60000, 2)`
    short           [512]        embedding of the former, filled up to 160 frames
    long_windows    [3, 512]     embeddings of the latter from frames 0, 160 and 214 on
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models import registry
from models.deep_speaker import encoder as rescnn
from models.deep_speaker import importer
from models.deep_speaker.encoder import ResCnn, window_count, windows
from models.deep_speaker.features import MelShapes
from models.deep_speaker.filters import BINS, frame_count
from models.deep_speaker.network import CHANNELS, ResCnnNetwork
from models.encoder import Waveform
from models.errors import ModelError
from tests.models.conftest import Voice

FRAMES = [0, 1, 2, 20, 21, 22, 23, 24, 25, 26, 40, -2, -1]
Reference = Mapping[str, NDArray[np.float32]]
Weights = dict[str, NDArray[np.float32]]


def test_the_network_is_the_one_that_keras_runs(encoder: ResCnn, reference: Reference) -> None:
    with torch.inference_mode():
        rows = functional.normalize(encoder._network(torch.from_numpy(noise())), dim=-1).numpy()
    np.testing.assert_allclose(rows, reference["noise"], atol=1e-6)


def test_the_features_are_those_of_python_speech_features(reference: Reference) -> None:
    short, long = (MelShapes()(torch.from_numpy(each)).numpy() for each in (sound(7000, 1), sound(60_000, 2)))
    np.testing.assert_allclose(short[FRAMES], reference["short_features"], atol=1e-5)
    np.testing.assert_allclose(long[::25], reference["long_features"], atol=1e-5)


def test_a_short_note_is_filled_up_as_the_reference_does(encoder: ResCnn, reference: Reference) -> None:
    np.testing.assert_allclose(encoder.embed([sound(7000, 1)])[0], reference["short"], atol=1e-6)


def test_a_long_note_is_the_mean_of_its_windows(encoder: ResCnn, reference: Reference) -> None:
    mean = reference["long_windows"].mean(axis=0)
    expected = mean / np.linalg.norm(mean)
    np.testing.assert_allclose(encoder.embed([sound(60_000, 2)])[0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("frames", "starts"), [(1, [0]), (160, [0]), (161, [0, 1]), (320, [0, 160]), (374, [0, 160, 214])]
)
def test_windows_follow_each_other_and_the_last_ends_with_the_note(frames: int, starts: list[int]) -> None:
    features = torch.arange(frames, dtype=torch.float32)[:, None].expand(frames, BINS)
    seen = windows(features)
    assert seen.shape == (len(starts), 160, BINS)
    assert seen[:, 0, 0].tolist() == starts
    samples = 400 + 160 * (frames - 1)
    assert (frame_count(samples), window_count(samples)) == (frames, len(starts))


def test_every_sample_is_heard_however_many_there_are() -> None:
    for samples in (1, 399, 400, 401, 560, 561, 16_000):
        assert MelShapes()(torch.rand(samples)).shape == (frame_count(samples), BINS)


def test_the_level_of_the_recording_does_not_matter(voice: Voice) -> None:
    loud, quiet = (MelShapes()(torch.from_numpy(voice() * np.float32(level))) for level in (1, 0.01))
    torch.testing.assert_close(loud, quiet, atol=1e-4, rtol=0)


def test_a_checkpoint_becomes_weights_that_load_by_name(
    models: Path, checkpoint: Path, encoder: ResCnn, voice: Voice
) -> None:
    weights = models / "rescnn.pt"
    assert registry.locate("rescnn", models) == registry.pull("rescnn", models) == weights
    assert encoder.weight_hash == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert (encoder.name, encoder.dimension, encoder.sample_rate) == ("rescnn", 512, 16_000)
    state = torch.load(weights, weights_only=True)
    assert set(state) == set(ResCnnNetwork().state_dict())
    assert hashlib.sha256(importer.read(checkpoint)).hexdigest() == encoder.weight_hash


def test_the_command_line_imports_and_prints_the_hash(tmp_path: Path, checkpoint: Path, encoder: ResCnn) -> None:
    imported = command(tmp_path, "import", str(checkpoint))
    assert imported.stdout.splitlines() == [f"rescnn: {tmp_path / 'rescnn.pt'}", f"SHA-256 {encoder.weight_hash}"]
    listed = {line.split()[0]: line for line in command(tmp_path, "list").stdout.splitlines()}
    assert listed["rescnn"].rstrip().endswith(" here")
    assert listed["ecapa"].rstrip().endswith(" not here: rollcall models pull ecapa")
    assert listed["whisper-base"].rstrip().endswith(" not here: rollcall models pull whisper-base")
    wrong = command(tmp_path, "import", __file__, code=2)
    assert wrong.stderr.startswith(f"rollcall: {__file__} is not a sound HDF5 file")
    assert len(wrong.stderr.splitlines()) == 1


def test_other_weights_of_that_name_are_set_aside_by_an_import(tmp_path: Path, checkpoint: Path) -> None:
    (tmp_path / "rescnn.pt").write_bytes(b"of an own training")
    for _ in range(2):
        path, digest = registry.convert(checkpoint, tmp_path, "rescnn")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    aside = tmp_path / f"rescnn.pt.before-{hashlib.sha256(b'of an own training').hexdigest()[:8]}"
    assert aside.read_bytes() == b"of an own training"
    assert {each.name for each in tmp_path.iterdir()} == {"rescnn.pt", aside.name}


def test_a_whole_saved_model_and_layers_we_do_not_know_import_alike(tmp_path: Path, encoder: ResCnn) -> None:
    def more(file: h5py.File) -> None:
        file["dense_1/dense_1/kernel:0"] = np.zeros((512, 3), np.float32)

    path = write_checkpoint(tmp_path / "model.h5", below="model_weights", change=more)
    assert hashlib.sha256(importer.read(path)).hexdigest() == encoder.weight_hash


def test_a_checkpoint_of_something_else_is_one_clear_error(tmp_path: Path, checkpoint: Path) -> None:
    (tmp_path / "text.h5").write_text("not a checkpoint")
    (tmp_path / "cut.h5").write_bytes(checkpoint.read_bytes()[:100_000])
    for name in ("text.h5", "cut.h5"):
        with pytest.raises(ModelError, match=r"is not a sound HDF5 file: give a Deep Speaker checkpoint \(\.h5\)$"):
            importer.read(tmp_path / name)
    with pytest.raises(ModelError, match=r"cannot be read \(No such file or directory\)"):
        importer.read(tmp_path / "nowhere.h5")


def test_a_lacking_or_misshapen_weight_is_named(tmp_path: Path) -> None:
    kernel = "conv64-s/conv64-s/kernel:0"
    (tmp_path / "elsewhere.h5").touch()

    def lacking(file: h5py.File) -> None:
        file[kernel] = np.zeros((5, 5, 1, 64), np.float32)

    def misshapen(file: h5py.File) -> None:
        file[kernel] = np.zeros((5, 5, 4, 64), np.float32)

    def linked(file: h5py.File) -> None:
        file["conv64-s"] = h5py.ExternalLink(str(tmp_path / "elsewhere.h5"), "/")

    cases: dict[Callable[[h5py.File], None], str] = {
        lacking: "has no bias of layer conv64-s:",
        misshapen: r"kernel of layer conv64-s has shape \[5, 5, 4, 64\]",
        linked: "has no kernel of layer conv64-s:",
    }
    for change, message in cases.items():
        path = tmp_path / f"{change.__name__}.h5"
        with h5py.File(path, "w") as file:
            change(file)
        with pytest.raises(ModelError, match=message):
            importer.read(path)


def test_a_file_of_something_else_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "text.rescnn.pt").write_bytes(b"not weights")
    torch.save({"affine.weight": torch.zeros(512, 2048)}, tmp_path / "other.rescnn.pt")
    torch.save({"affine.weight": 3}, tmp_path / "number.rescnn.pt")
    for path in tmp_path.iterdir():
        with pytest.raises(ModelError, match="does not hold ResCNN weights: rollcall models import makes them"):
            rescnn.load(path, "cpu")


def test_a_note_embeds_the_same_to_the_bit_alone_and_in_any_company(encoder: ResCnn, voice: Voice) -> None:
    notes = [voice(pitch=100.0 + 20 * take, seconds=0.7 + take, take=take) for take in range(3)]
    together = encoder.embed(notes)
    backwards = encoder.embed(notes[::-1])
    for note, row, other in zip(notes, together, backwards[::-1], strict=True):
        np.testing.assert_array_equal(encoder.embed([note])[0], row)
        np.testing.assert_array_equal(other, row)


def test_notes_of_equally_many_windows_may_share_a_batch(encoder: ResCnn, voice: Voice) -> None:
    first, second = voice(seconds=2.0), voice(pitch=180.0, seconds=3.0)
    assert window_count(len(first)) == window_count(len(second)) == 2
    np.testing.assert_allclose(encoder._forward([first, second]), encoder.embed([first, second]), atol=1e-5)


def test_what_cannot_be_embedded_is_a_row_of_nan_among_good_ones(encoder: ResCnn, voice: Voice) -> None:
    enough = voice(seconds=0.25)
    broken = voice()
    broken[100] = np.nan
    rows = encoder.embed([enough[:-1], enough, np.zeros(16_000, np.float32), broken, voice()])
    assert np.isfinite(rows).all(axis=1).tolist() == [False, True, False, False, True]
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows[[1, 4]], axis=1), 1, atol=1e-5)
    assert encoder.embed([]).shape == (0, 512)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_hears_what_the_cpu_hears(models: Path, encoder: ResCnn, voice: Voice) -> None:
    notes = [voice(seconds=2.0), voice(pitch=180.0, seconds=3.0), voice(pitch=240.0, seconds=1.0)]
    rows = rescnn.load(models / "rescnn.pt", "cuda").embed(notes)
    assert (rows * encoder.embed(notes)).sum(axis=1).min() > 0.9999


def command(models_dir: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """`rollcall models ...` with an own models folder, on a terminal wide enough for every line."""
    environment = os.environ | {"ROLLCALL_MODELS_DIR": str(models_dir), "COLUMNS": "200"}
    run = [sys.executable, "-m", "rollcall", "models", *arguments]
    done = subprocess.run(run, env=environment, cwd=models_dir, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


def write_checkpoint(path: Path, below: str = "", change: Callable[[Any], None] | None = None) -> Path:
    """A checkpoint as Keras 2 writes it, under the group `below`, with the weights that the reference was made with.

    They are drawn by one generator in the order of the network: convolution, batch norm, then both of each residual
    block; within a layer in Keras' own order.
    """
    with h5py.File(path, "w") as file:
        root = file.require_group(below) if below else file
        for layer, weights in draw_weights():
            for name, values in weights.items():
                root[f"{layer}/{layer}/{name}:0"] = values
        if change:
            change(root)
    return path


def draw_weights() -> list[tuple[str, Weights]]:
    rng = np.random.default_rng(1705)

    def draw(low: float, high: float, *shape: int) -> NDArray[np.float32]:
        values = np.float32(low) + np.float32(high - low) * rng.random(shape, dtype=np.float32)
        return np.asarray(values, dtype=np.float32)

    def kernel(*shape: int) -> Weights:
        reach = float(np.float32(np.sqrt(3 / np.prod(shape[:-1]))))
        return {"kernel": draw(-reach, reach, *shape), "bias": draw(-0.1, 0.1, shape[-1])}

    def norm(channels: int) -> Weights:
        return {
            "gamma": draw(0.5, 1.5, channels),
            "beta": draw(-0.5, 0.4, channels),
            "moving_mean": draw(-0.1, 0.1, channels),
            "moving_variance": draw(0.5, 1.5, channels),
        }

    layers: list[tuple[str, Weights]] = []
    for stage, channels in enumerate(CHANNELS, start=1):
        name = f"conv{channels}-s"
        layers += [(name, kernel(5, 5, channels // 2 if stage > 1 else 1, channels)), (f"{name}_bn", norm(channels))]
        for branch in ("0_branch_2a", "0_branch_2b", "1_branch_2a", "1_branch_2b", "2_branch_2a", "2_branch_2b"):
            name = f"res{stage}_{branch}"
            layers += [(name, kernel(3, 3, channels, channels)), (f"{name}_bn", norm(channels))]
    return [*layers, ("affine", kernel(2048, 512))]


def noise() -> NDArray[np.float32]:
    """[2, 160, 64]: features of nothing in particular."""
    return np.random.default_rng(64).random((2, 160, 64), dtype=np.float32) * 4 - 2


def sound(samples: int, take: int) -> Waveform:
    """A rising tone in noise, with digital silence in the middle."""
    rng = np.random.default_rng(take)
    time = np.arange(samples) / 16_000
    wave = 0.1 * np.sin(2 * np.pi * (120 + 200 * time) * time) + 0.05 * (rng.random(samples) - 0.5)
    wave[samples // 2 : samples // 2 + 700] = 0
    return np.asarray(wave, dtype=np.float32)


@pytest.fixture(scope="module")
def reference() -> Reference:
    with np.load(Path(__file__).with_name("reference.npz")) as file:
        return dict(file)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("checkpoint") / "deep_speaker.h5")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, checkpoint: Path) -> Path:
    """A models folder with the weights of the checkpoint."""
    folder = tmp_path_factory.mktemp("models")
    registry.convert(checkpoint, folder, "rescnn")
    return folder


@pytest.fixture(scope="module")
def encoder(models: Path) -> ResCnn:
    return rescnn.load(models / "rescnn.pt", "cpu", threads=1)
