"""The benchmark's own arithmetic and its contestants' processes; no times are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.picture import draw
from bench.race import Racer, Standing, ratios
from bench.report import Results, machine, markdown, save
from bench.service import Service
from bench.stages import Stages

NOTE = Path(__file__).parents[2] / "sandbox" / "voices" / "zac" / "01.ogg"


def _results() -> Results:
    standings = [
        Standing("campplus", alone=[50.0, 52.0], pair=[40.0, 30.0], start=[1.0], megabytes=150.0),
        Standing("campplus-int8", alone=[30.0, 30.0], pair=[60.0, 60.0], start=[1.0], megabytes=150.0),
        Standing("a", alone=[400.0, 500.0], pair=[5.0, 5.0], start=[9.0], megabytes=800.0),
    ]
    stages = Stages({"decode": 6.0}, {"decode": {"pydub": 60.0}}, {1: 10.0}, {10: (0.1, 0.01)}, 90.0, 0.75)
    service = Service(4.0, [100.0, 120.0, 300.0], {"decode": 6.0, "answer": 20.0}, {0.5: [150.0, 160.0]})
    return Results(machine(), "a wheel's ffmpeg", "12 real notes", standings, ["Resemblyzer"], stages, service)


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    assert dict(ratios(_results().standings, "a")) == {"campplus": 7.0, "campplus-int8": 12.0, "a": 1.0}
    assert not dict(ratios(_results().standings, "b"))


def test_the_table_says_what_was_found_and_who_was_missing() -> None:
    told = markdown(_results())
    assert "| Rollcall, CAM++, ONNX Runtime | 51 | 35.0 | 7.00 | – | 1.0 | 150 |" in told
    assert "Not here: Resemblyzer." in told
    assert "pydub 60.0 (10.0 ×)" in told
    assert "Idle p50 is 4.0 × the bare note → embedding in eight bits, 2.4 × in single precision." in told


def test_results_are_kept_and_drawn(tmp_path: Path) -> None:
    save(_results(), tmp_path / "results.json")
    draw(_results(), tmp_path / "results.png")
    assert (tmp_path / "results.json").stat().st_size > 500
    assert (tmp_path / "results.png").read_bytes().startswith(b"\x89PNG")


def test_a_contestant_embeds_in_a_process_of_its_own(real_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_MODELS_DIR", str(real_weights.parent))
    racer = Racer("campplus", [NOTE])
    try:
        racer.go()
        assert racer.read() > 0
        assert racer.start > 0
        assert racer.megabytes > 10
    finally:
        racer.stop()


def test_a_contestant_that_cannot_run_here_is_told_apart() -> None:
    with pytest.raises(EOFError):
        Racer("nobody", [NOTE])
