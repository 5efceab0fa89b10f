from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models import registry
from models.encoder import Encoder
from rollcall.settings import Settings
from worker.decode import decode
from worker.speakers import several
from worker.speech import SpeechDetector, cut
from worker.waveform import SAMPLE_RATE, Waveform


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
        found[folder.name] = [cut(wave, detector.detect(wave)).samples[: 6 * SAMPLE_RATE] for wave in waves]
    return found


@pytest.mark.voices
def test_two_voices_joined_in_a_note_are_noticed(
    encoder: Encoder, speech: dict[str, list[NDArray[np.float32]]]
) -> None:
    names = sorted(speech)
    pairs = zip(names, names[1:] + names[:1], strict=True)
    joined = [np.concatenate([speech[a][0][: 4 * SAMPLE_RATE], speech[b][1][: 2 * SAMPLE_RATE]]) for a, b in pairs]
    caught = sum(several(Waveform(note), encoder.embed) for note in joined)
    assert caught >= 9, f"{caught} of {len(joined)}"


@pytest.mark.voices
def test_one_voice_is_not_taken_for_two(encoder: Encoder, speech: dict[str, list[NDArray[np.float32]]]) -> None:
    notes = [note for two in speech.values() for note in two]
    assert not [note for note in notes if several(Waveform(note), encoder.embed)]


def test_a_short_note_is_not_even_embedded() -> None:
    def embed(_: object) -> NDArray[np.float32]:
        raise AssertionError("embedded")

    assert not several(Waveform(np.zeros(int(2.9 * SAMPLE_RATE), np.float32)), embed)


def test_windows_without_an_embedding_are_passed_over() -> None:
    def embed(windows: object) -> NDArray[np.float32]:
        return np.array([[1, 0], [np.nan, np.nan], [1, 0], [0, 1]], np.float32)

    assert several(Waveform(np.zeros(6 * SAMPLE_RATE, np.float32)), embed)
