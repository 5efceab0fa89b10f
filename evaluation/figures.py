"""What an outcome comes to: each figure with the interval in which other speakers would probably have put it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation import metrics
from evaluation.bootstrap import interval
from evaluation.experiment import Outcome
from evaluation.trials import Trials
from rollcall.domain.operating import Operating

Scores = NDArray[np.floating]
_BOOTSTRAP_DRAWS = 100


@dataclass(frozen=True)
class Figure:
    """A value and its 95 % bootstrap interval over speakers; no interval where only strangers or counts matter."""

    value: float
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, float | None]:
        """For the report file."""
        return {"value": self.value, "low": self.low, "high": self.high}


def figures(outcome: Outcome, point: Operating | None, seed: int = 0) -> dict[str, Figure]:
    """Every figure by its name in the report file; those at the shipped cuts only where there are cuts."""
    trials = outcome.trials

    def over_speakers(statistic: Callable[[Scores, Scores], float], on: Trials = trials) -> Figure:
        low, high = interval(statistic, on, draws=_BOOTSTRAP_DRAWS, seed=seed)
        return Figure(statistic(on.target, on.nontarget), low, high)

    found = {
        "eer": over_speakers(metrics.eer),
        "min_dcf_0.01": over_speakers(metrics.min_dcf),
        "frr_at_far_1%": over_speakers(lambda same, other: metrics.frr_at_far(same, other, 0.01)),
        "frr_at_far_0.1%": over_speakers(lambda same, other: metrics.frr_at_far(same, other, 0.001)),
        "best_f_measure": over_speakers(lambda same, other: metrics.best_f_measure(same, other)[0]),
        "min_cllr": over_speakers(metrics.min_cllr),
        "identification_accuracy": Figure(float(outcome.member_right.mean())),
    }
    if len(outcome.stranger_best):
        dir_at_1 = metrics.open_set(outcome.member_best, outcome.member_right, outcome.stranger_best, 0.01)
        found["dir_at_fpir_1%"] = Figure(dir_at_1)
    if point is not None:
        found |= _at_the_cuts(outcome, point, over_speakers)
    return found


def _at_the_cuts(outcome: Outcome, point: Operating, over_speakers: Callable[..., Figure]) -> dict[str, Figure]:
    trials, cut = outcome.trials, point.accept

    def decided(true: NDArray[np.bool_], false: NDArray[np.bool_]) -> Trials:
        return Trials(true.astype(float), trials.target_speaker, false.astype(float), trials.nontarget_speaker)

    judged = decided(outcome.accepted, outcome.falsely_accepted)
    doubted = decided(outcome.unsure, outcome.falsely_accepted)
    llr = Trials(point.llr(trials.target), trials.target_speaker, point.llr(trials.nontarget), trials.nontarget_speaker)
    found = {
        "accepted": over_speakers(lambda same, _: float(same.mean()), judged),
        "unsure": over_speakers(lambda same, _: float(same.mean()), doubted),
        "false_accepts": over_speakers(lambda _, other: float(other.mean()), judged),
        "true_positive_rate": over_speakers(lambda same, _: metrics.true_positive_rate(same, cut)),
        "f_measure": over_speakers(lambda same, other: metrics.f_measure(same, other, cut)),
        "accuracy": over_speakers(lambda same, other: metrics.accuracy(same, other, cut)),
        "cllr": over_speakers(metrics.cllr, llr),
        "calibration_error": Figure(metrics.calibration_error(*posteriors(outcome, point))),
    }
    for name, outside in (("false_accepts_of_classmates", False), ("false_accepts_of_strangers", True)):
        of_these = outcome.falsely_accepted[outcome.outsider == outside]
        if len(of_these):
            found[name] = Figure(float(of_these.mean()))
    if len(outcome.stranger_best):
        found["fpir"] = Figure(metrics.fpir_at(outcome.stranger_best, cut))
    return found


def posteriors(outcome: Outcome, point: Operating) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What the product would have said of each trial, and what was so: float [n], bool [n].

    The stated prior is even odds, so true and false claims must weigh the same: the rarer are repeated.
    """
    same, other = outcome.trials.target, outcome.trials.nontarget
    size = max(len(same), len(other))
    scores = np.concatenate([np.resize(same, size), np.resize(other, size)])
    posterior = 0.5 * (1 + np.tanh(point.llr(scores) / 2))
    return np.asarray(posterior, np.float64), np.arange(2 * size) < size
