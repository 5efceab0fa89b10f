"""The cuts for telephone notes, found on made-up embeddings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from evaluation import metrics, telephone
from evaluation.calibration import Conditions, Notes, outcomes
from evaluation.experiment import Note, Outcome
from evaluation.recipes.fit import mean_of_people
from evaluation.systems import EncoderSystem
from models.dummy.encoder import Dummy
from rollcall.config.settings import Settings
from rollcall.domain.operating import Operating


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


def spread(side: Notes, seed: int) -> Notes:
    """The same people, their notes pulled apart along a few directions that say nothing of them."""
    rng = np.random.default_rng(seed)

    def pulled(row: np.ndarray) -> np.ndarray:
        far = row.copy()
        far[:6] += 0.25 * rng.standard_normal(6)
        return np.asarray(far / np.linalg.norm(far), np.float32)

    return {
        name: [replace(note, clean=pulled(note.clean), test=pulled(note.test)) for note in own]
        for name, own in side.items()
    }


def both_ways(people: Notes, strangers: Notes) -> Conditions:
    """By one line and as they are: of these made-up notes a telephone takes nothing."""
    return {"phone": (people, strangers), telephone.WIDE: (people, strangers)}


def test_the_cuts_are_counted_on_the_very_notes_that_they_are_fitted_on() -> None:
    conditions = both_ways(made_up(30, 6, 1), made_up(40, 1, 2))
    point = telephone.fit(Dummy(), conditions)

    def judged(accept: float) -> Outcome:
        system = EncoderSystem(Dummy(), replace(point, accept=accept))
        printed = telephone.with_second_prints(conditions, point)
        (found,) = outcomes(system, printed, telephone.CLASS_SIZES, 0).values()
        return found

    found = judged(point.accept)
    assert np.mean(found.falsely_accepted) <= 0.001
    assert np.mean(judged(point.accept - 0.01).falsely_accepted) > 0.001
    assert np.mean(found.trials.target < point.unsure) == pytest.approx(0.01, abs=0.005)


def test_the_whitening_of_some_people_tells_others_apart_whose_notes_differ_alike() -> None:
    learnt, through = telephone.seen_through(both_ways(spread(made_up(30, 6, 1), 5), spread(made_up(40, 1, 2), 6)))
    assert through.whitening is not None
    assert list(learnt) == ["phone"]
    assert np.allclose(through.whitening, through.whitening.T, atol=1e-6)
    others = spread(made_up(30, 6, 3), 7), spread(made_up(40, 1, 4), 8)

    def mixed(point: Operating) -> float:
        found = telephone.tried(EncoderSystem(Dummy(), point), *others).trials
        return metrics.eer(found.target, found.nontarget)

    assert mixed(through) < mixed(replace(through, whitening=None)) / 2


def test_the_shift_leads_both_hearings_of_an_enrolment_to_where_telephone_notes_lie() -> None:
    here, there, sent = ((made_up(20, 6, seed), made_up(30, 1, seed + 1)) for seed in (1, 3, 5))
    called = tuple(
        {
            name: [replace(note, test=one.test) for note, one in zip(own, far[name], strict=True)]
            for name, own in side.items()
        }
        for side, far in zip(there, sent, strict=True)
    )
    _, through = telephone.seen_through({"phone": (called[0], called[1]), telephone.WIDE: here})
    assert through.shift is not None
    assert through.cohort_mean is not None
    lying = mean_of_people([telephone.by_telephone(side) for side in sent])
    assert np.allclose(through.cohort_mean, lying, atol=1e-6)
    middle = (mean_of_people([*here]) + mean_of_people([*there]) + through.shift) / 2
    assert np.allclose(middle, lying, atol=1e-6)
    assert np.linalg.norm(through.shift) > 0.5


def test_what_is_kept_of_a_fit_is_what_its_scores_are_seen_through(tmp_path: Path) -> None:
    point = telephone.fit(Dummy(), both_ways(made_up(30, 6, 1), made_up(40, 1, 2)))
    telephone.keep(point, tmp_path / "narrow.npz")
    with np.load(tmp_path / "narrow.npz") as kept:
        for name in ("cohort_mean", "whitening", "shift"):
            assert np.allclose(kept[name], getattr(point, name), atol=2e-3), name


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
