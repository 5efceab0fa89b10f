"""The demo against a bot that keeps the contract, and against bots that break it."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sandbox import scene
from sandbox.cast import SHIPPED, CastError, assemble
from sandbox.demo import main, play

FAKE_BOT = Path(__file__).with_name("fake_bot.py")


async def perform(out: Path, vice: str = "", voices: Path | None = None) -> tuple[int, str]:
    """Play; the exit code and what was printed."""
    shown = io.StringIO()
    terminal = Console(file=shown, width=120)
    code = await play(voices, out, command=[sys.executable, str(FAKE_BOT), vice], terminal=terminal)
    return code, shown.getvalue()


async def test_a_bot_that_keeps_the_contract_passes_and_leaves_its_report(tmp_path: Path) -> None:
    code, shown = await perform(tmp_path)
    assert code == 0, shown
    assert "Анна Белова → /enroll" in " ".join(shown.split())
    assert "06.ogg and 4712" in shown
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "report.xlsx").read_bytes().startswith(b"PK")
    transcript = (tmp_path / "transcript.txt").read_text()
    assert "consent:" not in transcript
    assert "97 %" in transcript
    assert "All" in transcript.splitlines()[-1]


async def test_where_no_worker_hears_words_the_play_goes_without_a_number(tmp_path: Path) -> None:
    code, shown = await perform(tmp_path, "hard of hearing")
    assert code == 0, shown
    assert "no worker hears words" in shown
    assert "and 4712" not in shown


@pytest.mark.parametrize(
    ("vice", "complaint"),
    [
        ("credulous", "takes the voice for"),
        ("gossip", "gives away the name Анна Белова"),
        ("forgetful", "leaves out Анна Белова"),
        ("chatty", "2 answers to one note"),
        ("mortal", "exit code 3"),
    ],
)
async def test_a_bot_that_breaks_the_contract_is_found_out(tmp_path: Path, vice: str, complaint: str) -> None:
    code, shown = await perform(tmp_path, vice)
    assert code == 1
    assert complaint in shown


async def test_a_bot_that_falls_silent_is_not_waited_for_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "FIRST_PATIENCE", 0.5)
    code, shown = await perform(tmp_path, "deaf")
    assert code == 1
    assert "broken off" in shown
    assert "Борис" not in shown


async def test_three_own_speakers_with_four_notes_are_enough(tmp_path: Path) -> None:
    for voice in ("zac", "shelby", "klatt2"):
        (tmp_path / "own" / voice).mkdir(parents=True)
        for note in ("01", "02", "03", "04"):
            shutil.copy(SHIPPED / voice / f"{note}.ogg", tmp_path / "own" / voice)
    code, shown = await perform(tmp_path / "out", voices=tmp_path / "own")
    assert code == 0, shown


def test_too_few_voices_are_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path, tmp_path / "out") == 2
    assert "a demo needs 3" in " ".join(capsys.readouterr().err.split())
    assert main(tmp_path / "nowhere", tmp_path / "out") == 2


def test_six_students_and_two_strangers_play_with_the_shipped_voices() -> None:
    cast = assemble(None)
    assert [role.voice.name for role in cast.students][:2] == ["steph2", "Gene2"]
    assert [voice.name for voice in cast.strangers] == ["Demonic", "zac"]
    assert len({note.data for role in cast.students for note in role.voice.notes}) == 36


def test_no_speaker_with_less_than_four_notes_plays(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "01.ogg").write_bytes(b"OggS")
    with pytest.raises(CastError, match="0 speakers"):
        assemble(tmp_path)
