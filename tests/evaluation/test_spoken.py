"""Cuts for spoken numbers are fitted so that honest people pass and other numbers do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.spoken import Trial, at_most, fitted, heard, random_rate, table
from evaluation.spoken_voices import _parted, people
from rollcall.domain.spoken import Cuts, Evidence
from worker.audio.waveform import SAMPLE_RATE


def trial(kind: str, lead: float, likely: float = -5.0, *, said: bool = False) -> Trial:
    return Trial("somebody", 0, "clean", kind, Evidence(said, likely, likely - lead, 4))


RIGHT = [trial("right", 0.0, said=True), trial("right", -1.0), trial("right", -3.0), trial("right", -7.0)]


def test_the_cuts_take_in_what_is_right_as_far_as_others_stay_out() -> None:
    others = [trial("other", -4.2)] + [trial("other", -20.0)] * 99 + [trial("one off", -8.0)]
    cuts = fitted([*RIGHT, *others, trial("none", -20.0, -20.0)])
    assert 3.0 <= cuts.within < 4.2
    assert heard(RIGHT, cuts, "right") == 0.75
    assert heard(others, cuts, "other") == 0


def test_a_number_that_is_one_off_weighs_as_often_as_it_comes() -> None:
    near = [trial("one off", 0.0)] * 5 + [trial("one off", -20.0)] * 5 + [trial("other", -20.0)]
    assert random_rate(near, Cuts(1.0, -10.0, 5.0)) == pytest.approx(0.5 * 30 / 7289)


def test_the_table_has_a_line_for_every_voice_and_every_wrong_number() -> None:
    lines = list(table([*RIGHT, trial("other", -20.0)], Cuts(4.0, -10.0, 5.0)))
    assert "| clean: somebody | 4 | 75.0% | 25.0% | 0.0% | 0.0% |" in lines
    assert any(line.startswith("| clean: other | 1 | 0.00%") for line in lines)
    assert "| all: other | 1 | 0, 95.00% at most | | | |" in lines


def test_what_never_happened_is_at_most_three_in_the_number_of_tries() -> None:
    assert at_most(0, 3000) == pytest.approx(3 / 3000, rel=0.01)
    assert at_most(1, 4742) == pytest.approx(0.001, rel=0.01)
    assert at_most(5, 5) == 1


def test_digits_are_cut_where_it_is_quiet() -> None:
    rng = np.random.default_rng(1)
    loud, quiet = rng.normal(0, 0.1, SAMPLE_RATE // 4), np.zeros(SAMPLE_RATE // 5)
    samples = np.concatenate([quiet, *[part for _ in range(3) for part in (loud, quiet)]]).astype(np.float32)
    pieces = _parted(samples, 3)
    assert [len(piece) // (SAMPLE_RATE // 100) for piece in pieces] == [33, 33, 33]
    assert _parted(samples, 4) == []


def test_a_take_that_is_quiet_for_long_is_not_parted_there() -> None:
    rng = np.random.default_rng(1)
    loud, hiss = rng.normal(0, 0.1, SAMPLE_RATE // 4), rng.normal(0, 5e-4, SAMPLE_RATE // 2)
    quiet = np.zeros(SAMPLE_RATE // 5)
    samples = np.concatenate([quiet, loud, hiss, loud, quiet, loud, hiss, quiet]).astype(np.float32)
    pieces = _parted(samples, 2)
    assert [len(piece) // (SAMPLE_RATE // 100) for piece in pieces] == [108, 83]


@pytest.mark.voices
def test_no_digit_of_the_people_is_cut_off(voices: Path) -> None:
    found = people(voices / "digits")
    shortest = min(len(take) for person in found for takes in person.takes.values() for take in takes)
    assert shortest > 0.2 * SAMPLE_RATE, "at a higher line some have a tenth of a second"


@pytest.mark.voices
def test_the_people_say_all_ten_digits(voices: Path) -> None:
    found = people(voices / "digits")
    assert len(found) == 6
    assert {len(takes) for person in found for takes in person.takes.values()} == {8}
    assert len(found[0].say("4712", np.random.default_rng(1))) > 1.5 * SAMPLE_RATE
