"""What a training came to, as Deep Speaker's own trainings are told: figures, curves, and the trade-off of errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from evaluation import metrics, pictures
from evaluation.experiment import Outcome
from training.history import History

REPORT, TABLE, CURVES, DET = "report.json", "report.md", "curves.png", "det.png"
_HEADINGS = {
    "eer": "EER %",
    "f_measure": "F-measure",
    "true_positive_rate": "true positive rate",
    "accuracy": "accuracy",
    "min_dcf_0.01": "minDCF(0.01)",
}


def figures(outcome: Outcome) -> dict[str, float]:
    """Of all trials; F-measure at its best cut, and there the true positive rate and the accuracy."""
    target, nontarget = outcome.trials.target, outcome.trials.nontarget
    f_measure, cut = metrics.best_f_measure(target, nontarget)
    return {
        "eer": metrics.eer(target, nontarget),
        "f_measure": f_measure,
        "true_positive_rate": metrics.true_positive_rate(target, cut),
        "accuracy": metrics.accuracy(target, nontarget, cut),
        "min_dcf_0.01": metrics.min_dcf(target, nontarget),
    }


def write(folder: Path, history: History, looks: Mapping[str, Outcome], facts: Mapping[str, object]) -> str:
    """Figures as JSON and as a table, both pictures; the table.

    Args:
        looks: held-out people's trials by when they were made: before, and after each stage.
        facts: of the training.
    """
    measured = {when: figures(outcome) for when, outcome in looks.items()}
    stages = dict.fromkeys(each.stage for each in history.rounds)
    document = {"facts": dict(facts), "held_out": measured, "rounds": [vars(each) for each in history.rounds]}
    (folder / REPORT).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    table = _table(measured)
    (folder / TABLE).write_text(table, encoding="utf-8")
    pictures.training_curves(
        {
            stage: pictures.Curve(
                [each.step for each in history.of(stage)],
                [each.loss for each in history.of(stage)],
                [each.right for each in history.of(stage)],
                [each.eer for each in history.of(stage)],
            )
            for stage in stages
        },
        folder / CURVES,
    )
    curves = {
        when: metrics.det_points(outcome.trials.target, outcome.trials.nontarget) for when, outcome in looks.items()
    }
    pictures.det_curve(curves, folder / DET)
    return table


def _table(measured: Mapping[str, Mapping[str, float]]) -> str:
    lines = ["| held-out people | " + " | ".join(_HEADINGS.values()) + " |", "|---|" + "--:|" * len(_HEADINGS)]
    for when, found in measured.items():
        cells = [f"{100 * found['eer']:.2f}", *(f"{found[name]:.3f}" for name in list(_HEADINGS)[1:])]
        lines.append(f"| {when} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
