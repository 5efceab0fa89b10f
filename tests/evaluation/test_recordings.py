from __future__ import annotations

import time
from pathlib import Path

import pytest

from evaluation.recordings import find
from rollcall.errors import WrongUse


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_a_folder_for_each_speaker_may_have_folders_of_its_own(tmp_path: Path) -> None:
    _touch(tmp_path, "Anna/1.ogg", "Anna/second/2.WAV", "Boris/1.mp3", "Boris/notes.txt")
    found = find(tmp_path)
    assert {speaker: [path.name for path in own] for speaker, own in found.items()} == {
        "Anna": ["1.ogg", "2.WAV"],
        "Boris": ["1.mp3"],
    }


def test_ids_txt_names_files_and_folders_by_the_longest_id_that_fits(tmp_path: Path) -> None:
    _touch(tmp_path, "1_a.wav", "1.wav", "12_a.wav", "3/x.flac", "loose.wav")
    (tmp_path / "ids.txt").write_text("1 - Анна Белова\n12 – Борис\n\n3 — Vera\n", encoding="utf-8-sig")
    found = find(tmp_path)
    assert {speaker: [path.name for path in own] for speaker, own in found.items()} == {
        "Vera": ["x.flac"],
        "Анна Белова": ["1.wav", "1_a.wav"],
        "Борис": ["12_a.wav"],
    }


def test_a_line_of_ids_txt_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    _touch(tmp_path, "1.wav")
    (tmp_path / "ids.txt").write_text("1 - Anna\n2 Boris\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="line 2"):
        find(tmp_path)


def test_a_folder_without_recordings_is_told_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"<speaker>/\*\.ogg"):
        find(tmp_path)
    with pytest.raises(WrongUse, match="is no folder"):
        find(tmp_path / "nowhere")


def test_a_line_of_ids_txt_made_to_take_long_is_read_at_once(tmp_path: Path) -> None:
    _touch(tmp_path, "1.wav")
    (tmp_path / "ids.txt").write_text("1 - a" + " " * 200_000 + "b\n", encoding="utf-8")
    started = time.process_time()
    assert len(find(tmp_path)) == 1
    assert time.process_time() - started < 2
