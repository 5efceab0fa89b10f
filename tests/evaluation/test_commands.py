"""``rollcall evaluate``, ``identify`` and ``verify`` on synthetic voices, and evaluate on the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from evaluation.evaluate import main, measure
from evaluation.experiment import Plan
from evaluation.identify import identify, verify
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongUse

SMALL = Plan(enrol=3, draws=1)


def _evaluate(settings: Settings, people: Path, out: Path, models: list[str], **options: Any) -> int:
    given = {"strangers": None, "degrade": "", "as_json": False, "out": out} | options
    return main(settings, people, models, SMALL, **given)


def test_evaluate_writes_a_report_a_table_and_pictures(
    settings: Settings, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert _evaluate(settings, people, out, ["dummy", "mfcc", "gmm"], degrade="noise:20,short:2") == 0
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert {(row["system"], row["condition"]) for row in report["rows"]} == {
        (system, condition)
        for system in ("dummy", "mfcc, cosine", "mfcc, Euclidean", "gmm-ubm")
        for condition in ("clean", "noise:20", "short:2")
    }
    first = report["rows"][0]
    assert first["trials"] == {"target": 8, "nontarget": 24, "of_strangers": 0}
    assert set(first["figures"]) >= {"eer", "min_dcf_0.01", "frr_at_far_1%", "frr_at_far_0.1%", "cllr", "min_cllr",
                                     "accuracy", "f_measure", "true_positive_rate", "calibration_error"}  # fmt: skip
    assert first["figures"]["eer"]["low"] <= first["figures"]["eer"]["value"] <= first["figures"]["eer"]["high"]
    assert (out / "report.md").read_text(encoding="utf-8").count("\n") == 14
    for picture in ("det", "scores", "reliability", "confusion"):
        with Image.open(out / f"{picture}.png") as drawn:
            assert drawn.width == 1080
    assert "gmm-ubm" in capsys.readouterr().out


def test_evaluate_as_json_prints_nothing_else(
    settings: Settings, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _evaluate(settings, people, tmp_path / "out", ["mfcc"], as_json=True) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["measured_on"]["speakers"] == {"Gene2": 5, "klatt2": 5, "shelby": 5, "zac": 5}


def test_a_second_run_finds_the_embeddings_of_the_first(
    settings: Settings, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> list[float]:
        measured = measure(settings, people, ["dummy"], SMALL, strangers=None, degrade="", say=Console(quiet=True))
        return [float(score) for score in measured.rows[0].outcome.trials.target]

    first = run()

    def embed(*_: object) -> None:
        raise AssertionError("embedded again")

    monkeypatch.setattr("models.dummy.encoder.Dummy.embed", embed)
    assert run() == first


def test_a_file_that_is_no_sound_is_left_out_and_named(
    settings: Settings, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (people / "zac" / "broken.ogg").write_bytes(b"OggS but no more")
    assert _evaluate(settings, people, tmp_path / "out", ["mfcc"]) == 0
    said = capsys.readouterr().err
    assert "left out" in said
    assert "broken.ogg" in said


def test_people_with_too_few_recordings_are_strangers_and_one_speaker_alone_is_too_few(
    settings: Settings, people: Path
) -> None:
    for note in sorted((people / "zac").iterdir())[2:]:
        note.unlink()
    quiet = Console(quiet=True)
    measured = measure(settings, people, ["dummy"], SMALL, strangers=None, degrade="", say=quiet)
    assert measured.facts["strangers"] == 1
    assert measured.rows[0].outcome.outsider.sum() == 2 * 3
    with pytest.raises(WrongUse, match="--enrol 5"):
        measure(settings, people, ["dummy"], Plan(enrol=5), strangers=None, degrade="", say=quiet)


def test_unknown_models_and_degradations_are_named_with_those_that_exist(settings: Settings, people: Path) -> None:
    quiet = Console(quiet=True)
    with pytest.raises(WrongUse, match="campplus, ecapa, rescnn, mfcc, gmm"):
        measure(settings, people, ["resnet"], SMALL, strangers=None, degrade="", say=quiet)
    with pytest.raises(WrongUse, match="babble"):
        measure(settings, people, ["dummy"], SMALL, strangers=None, degrade="rain:3", say=quiet)


def test_a_model_whose_weights_are_not_here_is_left_out_with_the_reason(settings: Settings, people: Path) -> None:
    quiet = Console(quiet=True)
    measured = measure(settings, people, ["rescnn", "mfcc"], SMALL, strangers=None, degrade="", say=quiet)
    assert "rollcall models import" in measured.absent["rescnn"]
    with pytest.raises(Unavailable, match="rollcall models import"):
        measure(settings, people, ["rescnn"], SMALL, strangers=None, degrade="", say=quiet)


def _test_note(people: Path, speaker: str) -> Path:
    """A note taken out of the gallery."""
    return (people / speaker / "05.ogg").rename(people.parent / f"{speaker}.ogg")


def test_identify_names_who_speaks_in_each_file(
    settings: Settings, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [_test_note(people, speaker) for speaker in ("Gene2", "shelby")]
    assert identify(settings, files, people, as_json=True) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [(answer["person"], answer["verdict"]) for answer in answers] == [
        ("Gene2", "accepted"),
        ("shelby", "accepted"),
    ]
    assert all(50 <= answer["percent"] <= 99 for answer in answers)
    assert identify(settings, [files[0], people / "nothing.ogg"], people, as_json=False) == 1
    said = capsys.readouterr()
    assert "Gene2.ogg: Gene2 — 9" in said.out
    assert "nothing.ogg" in said.err


def test_verify_accepts_the_owner_alone(settings: Settings, people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = _test_note(people, "Gene2")
    assert verify(settings, note, "Gene2", people, as_json=False) == 0
    assert verify(settings, note, "shelby", people, as_json=False) == 1
    assert "not shelby: Gene2 sounds closer" in capsys.readouterr().out
    with pytest.raises(WrongUse, match="Gene2, klatt2, shelby, zac"):
        verify(settings, note, "Boris", people, as_json=False)


@pytest.mark.voices
def test_with_three_notes_of_real_voices_nobody_is_mixed_up(
    settings: Settings, voices: Path, real_weights: Path
) -> None:
    settings = settings.model_copy(update={"models_dir": real_weights.parent})
    measured = measure(
        settings, voices / "dev", ["campplus"], Plan(draws=5), strangers=None, degrade="", say=Console(quiet=True)
    )
    found = measured.rows[0].figures
    assert found["eer"].value == 0.0
    assert found["accepted"].value >= 0.99
    assert found["false_accepts"].value <= 0.001
    assert found["calibration_error"].value <= 0.03
    assert found["cllr"].value <= found["min_cllr"].value + 0.05
    assert np.trace(measured.rows[0].outcome.confusion) == measured.rows[0].outcome.confusion.sum()
