from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models import registry
from models.coherence import of_windows
from models.encoder import Embeddings, Encoder, Waveform
from models.pooling import statistics
from models.stretches import coherence
from rollcall.config.settings import Settings
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut

RATE = 16_000


Floats = NDArray[np.float32]


def frames(*parts: tuple[float, int]) -> Floats:
    """[4, n]: stretches of some seconds at 50 frames a second, of one voice (0) or another (1)."""
    rng = np.random.default_rng(0)
    pieces = []
    for seconds, voice in parts:
        piece = rng.standard_normal((4, round(seconds * 50))) * 0.1
        piece[voice] += 1
        pieces.append(piece)
    return np.concatenate(pieces, axis=1).astype(np.float32)


def means(statistics: Floats) -> Floats:
    return statistics[:, :4]


@pytest.mark.parametrize("parts", [((2.0, 0), (2.0, 1)), ((2.0, 0), (1.6, 1), (2.0, 0)), ((9.0, 1), (4.0, 0))])
def test_a_stretch_by_another_voice_is_unlike_the_rest(parts: Sequence[tuple[float, int]]) -> None:
    assert coherence(frames(*parts), 50, means) < 0.3


def test_one_voice_is_like_itself_throughout() -> None:
    assert coherence(frames((7.0, 0)), 50, means) > 0.95


def test_what_is_too_short_to_be_divided_has_no_coherence() -> None:
    assert np.isnan(coherence(frames((2.9, 0)), 50, means))


def test_a_stretchs_statistics_are_those_of_its_frames() -> None:
    seen: list[Floats] = []

    def project(statistics: Floats) -> Floats:
        seen.append(statistics)
        return statistics

    given = frames((1.68, 0), (1.68, 1))
    coherence(given, 50, project)
    inside, outside = given[:, :84], given[:, 84:]
    assert np.allclose(seen[0][0], statistics(inside), atol=1e-5)
    assert np.allclose(seen[1][0], statistics(outside), atol=1e-5)


def test_windows_tell_two_voices_too() -> None:
    def embed(windows: Sequence[Waveform]) -> Embeddings:
        return np.array([[1, 0] if window.mean() > 0 else [0, 1] for window in windows], np.float32).reshape(-1, 2)

    one, two = np.ones(4 * RATE, np.float32), np.ones(4 * RATE, np.float32)
    two[2 * RATE :] = -1
    found = of_windows([one, two, one[: RATE * 2]], RATE, embed)
    assert found[0] == pytest.approx(1)
    assert found[1] < 0.5
    assert np.isnan(found[2])


def test_windows_without_an_embedding_are_passed_over() -> None:
    def embed(_: Sequence[Waveform]) -> Embeddings:
        return np.array([[1, 0], [np.nan, np.nan], [1, 0], [0, 1]], np.float32)

    assert of_windows([np.zeros(6 * RATE, np.float32)], RATE, embed)[0] == 0


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return registry.load("campplus", Settings(_env_file=None).models_dir, "cpu", threads=1)


@pytest.fixture(scope="module")
def speech(voices: Path) -> dict[str, list[NDArray[np.float32]]]:
    """Speech of each dev speaker's two longest notes, 6 s at most."""
    detector = SpeechDetector()
    found = {}
    for folder in sorted((voices / "dev").iterdir()):
        longest = sorted(folder.glob("*.ogg"), key=lambda file: -file.stat().st_size)[:2]
        waves = [decode(file.read_bytes()) for file in longest]
        found[folder.name] = [cut(wave, detector.detect(wave)).samples[: 6 * RATE] for wave in waves]
    return found


@pytest.mark.voices
@pytest.mark.parametrize("seconds", [(4.0, 2.0), (2.8, 1.2), (3.0, 3.0)])
def test_two_real_voices_joined_in_a_note_are_noticed(
    encoder: Encoder, speech: dict[str, list[NDArray[np.float32]]], seconds: tuple[float, float]
) -> None:
    first, second = (round(part * RATE) for part in seconds)
    names = sorted(speech)
    pairs = zip(names, names[1:] + names[:1], strict=True)
    joined = [np.concatenate([speech[a][0][:first], speech[b][1][:second]]) for a, b in pairs]
    caught = (encoder.hear(joined).coherence < encoder.one_voice_from).sum()
    assert caught >= 9, f"{caught} of {len(joined)}"


@pytest.mark.voices
def test_one_real_voice_is_not_taken_for_two(encoder: Encoder, speech: dict[str, list[NDArray[np.float32]]]) -> None:
    notes = [note for two in speech.values() for note in two]
    hearing = encoder.hear(notes)
    assert (hearing.coherence >= encoder.one_voice_from).all()
    assert np.array_equal(hearing.embeddings, encoder.embed(notes))
