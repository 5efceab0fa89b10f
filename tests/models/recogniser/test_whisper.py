"""Whisper reads what the shipped voices say in English, and tells how likely other numbers are."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.rates import speed
from models.recogniser.mel import RATE
from models.recogniser.reading import TAIL, Recogniser, Samples
from sandbox.saying import DIGITS, saying
from tests.end_to_end.product import synthetic
from worker.audio.decode import decode


def note(voice: str, digits: str, number: int = 4) -> Samples:
    return decode(saying(voice, digits, number)).samples


def digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


@pytest.mark.parametrize(("voice", "said"), [("zac", "4712"), ("shelby", "3518"), ("Gene2", "2740")])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_digits_after_a_sentence_are_read(whisper: Recogniser, voice: str, said: str, language: str) -> None:
    assert digits(whisper.read(note(voice, said), language).text).endswith(said)


def test_a_text_of_many_words_is_read_to_its_end(whisper: Recogniser) -> None:
    pieces = []
    for digit in "471235908264":
        samples = decode((DIGITS / "shelby" / f"{digit}.ogg").read_bytes()).samples
        loud = np.flatnonzero(np.abs(samples) > 0.02)
        pieces += [samples[loud[0] : loud[-1]], np.zeros(200, np.float32)]
    quick = speed(np.concatenate(pieces), 1.12)
    assert len(quick) < TAIL * RATE
    assert digits(whisper.read(quick, "en").text) == "471235908264", "a text is cut off half way"


def test_what_was_said_is_likelier_than_what_was_not(whisper: Recogniser) -> None:
    reading = whisper.read(note("zac", "4712"), "en")
    start = reading.text.index("4")
    right, alike, other = reading.likelihoods(start, ["4, 7, 1, 2", "4, 7, 1, 3", "9, 0, 5, 8"])
    assert right > -4
    assert right - 5 > alike > other


def test_the_same_note_is_read_the_same_and_how_loud_it_is_does_not_matter(whisper: Recogniser) -> None:
    samples = note("shelby", "3518")
    text = whisper.read(samples, "en").text
    assert whisper.read(samples, "en").text == text
    assert digits(whisper.read(samples * np.float32(0.02), "en").text) == digits(text)


def test_silence_and_a_note_of_a_moment_are_no_trouble(whisper: Recogniser) -> None:
    for samples in (np.zeros(48_000, np.float32), np.zeros(0, np.float32), note("zac", "4")[-1600:]):
        reading = whisper.read(samples, "ru")
        (expected,) = reading.likelihoods(len(reading.text), [" 4, 7, 1, 2"])
        assert -200 < expected < -6


def test_a_sentence_without_digits_has_none(whisper: Recogniser) -> None:
    reading = whisper.read(decode(synthetic("zac", 1)).samples, "ru")
    assert len(digits(reading.text)) < 4
    assert reading.likelihoods(len(reading.text), [" 4, 7, 1, 2"])[0] < -8
