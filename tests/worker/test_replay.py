"""Copies of a recording are known again; honest repetitions are not taken for copies."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from evaluation.degrade import gain, opus
from rollcall.fingerprint import SAME_RECORDING_BELOW, bit_error_rate, same_recording
from worker.decode import decode
from worker.fingerprint import fingerprint
from worker.waveform import SAMPLE_RATE, Waveform

_HALF_A_SECOND = SAMPLE_RATE // 2
_BIT_RATES = (12, 16, 24, 32, 48)


def _sound(seconds: float, seed: int) -> Waveform:
    noise = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    return Waveform((noise / 10).astype(np.float32))


@pytest.fixture(scope="module")
def recordings(voices: Path) -> dict[str, list[Waveform]]:
    """Everything that dev and digits hold, by speaker, and a hundred of the cohort; at most six seconds each."""
    files = [*voices.glob("dev/*/*.ogg"), *voices.glob("digits/*/*.ogg"), *sorted(voices.glob("cohort/*/*.ogg"))[:100]]
    found: dict[str, list[Waveform]] = {}
    for file in sorted(files):
        found.setdefault(file.parent.name, []).append(Waveform(decode(file.read_bytes()).samples[: 6 * SAMPLE_RATE]))
    return found


@pytest.mark.voices
def test_of_200_copies_re_encoded_trimmed_and_at_another_volume_99_in_100_are_known_again(
    recordings: dict[str, list[Waveform]],
) -> None:
    everyone = [waveform for own in recordings.values() for waveform in own]
    known = [fingerprint(waveform) for waveform in everyone]
    rng = np.random.default_rng(3)
    caught = 0
    for number, place in enumerate(rng.permutation(len(everyone))[:200]):
        samples = everyone[place].samples
        trimmed = samples[_HALF_A_SECOND:] if number % 2 else samples[:-_HALF_A_SECOND]
        louder = gain(trimmed, 6.0 if number // 2 % 2 else -6.0)
        copy = fingerprint(Waveform(opus(louder, _BIT_RATES[number % len(_BIT_RATES)])))
        # Among all recordings, as in a class: finding the copy, and none but it, is the task.
        caught += same_recording(copy, known) == place
    assert caught >= 198


@pytest.mark.voices
def test_of_500_pairs_by_one_speaker_none_is_taken_for_the_same_recording(
    recordings: dict[str, list[Waveform]],
) -> None:
    pairs, refused = 0, []
    for speaker, own in recordings.items():
        prints = [fingerprint(waveform) for waveform in own]
        for one, other in combinations(range(len(prints)), 2):
            pairs += 1
            if same_recording(prints[one], [prints[other]]) is not None:
                refused.append((speaker, one, other))
    assert pairs >= 500
    assert not refused


def test_the_search_through_many_finds_what_a_comparison_one_by_one_finds() -> None:
    rng = np.random.default_rng(5)
    known = [fingerprint(_sound(1.0 + 0.3 * number, seed=number)) for number in range(30)]
    for number in rng.permutation(30):
        noisy = bytes(byte ^ (1 << int(rng.integers(8)) if rng.random() < 0.9 else 0) for byte in known[number])
        one_by_one = [place for place in range(30) if bit_error_rate(noisy, known[place]) < SAME_RECORDING_BELOW]
        assert one_by_one == [number]
        assert same_recording(noisy, known) == number


def test_a_copy_of_the_middle_of_a_long_recording_is_found_and_so_is_the_whole_by_its_part() -> None:
    whole = _sound(12.0, seed=1)
    part = Waveform(whole.samples[4 * SAMPLE_RATE : 7 * SAMPLE_RATE])
    prints = [fingerprint(_sound(6.0, seed=2)), fingerprint(whole)]
    assert same_recording(fingerprint(part), prints) == 1
    assert same_recording(fingerprint(whole), [prints[0], fingerprint(part)]) == 1


def test_nothing_is_a_copy_of_what_is_too_short_for_a_fingerprint() -> None:
    assert same_recording(b"", [b"", fingerprint(_sound(3.0, seed=1))]) is None
    assert same_recording(fingerprint(_sound(3.0, seed=1)), [b""]) is None
    assert same_recording(fingerprint(_sound(3.0, seed=1)), []) is None
