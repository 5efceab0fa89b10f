"""Two voices that take turns in a note, found whatever the turns' length, and one voice that is not taken for two."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.blends import in_turns
from models import registry
from models.encoder import Encoder, HearsTurns
from models.turns import agreement
from rollcall.config.settings import Settings
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut

RATE = 16_000
Floats = NDArray[np.float32]


def frames(seconds: float, turn: float, late: float = 0.0) -> Floats:
    """[4, n] at 50 frames a second: two voices, each heard for so long at a time."""
    count = round(seconds * 50)
    found = np.random.default_rng(0).standard_normal((4, count)) * 0.1
    voice = ((np.arange(count) / 50 + late) // turn).astype(int) % 2
    found[voice, np.arange(count)] += 1
    return found.astype(np.float32)


def means(statistics: Floats) -> Floats:
    return statistics[:, :4]


@pytest.mark.parametrize("turn", [0.2, 0.33, 0.5, 0.75, 1.0, 1.2])
@pytest.mark.parametrize("late", [0.0, 0.1, 0.37])
def test_turns_of_any_length_that_begin_at_any_time_are_found(turn: float, late: float) -> None:
    assert agreement(frames(8, turn, late), 50, means) < 0.75


def test_one_voice_agrees_with_itself() -> None:
    assert agreement(frames(8, turn=100), 50, means) > 0.95


@pytest.mark.parametrize("place", [0, 12, 26])
def test_turns_anywhere_in_a_long_note_are_found(place: int) -> None:
    note = frames(40, turn=100)
    note[:, place * 50 : (place + 10) * 50] = frames(10, 0.5)
    assert agreement(note, 50, means) < 0.9
    assert agreement(frames(40, turn=100), 50, means) > 0.95


def test_of_too_little_nothing_is_said() -> None:
    assert np.isnan(agreement(frames(1.5, 0.5), 50, means))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return registry.load("campplus", Settings(_env_file=None).models_dir, "cpu", threads=1)


@pytest.mark.voices
def test_real_voices_in_turns_agree_less_than_one_voice_does(encoder: Encoder, voices: Path) -> None:
    assert isinstance(encoder, HearsTurns)
    detector, speech = SpeechDetector(), []
    for folder in sorted((voices / "dev").iterdir()):
        longest = max(folder.glob("*.ogg"), key=lambda file: file.stat().st_size)
        wave = decode(longest.read_bytes())
        speech.append(cut(wave, detector.detect(wave)).samples[: 8 * RATE])
    alone = [encoder.turns(one) for one in speech]
    for turn in (0.25, 0.5, 1.0):
        pairs = zip(speech, speech[1:] + speech[:1], strict=True)
        assert max(encoder.turns(in_turns(turn)(one, other)) for one, other in pairs) < min(alone), turn
    assert np.isnan(encoder.turns(np.zeros(8 * RATE, np.float32)))
