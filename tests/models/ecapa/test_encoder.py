"""ECAPA-TDNN against SpeechBrain's own classifier. Random weights, half the published width, unless said otherwise."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models import registry
from models.ecapa import encoder as ecapa
from models.ecapa.encoder import Ecapa, frame_count
from models.encoder import Encoder, Waveform
from models.errors import ModelError, UnknownModel
from tests.models.conftest import Voice

# A folder as SpeechBrain's Pretrainer wants it; the names are those of its hub, the widths are a test's.
HYPERPARAMS = """
compute_features: !new:speechbrain.lobes.features.Fbank
    n_mels: 80
mean_var_norm: !new:speechbrain.processing.features.InputNormalization
    norm_type: sentence
    std_norm: False
mean_var_norm_emb: !new:speechbrain.processing.features.InputNormalization
    norm_type: global
    std_norm: False
embedding_model: !new:speechbrain.lobes.models.ECAPA_TDNN.ECAPA_TDNN
    input_size: 80
    channels: [{0}, {0}, {0}, {0}, {1}]
    kernel_sizes: [5, 3, 3, 3, 1]
    dilations: [1, 2, 3, 4, 1]
    attention_channels: 64
    lin_neurons: {2}
classifier: !new:speechbrain.lobes.models.ECAPA_TDNN.Classifier
    input_size: {2}
    out_neurons: 7
label_encoder: !new:speechbrain.dataio.encoder.CategoricalEncoder
modules:
    compute_features: !ref <compute_features>
    mean_var_norm: !ref <mean_var_norm>
    embedding_model: !ref <embedding_model>
    classifier: !ref <classifier>
pretrainer: !new:speechbrain.utils.parameter_transfer.Pretrainer
    loadables:
        embedding_model: !ref <embedding_model>
        mean_var_norm_emb: !ref <mean_var_norm_emb>
        classifier: !ref <classifier>
        label_encoder: !ref <label_encoder>
    paths:
        embedding_model: {3}/embedding_model.ckpt
        mean_var_norm_emb: {3}/mean_var_norm_emb.ckpt
        classifier: {3}/classifier.ckpt
        label_encoder: {3}/label_encoder.txt
"""
WIDTHS = (512, 1536, 192)


@pytest.mark.parametrize("seconds", [0.25, 0.9, 2.0, 3.21, 7.0])
def test_an_embedding_is_speechbrains_own_brought_to_unit_length(
    encoder: Encoder, theirs: Any, voice: Voice, seconds: float
) -> None:
    note = voice(seconds=seconds)
    np.testing.assert_allclose(encoder.embed([note])[0], expected(theirs, note), atol=1e-5)


def test_a_folder_loads_by_its_path(folder: Path, tmp_path: Path, voice: Voice) -> None:
    checkpoint = folder / "embedding_model.ckpt"
    assert registry.locate(str(folder), tmp_path) == registry.pull(str(folder), tmp_path) == checkpoint
    loaded = registry.load(str(folder), tmp_path, "cpu")
    assert (loaded.name, loaded.dimension, loaded.sample_rate) == ("ecapa", 192, 16_000)
    assert loaded.weight_hash == hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    other = registry.load(str(checkpoint), tmp_path, "cpu")
    np.testing.assert_array_equal(loaded.embed([voice()]), other.embed([voice()]))


def test_nothing_of_a_folder_but_the_weights_is_read(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "embedding_model.ckpt", tmp_path)
    (tmp_path / "hyperparams.yaml").write_text("now: !apply:os.abort []")
    assert registry.load(str(tmp_path), tmp_path, "cpu").dimension == 192


def test_another_width_and_dimension_are_read_off_the_weights(tmp_path: Path, voice: Voice) -> None:
    make_folder(tmp_path, (64, 96, 24))
    loaded = registry.load(str(tmp_path), tmp_path, "cpu")
    assert loaded.dimension == 24
    note = voice()
    np.testing.assert_allclose(loaded.embed([note])[0], expected(classifier(tmp_path), note), atol=1e-5)


def test_a_folder_without_weights_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"is a folder without embedding_model\.ckpt"):
        registry.locate(str(tmp_path), tmp_path)
    with pytest.raises(UnknownModel, match="campplus, ecapa, rescnn or a path"):
        registry.load(str(tmp_path / "nowhere"), tmp_path)


def test_a_file_of_something_else_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "text.ckpt").write_bytes(b"not weights")
    torch.save({"fc.conv.weight": torch.zeros(3)}, tmp_path / "other.ckpt")
    torch.save({"blocks.0.conv.conv.weight": 3}, tmp_path / "number.ckpt")
    for path in tmp_path.iterdir():
        with pytest.raises(ModelError, match=r"does not hold ECAPA-TDNN weights: give embedding_model\.ckpt"):
            ecapa.load(path, "cpu")


def test_a_note_embeds_the_same_to_the_bit_alone_and_in_any_company(encoder: Encoder, voice: Voice) -> None:
    notes = [voice(pitch=100.0 + 20 * take, seconds=0.7 + take / 2, take=take) for take in range(3)]
    together = encoder.embed(notes)
    backwards = encoder.embed(notes[::-1])
    for note, row, other in zip(notes, together, backwards[::-1], strict=True):
        np.testing.assert_array_equal(encoder.embed([note])[0], row)
        np.testing.assert_array_equal(other, row)


def test_notes_of_equally_many_frames_may_share_a_batch(encoder: Ecapa, voice: Voice) -> None:
    first, second = voice(seconds=2.0), voice(pitch=180.0, seconds=2.009)
    assert frame_count(len(first)) == frame_count(len(second))
    alone = encoder.embed([first, second])
    np.testing.assert_allclose(encoder._forward([first, second]), alone, atol=1e-5)


def test_what_cannot_be_embedded_is_a_row_of_nan_among_good_ones(encoder: Encoder, voice: Voice) -> None:
    enough = voice(seconds=0.25)
    broken = voice()
    broken[100] = np.nan
    rows = encoder.embed([enough[:-1], enough, np.zeros(16_000, np.float32), broken, voice()])
    assert np.isfinite(rows).all(axis=1).tolist() == [False, True, False, False, True]
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows[[1, 4]], axis=1), 1, atol=1e-5)
    assert encoder.embed([]).shape == (0, 192)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_hears_what_the_cpu_hears(folder: Path, encoder: Encoder, voice: Voice) -> None:
    notes = [voice(seconds=2.0), voice(pitch=180.0, seconds=2.009), voice(pitch=240.0, seconds=3.0)]
    rows = ecapa.load(folder / "embedding_model.ckpt", "cuda").embed(notes)
    assert (rows * encoder.embed(notes)).sum(axis=1).min() > 0.9999


def test_the_pinned_weights_load_by_name(real_ecapa: Encoder) -> None:
    (card,) = (card for card in registry.known() if card.name == "ecapa")
    assert (real_ecapa.name, real_ecapa.weight_hash) == ("ecapa", card.sha256)
    assert real_ecapa.dimension == card.dimension


@pytest.mark.voices
def test_one_speaker_sounds_like_himself_and_not_like_others(
    real_ecapa: Encoder, four_people: list[list[Waveform]]
) -> None:
    rows = real_ecapa.embed([note for notes in four_people for note in notes])
    cosines = rows @ rows.T
    speaker = np.repeat(np.arange(4), 4)
    same = np.equal.outer(speaker, speaker)
    assert cosines[same & ~np.eye(16, dtype=bool)].min() > cosines[~same].max()


def make_folder(folder: Path, widths: tuple[int, int, int]) -> None:
    from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN, Classifier

    channels, last, dimension = widths
    torch.manual_seed(7)
    network = ECAPA_TDNN(80, channels=[*[channels] * 4, last], attention_channels=64, lin_neurons=dimension)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            for values, low, high in (
                (module.running_mean, -0.5, 0.5),
                (module.running_var, 0.5, 2.0),
                (module.weight, 0.5, 1.5),
                (module.bias, -0.5, 0.5),
            ):
                assert isinstance(values, torch.Tensor)
                torch.nn.init.uniform_(values, low, high)
    torch.save(network.state_dict(), folder / "embedding_model.ckpt")
    torch.save(Classifier(dimension, out_neurons=7).state_dict(), folder / "classifier.ckpt")
    torch.save(
        {"count": 1, "glob_mean": torch.zeros(dimension), "glob_std": torch.ones(dimension)},
        folder / "mean_var_norm_emb.ckpt",
    )
    (folder / "label_encoder.txt").write_text("'ann' => 0\n================\n'starting_index' => 0\n")
    (folder / "hyperparams.yaml").write_text(HYPERPARAMS.format(*widths, folder))


def classifier(folder: Path) -> Any:
    from speechbrain.inference.speaker import EncoderClassifier

    return EncoderClassifier.from_hparams(source=str(folder), savedir=str(folder / "saved"))


def expected(theirs: Any, note: Waveform) -> NDArray[np.float32]:
    with torch.inference_mode():
        embedding: NDArray[np.float32] = theirs.encode_batch(torch.from_numpy(note)[None]).squeeze().numpy()
    return embedding / np.linalg.norm(embedding)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ecapa")
    make_folder(folder, WIDTHS)
    return folder


@pytest.fixture(scope="module")
def real_ecapa(real_ecapa_weights: Path) -> Encoder:
    return registry.load("ecapa", real_ecapa_weights.parent, "cpu", threads=1)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Ecapa:
    return ecapa.load(folder / "embedding_model.ckpt", "cpu", threads=1)


@pytest.fixture(scope="module")
def theirs(folder: Path) -> Any:
    """SpeechBrain itself, on the same folder."""
    return classifier(folder)
