"""Trials of made-up voices whose scores are known beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.calibration import fitted
from evaluation.experiment import Note, Outcome, Plan, run
from evaluation.figures import figures
from evaluation.systems import Represented
from evaluation.trials import Trials
from rollcall.domain.operating import Operating
from rollcall.domain.voiceprint import centroid

POINT = Operating(slope=20.0, offset=-8.0, lead=0.05, accept=0.75, unsure=0.4)


class _Directions:
    """Voices are directions; scores are plain cosines."""

    name = "directions"
    fingerprint = ""

    def __init__(self, point: Operating | None = POINT) -> None:
        self.point = point

    def represent(self, samples: NDArray[np.float32]) -> Represented:
        return samples

    def learn(self, background: Sequence[Represented]) -> None:
        pass

    def score(self, enrolled: Sequence[Sequence[Represented]], tests: Sequence[Represented]) -> NDArray[np.float64]:
        return (np.stack(tests) @ np.stack([centroid(notes) for notes in enrolled]).T).astype(np.float64)


def _note(*direction: float, seconds: float = 4.0, clean: Sequence[float] | None = None) -> Note:
    def unit(values: Sequence[float]) -> Represented:
        vector = np.array(values, np.float32)
        return np.asarray(vector / np.linalg.norm(vector))

    return Note(unit(clean or direction), unit(direction), seconds)


ANNA = [_note(1, 0, 0)] * 5
BORIS = [_note(0, 1, 0)] * 4
STRANGER = [_note(0, 0, 1)]


def test_every_note_that_did_not_enrol_claims_to_be_everybody() -> None:
    outcome = run(_Directions(), {"Anna": ANNA, "Boris": BORIS}, {"Vera": STRANGER}, Plan(enrol=3, draws=2))
    # In each draw: two notes of Anna's, one of Boris's and the stranger's, against two people.
    assert outcome.trials.target.tolist() == [1, 1, 1] * 2
    assert outcome.trials.nontarget.tolist() == [0] * 10
    assert outcome.outsider.sum() == 4
    assert outcome.accepted.all()
    assert not outcome.falsely_accepted.any()
    assert outcome.confusion.tolist() == [[4, 0], [0, 2]]


def test_enrolment_is_clean_and_tests_are_as_spoilt() -> None:
    spoilt = [_note(0.8, 0.6, 0, clean=(1, 0, 0))] * 4
    outcome = run(_Directions(), {"Anna": spoilt, "Boris": BORIS}, {}, Plan(enrol=3, draws=1))
    assert outcome.trials.target == pytest.approx([0.8, 1.0])


def test_a_class_of_two_leaves_the_third_speaker_a_stranger() -> None:
    speakers = {"Anna": ANNA, "Boris": BORIS, "Vera": [_note(0, 0, 1)] * 4}
    outcome = run(_Directions(), speakers, {}, Plan(enrol=3, draws=6, class_size=2))
    assert len(outcome.stranger_best) > 0
    assert outcome.outsider.sum() == 2 * len(outcome.stranger_best)


def test_notes_with_too_little_speech_and_notes_that_are_nothing_are_left_out() -> None:
    nothing = Note(ANNA[0].clean, np.full(3, np.nan, np.float32), 4.0)
    speakers = {"Anna": [*ANNA[:4], _note(1, 0, 0, seconds=1.0), nothing], "Boris": BORIS}
    outcome = run(_Directions(), speakers, {}, Plan(enrol=3, draws=1, minimum_speech=2.0))
    assert len(outcome.trials.target) == 2


def test_a_short_note_must_score_more_and_a_middling_one_is_asked_for_again() -> None:
    middling = [*ANNA[:3], _note(0.77, 0.0, 0.638, seconds=1.5), _note(0.77, 0.0, 0.638, seconds=3.0)]
    outcome = run(_Directions(), {"Anna": middling, "Boris": BORIS}, {}, Plan(enrol=3, draws=1))
    assert outcome.accepted.tolist() == [False, True, True]
    assert outcome.unsure.tolist() == [True, False, False]


def test_a_system_without_cuts_has_no_figures_at_them() -> None:
    outcome = run(_Directions(None), {"Anna": ANNA, "Boris": BORIS}, {"Vera": STRANGER}, Plan(draws=1))
    found = figures(outcome, None)
    assert found["eer"].value == 0.0
    assert "accepted" not in found
    assert found["dir_at_fpir_1%"].value == 1.0


def test_figures_at_the_cuts_count_what_was_decided() -> None:
    speakers = {"Anna": [*ANNA, _note(0, 1, 0)], "Boris": BORIS}
    found = figures(run(_Directions(), speakers, {"Vera": STRANGER}, Plan(draws=1)), POINT)
    assert found["accepted"].value == pytest.approx(3 / 4)
    assert found["identification_accuracy"].value == pytest.approx(3 / 4)
    # Anna's odd note passes as Boris: one of six false claims.
    assert found["false_accepts"].value == pytest.approx(1 / 6)
    assert found["false_accepts_of_strangers"].value == 0.0


def test_a_line_fitted_to_normal_scores_is_the_one_that_theory_gives() -> None:
    # Equal variances: LLR = (m1 - m0) / s² * x - (m1² - m0²) / 2 s².
    rng = np.random.default_rng(0)
    same, other = rng.normal(0.7, 0.1, 40_000), rng.normal(0.1, 0.1, 400_000)
    trials = Trials(same, np.zeros(len(same), int), other, np.zeros(len(other), int))
    nothing = np.zeros(0, bool)
    outcome = Outcome(trials, nothing, same, nothing, other, np.zeros((1, 1), int), nothing, nothing, nothing)
    slope, offset = fitted([outcome], prior=0.5)
    assert slope == pytest.approx(60, rel=0.05)
    assert offset == pytest.approx(-24, rel=0.05)
