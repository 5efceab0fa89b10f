"""The cuts for telephone notes, found on made-up embeddings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from evaluation import telephone
from evaluation.calibration import Notes, outcomes
from evaluation.experiment import Note, Outcome
from evaluation.systems import EncoderSystem
from models.dummy.encoder import Dummy
from rollcall.config.settings import Settings


def made_up(count: int, notes: int, seed: int) -> Notes:
    """People about one common voice, whose notes lie about them."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(64)

    def unit(row: np.ndarray) -> np.ndarray:
        return np.asarray(row / np.linalg.norm(row), np.float32)

    def own() -> list[Note]:
        voice = shared + rng.standard_normal(64)

        def spoken() -> np.ndarray:
            return unit(voice + 0.5 * rng.standard_normal(64))

        return [Note(spoken(), spoken(), 3.0) for _ in range(notes)]

    return {f"s{number}": own() for number in range(count)}


def test_the_cuts_are_counted_on_the_very_notes_that_they_are_fitted_on() -> None:
    conditions = {"phone": (made_up(30, 6, 1), made_up(40, 1, 2))}
    point = telephone.fit(Dummy(), conditions)

    def judged(accept: float) -> Outcome:
        system = EncoderSystem(Dummy(), replace(point, accept=accept))
        (found,) = outcomes(system, conditions, telephone.CLASS_SIZES, 0).values()
        return found

    found = judged(point.accept)
    assert np.mean(found.falsely_accepted) <= 0.001
    assert np.mean(judged(point.accept - 0.01).falsely_accepted) > 0.001
    assert np.mean(found.trials.target < point.unsure) == pytest.approx(0.01, abs=0.005)


def test_who_enrols_by_telephone_has_only_telephone_notes() -> None:
    people = made_up(2, 4, 3)
    assert all(note.clean is note.test for own in telephone.by_telephone(people).values() for note in own)
    there, back = people["s0"][0], telephone.turned(people)["s0"][0]
    assert (back.clean is there.test, back.test is there.clean) == (True, True)


def test_the_recipe_runs_from_folders_to_a_table(
    people: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_MODELS_DIR", str(settings.models_dir))
    monkeypatch.setenv("COLUMNS", "160")  # a narrow terminal folds the headings
    app = telephone.app
    words = [str(people), str(people), str(people), "--calls", str(people), "--model", "dummy", "--lines", "band"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "accept from" in done.output
    assert "false accepts %" in done.output
