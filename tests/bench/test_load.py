"""A small school checks in at once: through the real product, with Telegram's limits enforced."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import numpy as np
import psutil
import pytest

from bench.load.account import Books, account, by_kind, offences, overtaken
from bench.load.cast import Cast
from bench.load.commits import checkout
from bench.load.cost import spent
from bench.load.crowd import Crowd, Note, Telltale
from bench.load.picture import draw
from bench.load.report import markdown, save, side_by_side
from bench.load.roster import Roster, Student
from bench.load.run import Plan, run
from bench.load.watch import Meter, Sample
from rollcall.config.settings import Settings
from rollcall.errors import WrongUse
from rollcall.sealing.seal import Keyring
from rollcall.texts import texts_in
from sandbox.errors import ApiError
from sandbox.telegram import Telegram
from worker.audio.decode import decode


def _plan(**changes: Any) -> Plan:
    small = Plan(
        students=40, classes=10, seconds=4.0, encoder="dummy", workers=1, postgres=None, seed=1, alone=4, pause=0.2,
        settle=0.5, quiet=1.0,
    )  # fmt: skip
    return replace(small, **changes)


@pytest.mark.timeout(900)
async def test_a_small_school_loses_nobody_in_turns_with_another_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one runs with code of its own: this one is changed, and its answers show that."""
    other = await checkout("HEAD", tmp_path / "other")
    (locale,) = other.folder.glob("rollcall/**/en/voice.ftl")
    words = locale.read_text()
    locale.write_text(words.replace("identity = ", "identity = Other: "))
    assert locale.read_text() != words
    monkeypatch.setattr("bench.load.run.checkout", AsyncMock(return_value=other))
    crowds: list[Crowd] = []

    class Overheard(Crowd):
        def __init__(self, telegram: Telegram, roster: Roster, *, numbers: bool = False) -> None:
            super().__init__(telegram, roster, numbers=numbers)
            crowds.append(self)

    monkeypatch.setattr("bench.load.run.Crowd", Overheard)
    told: list[str] = []

    outcomes = await run(_plan(beside="other"), lambda progress: told.append(str(progress)))

    assert [outcome.setting.code for outcome in outcomes] == ["this folder", other.name]
    assert [offences(outcome.account) for outcome in outcomes] == [[], []]
    ours, theirs = ([note.text for note in crowd.notes] for crowd in crowds)
    assert len(ours) == len(theirs) == 40
    assert not any("Other: " in text for text in ours)
    assert all("Other: " in text for text in theirs)
    table = side_by_side(outcomes)
    assert f"|  | this folder, one | {other.name}, one | × the first |" in table
    assert "bot, ms a note at load" in table

    found = outcomes[0]
    assert found.account.notes == found.account.answered == found.account.books.recorded == 40
    assert found.account.answered_twice == 0
    assert found.account.waits["p50"] > 0
    assert found.account.alone["p50"] > 0
    # Forty notes on a machine where everything else is tested too: a note that Telegram holds up weighs much here.
    assert found.account.order > 0.3, "first come is about first served"
    assert found.account.most_in_a_second <= 30
    assert {"bot", "valkey", "worker 1"} <= set(found.samples[-1].memory)
    assert max(sample.waiting for sample in found.samples) > 0
    assert "10 lessons are open" in told
    for kind in ("bot", "worker", "crowd"):
        assert found.cost.at_load[kind] > 0, kind
    assert set(found.cost.alone) == set(found.cost.quiet) == set(found.cost.at_load)
    assert found.cost.at_load["crowd"] < found.cost.at_load["bot"], "the measuring costs less than what it measures"

    draw(found.samples, "40 students", "a test", tmp_path / "load.png")
    save(found, tmp_path / "load.json")
    assert (tmp_path / "load.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "load.json").read_text())["account"]["answered"] == 40
    table = markdown(found)
    assert "| sent, answered, answered twice | 40, 40, 0 |" in table
    assert "| crowd |" in table


async def test_a_commit_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no-such-commit"):
        await checkout("no-such-commit", tmp_path / "other")


@pytest.mark.timeout(900)
@pytest.mark.postgres
@pytest.mark.redis
async def test_several_bots_and_workers_serve_the_same_crowd() -> None:
    postgres = os.environ["ROLLCALL_TEST_POSTGRES_URL"]
    (found,) = await run(_plan(students=16, classes=4, installations=("several",), postgres=postgres), lambda _: None)
    assert offences(found.account) == []
    assert {"bot 1", "bot 2", "worker 1", "worker 2", "redis", "postgres", "crowd"} == set(found.samples[-1].cpu)
    assert found.setting.database == "postgresql"
    assert found.cost.at_load["postgres"] > 0
    assert all(found.samples[-1].cpu[name] > found.samples[0].cpu[name] for name in ("bot 1", "bot 2")), "one idled"


def test_copies_of_a_recording_are_different_files_of_the_same_sound(keyring: Keyring) -> None:
    cast = Cast(Settings(speaker_model="dummy", _env_file=None), keyring)
    cast.assemble(2, lambda _: None)
    recording = cast.voices[0].check_in
    one, other = recording.copy(1), recording.copy(2)
    assert one != other
    assert np.array_equal(decode(one).samples, decode(other).samples)
    assert np.array_equal(decode(one).samples, decode(recording.data).samples)


def _note(number: int, *answers: float) -> Note:
    return Note(Student(number, f"Student {number}", b""), float(number), answers=list(answers))


def test_what_is_lost_or_doubled_is_told() -> None:
    notes = [_note(0, 1.0), _note(1, 2.0, 2.5), _note(2)]
    books = Books(recorded=1, verdicts={"accepted": 2, "pending": 1}, pending=1, owed=0, dead=0)
    found = account(notes, books, Telltale(), {}, edits=0, until=9.0)
    assert offences(found) == [
        "1 notes without an answer",
        "1 notes answered twice",
        "1 accepted notes without a mark",
        "1 notes still pending",
    ]


def test_who_waited_over_ten_seconds_without_a_word_is_counted() -> None:
    answered, told, told_late, neither = _note(0, 9.5), _note(1, 60.0), _note(2, 60.0), _note(3)
    told.told, told_late.told = 8.0, 14.0
    books = Books(recorded=3, verdicts={"accepted": 3, "pending": 1}, pending=1, owed=0, dead=0)
    found = account([answered, told, told_late, neither], books, Telltale(), {}, edits=0, until=63.0)
    assert found.untold == 2
    assert found.untold_longest == 60.0


def test_what_is_sent_alone_is_not_of_the_rush() -> None:
    alone = replace(_note(50, 50.2), alone=True)
    books = Books(recorded=3, verdicts={"accepted": 3}, pending=0, owed=0, dead=0)
    found = account([_note(0, 3.0), _note(1, 4.0), alone], books, Telltale(), {}, edits=0, until=60.0)
    assert found.notes == found.answered == 3
    assert found.served == pytest.approx(2 / 4)
    assert found.waits["max"] == 3.0
    assert found.alone["max"] == pytest.approx(0.2)


async def test_a_word_about_the_wait_is_no_answer() -> None:
    """As the bot says it, in its own words."""
    telegram = Telegram()
    student = Student(7, "Anna", b"OggS")
    crowd = Crowd(telegram, Roster([], [student]))
    sending = asyncio.create_task(crowd.check_in([student], 0.0, 0, lambda: None))
    await asyncio.sleep(0.05)
    telegram.say(7, {"text": texts_in("en")("queue-wait", seconds=20)})
    (note,) = crowd.notes
    assert (crowd.answered, note.answers) == (0, [])
    assert note.told is not None
    assert note.promised is not None
    assert note.promised[0] == 20.0
    sent = next(iter(telegram.messages.values()))
    telegram.say(7, {"text": "Anna"}, reply_to=sent["message_id"])
    await sending
    assert crowd.answered == len(note.answers) == 1


def test_processors_time_is_by_kind_and_by_note() -> None:
    before = {"bot 1": 1.0, "bot 2": 2.0, "worker 1": 5.0}
    after = {"bot 1": 1.5, "bot 2": 2.7, "worker 1": 5.0}
    assert spent(before, after, 100) == pytest.approx({"bot": 12.0, "worker": 0.0})


def test_a_server_and_its_children_are_one() -> None:
    busy = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\n"
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {busy!r}])\nprint(1, flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        alone, family = (Meter(psutil.Process(process.pid), family=family).cpu() for family in (False, True))
        process.communicate("\n")
    assert round(family - alone, 6) >= 0.2, "what children used that are gone counts as well"


def test_a_note_is_overtaken_by_later_ones_that_are_answered_before() -> None:
    assert overtaken(np.array([1.0, 5.0, 2.0, 3.0, 6.0])).tolist() == [0, 2, 0, 0, 0]


def test_promises_are_held_against_what_it_took() -> None:
    notes = [_note(0, 40.0), _note(1, 50.0)]
    notes[0].promised = (40.0, 10.0)
    books = Books(recorded=2, verdicts={"accepted": 2}, pending=0, owed=0, dead=0)
    found = account(notes, books, Telltale(), {}, edits=0, until=60.0)
    assert found.told == 1
    assert found.told_ratio == pytest.approx(30 / 40)
    assert found.told_off_by[0] == pytest.approx(10)


def test_the_fullest_second_is_found() -> None:
    limits = Telltale()
    for chat in range(30):
        limits.spend(chat)
    with pytest.raises(ApiError):
        limits.spend(31)
    assert limits.most_in_a_second == 30


def test_refusals_are_counted_by_what_was_called() -> None:
    refusals = {"sendmessage": 2, "editmessagetext": 1, "setmessagereaction": 7, "file": 3, "getme": 1}
    assert by_kind(refusals) == {"messages": 3, "signs": 7, "files": 3, "others": 1}


def test_a_rate_of_the_picture_needs_no_full_window(tmp_path: Path) -> None:
    samples = [Sample(float(at), at, max(0, at - 1), 0, 0, 0, {"bot": 100.0}, {"bot": float(at)}) for at in range(4)]
    draw(samples, "short", "run", tmp_path / "short.png")
    assert (tmp_path / "short.png").stat().st_size > 5_000
