from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.batch import Batcher
from models.campplus import encoder as campplus
from models.campplus.encoder import CamPlusPlus
from models.campplus.network import CamPlusPlusNetwork
from models.encoder import Waveform
from models.errors import ModelError
from models.fbank_filters import frame_count
from tests.models.conftest import Voice


def test_the_pinned_weights_fit_to_the_last_key(real_weights: Path, campplus_encoder: CamPlusPlus) -> None:
    assert campplus_encoder.dimension == 192
    assert campplus_encoder.weight_hash == hashlib.sha256(real_weights.read_bytes()).hexdigest()
    assert (campplus_encoder.name, campplus_encoder.sample_rate) == ("campplus", 16_000)


def test_a_note_embeds_the_same_to_the_bit_alone_and_in_any_company(
    campplus_encoder: CamPlusPlus, voice: Voice
) -> None:
    notes = [voice(pitch=100.0 + 20 * take, seconds=0.7 + take / 2, take=take) for take in range(5)]
    together = campplus_encoder.embed(notes)
    backwards = campplus_encoder.embed(notes[::-1])
    for note, row, other in zip(notes, together, backwards[::-1], strict=True):
        np.testing.assert_array_equal(campplus_encoder.embed([note])[0], row)
        np.testing.assert_array_equal(other, row)


def test_rows_are_in_order_and_of_unit_length(encoder: CamPlusPlus, voice: Voice) -> None:
    rows = encoder.embed([voice(), voice(pitch=200.0, seconds=1.0)])
    assert rows.shape == (2, 192)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_nothing_in_nothing_out(encoder: CamPlusPlus) -> None:
    assert encoder.embed([]).shape == (0, 192)


def test_what_cannot_be_embedded_is_a_row_of_nan_among_good_ones(encoder: CamPlusPlus, voice: Voice) -> None:
    enough = voice(seconds=0.25)
    broken = voice()
    broken[100] = np.nan
    silence = np.zeros(16_000, np.float32)
    rows = encoder.embed([enough[:-1], enough, np.zeros(0, np.float32), silence, silence + 1, broken, voice()])
    assert np.isfinite(rows).all(axis=1).tolist() == [False, True, False, False, False, False, True]
    assert np.isnan(rows[[0, 2, 3, 4, 5]]).all()


def test_the_level_of_the_recording_does_not_matter(campplus_encoder: CamPlusPlus, voice: Voice) -> None:
    loud = voice()
    rows = campplus_encoder.embed([loud, loud * np.float32(0.01)])
    assert rows[0] @ rows[1] > 0.9999


def test_read_only_and_strided_arrays_will_do(encoder: CamPlusPlus, voice: Voice) -> None:
    note = voice(seconds=1.0)
    wide = np.repeat(note, 2)
    wide.flags.writeable = False
    np.testing.assert_array_equal(encoder.embed([wide[::2]]), encoder.embed([note]))


def test_two_channels_are_the_callers_mistake(encoder: CamPlusPlus) -> None:
    with pytest.raises(ValueError, match=r"\[samples\], not \[2, 16000\]"):
        encoder.embed([np.ones((2, 16_000), np.float32)])


def test_notes_of_equally_many_frames_may_share_a_batch(campplus_encoder: CamPlusPlus, voice: Voice) -> None:
    first, second = voice(seconds=2.0), voice(pitch=180.0, seconds=2.004)
    assert frame_count(len(first)) == frame_count(len(second))
    alone = campplus_encoder.embed([first, second])
    together = campplus_encoder._forward([first, second])
    assert (alone * together).sum(axis=1).min() > 0.99999


@pytest.mark.parametrize("seconds", [(2.0, 2.5, 3.37, 9.0), (0.25, 2.03, 4.0), (4.02, 4.0)])
def test_notes_of_any_lengths_may_share_a_batch_and_hear_nothing_of_the_padding(
    campplus_encoder: CamPlusPlus, voice: Voice, seconds: tuple[float, ...]
) -> None:
    notes = [voice(pitch=100.0 + 30 * take, seconds=length, take=take) for take, length in enumerate(seconds)]
    alone = campplus_encoder.hear(notes)
    together = campplus_encoder._forward_and_divide(notes)
    assert (alone.embeddings * together[:, :-1]).sum(axis=1).min() > 0.99999
    np.testing.assert_allclose(together[:, -1], alone.coherence, atol=1e-4)


def test_a_gpu_takes_notes_of_like_length_together_and_others_apart(voice: Voice) -> None:
    taken: list[list[int]] = []

    def forward(group: Sequence[Waveform]) -> NDArray[np.float32]:
        taken.append([len(waveform) for waveform in group])
        return np.array([[len(waveform)] for waveform in group], np.float32)

    notes = [voice(seconds=seconds) for seconds in (4.0, 1.0, 4.9, 1.1, 6.2)]
    rows = Batcher(1, 4000, frame_count, padding=1.25).rows(notes, forward, 1)
    assert taken == [[16_000, 17_600], [64_000, 78_400], [99_200]]
    assert rows[:, 0].tolist() == [len(note) for note in notes]
    many = [voice(seconds=0.3)] * 150
    taken.clear()
    Batcher(1, 4000, frame_count, padding=1.25).rows(many, forward, 1)
    assert [len(group) for group in taken] == [64, 64, 22]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_hears_what_the_cpu_hears(real_weights: Path, campplus_encoder: CamPlusPlus, voice: Voice) -> None:
    notes = [voice(seconds=2.0), voice(pitch=180.0, seconds=2.004), voice(pitch=240.0, seconds=3.0)]
    rows = campplus.load(real_weights, "cuda").embed(notes)
    assert (rows * campplus_encoder.embed(notes)).sum(axis=1).min() > 0.999


def test_own_weights_may_have_another_dimension(tmp_path: Path, voice: Voice) -> None:
    path = tmp_path / "own.pt"
    torch.save(CamPlusPlusNetwork(dimension=512).state_dict(), path)
    encoder = campplus.load(path, "cpu")
    assert encoder.dimension == 512
    assert encoder.weight_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert encoder.embed([voice()]).shape == (1, 512)


def test_a_file_of_something_else_is_one_clear_error(tmp_path: Path) -> None:
    contents = {
        "text.pt": b"not weights",
        "empty.pt": b"",
        "code.pt": pickle.dumps(print, protocol=2),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    state = CamPlusPlusNetwork().state_dict()
    del state["head.conv1.weight"]
    torch.save(state, tmp_path / "lacking.pt")
    for path in tmp_path.iterdir():
        with pytest.raises(ModelError, match="does not hold CAM"):
            campplus.load(path, "cpu")
    with pytest.raises(ModelError, match="cannot be read"):
        campplus.load(tmp_path / "missing.pt", "cpu")


@pytest.mark.voices
def test_one_speaker_sounds_like_himself_and_not_like_others(
    dev_embeddings: Mapping[str, NDArray[np.float32]],
) -> None:
    names = [name for name, rows in dev_embeddings.items() for _ in rows]
    rows = np.concatenate(list(dev_embeddings.values()))
    cosines = rows @ rows.T
    same = np.equal.outer(np.array(names), np.array(names))
    apart = ~np.eye(len(rows), dtype=bool)
    genuine, others = cosines[same & apart], cosines[~same]
    assert genuine.mean() > 0.7
    assert others.mean() < 0.2
    assert np.quantile(genuine, 0.02) > np.quantile(others, 0.999)


@pytest.mark.voices
def test_three_notes_enrol_a_speaker_without_an_error_at_one_half(
    dev_embeddings: Mapping[str, NDArray[np.float32]],
) -> None:
    means = np.stack([rows[:3].mean(axis=0) for rows in dev_embeddings.values()])
    centroids = means / np.linalg.norm(means, axis=1, keepdims=True)
    for index, rows in enumerate(dev_embeddings.values()):
        accepted = rows[3:] @ centroids.T >= 0.5
        assert accepted[:, index].all()
        assert np.delete(accepted, index, axis=1).sum() == 0


@pytest.fixture(scope="module")
def encoder() -> CamPlusPlus:
    """Random weights: enough for everything that does not depend on what was learnt."""
    torch.manual_seed(1)
    return CamPlusPlus(CamPlusPlusNetwork().state_dict(), "0" * 64, torch.device("cpu"))
