"""A shipped voice says a number that was drawn a moment ago: in words, and in whistles for the dummy recogniser."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import registry
from models.recogniser.dummy import Dummy
from rollcall.domain.verdict import Purpose
from sandbox.numbered import STEADY
from sandbox.saying import saying
from sandbox.voices.make import NOTES
from tests.end_to_end.product import synthetic
from worker.audio.decode import decode
from worker.audio.quality import complaint, measure
from worker.audio.speech import SpeechDetector, cut


def heard(note: bytes) -> str:
    return Dummy().read(decode(note).samples, "en").text


@pytest.mark.parametrize("voice", NOTES)
def test_the_dummy_hears_what_every_voice_whistles_and_nothing_in_its_speech(voice: str) -> None:
    assert heard(saying(voice, "4712", whistled=True)) == "4 7 1 2"
    assert heard(saying(voice, "0986", 5, whistled=True)) == "0 9 8 6"
    assert heard(saying(voice, "3535", 6, whistled=True)) == "3 5 3 5"
    assert heard(saying(voice, "4712")) == ""
    assert [heard(synthetic(voice, number)) for number in range(1, 7)] == [""] * 6


@pytest.mark.parametrize("whistled", [False, True])
def test_what_they_say_is_fit_to_be_judged(whistled: bool) -> None:
    for voice in NOTES:
        waveform = decode(saying(voice, "8063", whistled=whistled))
        assert complaint(measure(waveform, SpeechDetector().detect(waveform)), Purpose.ENROL) is None, voice


def test_every_digit_sounds_unlike_the_others() -> None:
    notes = {saying("zac", str(digit)) for digit in range(10)}
    assert len(notes) == 10


def test_a_steady_voices_number_never_passes_for_two_peoples(real_weights: Path) -> None:
    encoder, detector = registry.load("campplus", real_weights.parent, "cpu", threads=1), SpeechDetector()
    # Each digit in each place, beside near ones and far ones, each sentence that may be left by then.
    numbers = [
        "".join(str((start + step * place) % 10) for place in range(4)) for step in (3, 7) for start in range(10)
    ]
    for voice in STEADY:
        notes = [decode(saying(voice, number, 4 + place % 3)) for place, number in enumerate(numbers)]
        _, coherence = encoder.hear([cut(note, detector.detect(note)).samples for note in notes])
        assert min(coherence) > encoder.one_voice_from + 0.1, voice
