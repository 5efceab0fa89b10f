"""A small school checks in at once: through the real product, with Telegram's limits enforced."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.load.account import Books, account, offences, overtaken
from bench.load.cast import Cast
from bench.load.crowd import Note, Telltale
from bench.load.picture import draw
from bench.load.report import markdown, save
from bench.load.run import Plan, run
from bench.load.school import Student
from bench.load.watch import Sample
from rollcall.config.settings import Settings
from rollcall.sealing.seal import Keyring
from sandbox.errors import ApiError
from worker.audio.decode import decode


@pytest.mark.timeout(300)
async def test_a_small_school_loses_nobody(tmp_path: Path) -> None:
    told: list[str] = []
    wanted = Plan(students=60, classes=10, seconds=6.0, encoder="dummy", workers=1, postgres=None, seed=1, settle=0.5)
    found = await run(wanted, lambda progress: told.append(str(progress)))

    assert offences(found.account) == []
    assert found.account.notes == found.account.answered == found.account.books.recorded == 60
    assert found.account.answered_twice == 0
    assert found.account.waits["p50"] > 0
    assert found.account.order > 0.5, "first come is about first served"
    assert found.account.most_in_a_second <= 30
    assert {"bot", "valkey", "worker 1"} <= set(found.samples[-1].memory)
    assert max(sample.waiting for sample in found.samples) > 0
    assert "10 lessons are open" in told

    draw(found.samples, "60 students", "a test", tmp_path / "load.png")
    save(found.setting, found.account, found.samples, tmp_path / "load.json")
    assert (tmp_path / "load.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "load.json").read_text())["account"]["answered"] == 60
    assert "| sent, answered, answered twice | 60, 60, 0 |" in markdown(
        found.setting, found.account, found.samples, found.busy
    )


def test_copies_of_a_recording_are_different_files_of_the_same_sound(keyring: Keyring) -> None:
    cast = Cast(Settings(speaker_model="dummy", _env_file=None), keyring)
    cast.assemble(2, lambda _: None)
    recording = cast.voices[0].check_in
    one, other = recording.copy(1), recording.copy(2)
    assert one != other
    assert np.array_equal(decode(one).samples, decode(other).samples)
    assert np.array_equal(decode(one).samples, decode(recording.data).samples)


def _note(number: int, *answers: float) -> Note:
    return Note(Student(number, f"Student {number}", 0, None), float(number), answers=list(answers))  # type: ignore[arg-type]


def test_what_is_lost_or_doubled_is_told() -> None:
    notes = [_note(0, 1.0), _note(1, 2.0, 2.5), _note(2)]
    books = Books(recorded=1, verdicts={"accepted": 2, "pending": 1}, pending=1, owed=0, dead=0)
    found = account(notes, books, Telltale(), edits=0)
    assert offences(found) == [
        "1 notes without an answer",
        "1 notes answered twice",
        "1 accepted notes without a mark",
        "1 notes still pending",
    ]


def test_a_note_is_overtaken_by_later_ones_that_are_answered_before() -> None:
    assert overtaken(np.array([1.0, 5.0, 2.0, 3.0, 6.0])).tolist() == [0, 2, 0, 0, 0]


def test_promises_are_held_against_what_it_took() -> None:
    notes = [_note(0, 40.0), _note(1, 50.0)]
    notes[0].promised = (40.0, 10.0)
    books = Books(recorded=2, verdicts={"accepted": 2}, pending=0, owed=0, dead=0)
    found = account(notes, books, Telltale(), edits=0)
    assert found.told == 1
    assert found.told_ratio == pytest.approx(30 / 40)
    assert found.told_off_by[0] == pytest.approx(10)


def test_the_fullest_second_is_found_and_refusals_are_counted() -> None:
    limits = Telltale()
    for chat in range(30):
        limits.spend(chat)
    with pytest.raises(ApiError):
        limits.spend(31)
    assert limits.refused == 1
    assert limits.most_in_a_second == 30


def test_a_rate_of_the_picture_needs_no_full_window(tmp_path: Path) -> None:
    samples = [Sample(float(at), at, max(0, at - 1), 0, 0, 0, {"bot": 100.0}, {"bot": float(at)}) for at in range(4)]
    draw(samples, "short", "run", tmp_path / "short.png")
    assert (tmp_path / "short.png").stat().st_size > 5_000
