"""Moods: who enrols with what, and how a note is compared with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from evaluation import moods
from evaluation.moods import WAYS, halves, tried
from rollcall.config.settings import Settings
from rollcall.domain.operating import Operating

POINT = Operating(accept=0.55, unsure=0.3, lead=0.0, slope=10.0, offset=-4.0, cohort_mean=np.zeros(3, np.float32))
CALM, LOUD, STRANGE = np.eye(3, dtype=np.float32)


def test_the_best_of_three_knows_a_voice_that_one_of_them_has_and_their_mean_hides() -> None:
    prints = {"anna": [CALM, CALM, LOUD], "boris": [STRANGE, STRANGE, STRANGE]}
    tests = {"anna": [LOUD], "boris": [STRANGE]}
    mean = tried(prints, tests, WAYS["one mean"], POINT)
    best = tried(prints, tests, WAYS["the best of three"], POINT)
    assert mean.own[0] < best.own[0]
    assert (len(mean.own), len(mean.other)) == (2, 2)


def test_nobody_gives_the_cut_that_they_are_judged_by() -> None:
    fitting, shown = halves([f"s{number}" for number in range(9)])
    assert not fitting & shown
    assert len(fitting | shown) == 9


def test_made_moods_and_labelled_ones_give_a_table(
    people: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_MODELS_DIR", str(settings.models_dir))
    made = CliRunner().invoke(moods.app, [str(people), "--model", "dummy", "--moods", "tempo:1.2,effort:6"])
    assert made.exit_code == 0, made.output
    assert "the third effort:6" in made.output
    labelled = tmp_path / "labelled"
    for own in people.iterdir():
        for number, note in enumerate(sorted(own.iterdir())):
            place = labelled / own.name / ("angry" if number == 4 else "neutral")
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(note, place)
    words = [str(labelled), "--model", "dummy", "--calm", "neutral", "--lively", "angry"]
    given = CliRunner().invoke(moods.app, words)
    assert given.exit_code == 0, given.output
    assert "the third angry" in given.output
    missing = CliRunner().invoke(moods.app, [*words[:-1], "merry"])
    assert "no merry among the moods" in str(missing.exception)
