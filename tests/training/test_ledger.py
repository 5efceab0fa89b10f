"""The folder of a training: taken where it is free, gone on with where it is whole, written or told."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from rollcall.errors import Unavailable, WrongUse
from training import ledger
from training.disk import has_room, keep, keep_weights, writing
from training.ledger import WORK
from training.options import Options
from training.people import Split
from training.shelf import Shelf

PEOPLE = {f"p{number:02}": [Path(f"{number}-{note}.ogg") for note in range(2)] for number in range(4)}
GROUPS = Split(["p00", "p01"], ["p02", "p03"])
OPTIONS = Options(["voices"], model="ecapa", epochs=[1.5], rates=[0.1], width=24, conditions="noise:5")


class _Silent(Shelf):
    """A shelf with nothing on it: of what is written down here only names and lengths matter."""

    def __init__(self) -> None:
        self.pieces = []
        self.left_out = {}


def _keep(out: Path, people: dict[str, list[Path]] = PEOPLE, groups: Split = GROUPS) -> None:
    ledger.keep(OPTIONS, people, groups, frozenset({"before"}), _Silent(), out / WORK)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A training that has begun."""
    out = tmp_path / "own"
    ledger.claim(out)
    _keep(out)
    return out


def test_what_was_asked_for_is_gone_on_with_to_the_letter(out: Path) -> None:
    assert ledger.begun(out) == OPTIONS


def test_only_a_free_folder_is_taken(out: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="holds a training already: say --resume, or choose another --out"):
        ledger.claim(out)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(WrongUse, match="is a file: give --out a folder"):
        ledger.claim(file)
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "card.toml").touch()
    with pytest.raises(WrongUse, match=r"holds other things already, such as card.toml: choose another --out"):
        ledger.claim(tmp_path / "encoder")
    for place in (file / "below", Path("/proc/none")):
        with pytest.raises(Unavailable, match=r"cannot be written .*: choose another --out"):
            ledger.claim(place)


def test_what_did_not_begin_leaves_the_folder_free(tmp_path: Path) -> None:
    ledger.claim(tmp_path / "own")
    ledger.claim(tmp_path / "own")
    with pytest.raises(WrongUse, match="holds no training to go on with"):
        ledger.begun(tmp_path / "own")


@pytest.mark.parametrize("content", ["", "[]", '{"folders": []', '{"nobody": "knows this"}'])
def test_a_damaged_training_is_not_gone_on_with(out: Path, content: str) -> None:
    (out / WORK / "options.json").write_text(content)
    with pytest.raises(WrongUse, match="holds no training to go on with"):
        ledger.begun(out)


def test_the_same_recordings_are_gone_on_with_and_others_are_not(out: Path) -> None:
    _keep(out)
    ledger.check_files(PEOPLE, out / WORK)
    fewer = {**PEOPLE, "p03": PEOPLE["p03"][:1]}
    for other in (fewer, {name: own for name, own in PEOPLE.items() if name != "p00"}, {**PEOPLE, "p09": []}):
        with pytest.raises(WrongUse, match="not what they were when this training began: put back what is missing"):
            ledger.check_files(other, out / WORK)
    with pytest.raises(WrongUse, match="not what they were"):
        _keep(out, groups=Split(["p00", "p02"], ["p01", "p03"]))


def test_people_that_cannot_be_read_are_told_wherever_they_are_wanted(out: Path) -> None:
    assert ledger.heard_by(str(out)) == {"before", "p00", "p01"}
    assert ledger.heard_by("") == ledger.heard_by("campplus") == frozenset()
    (out / WORK / "people.json").write_text("{")
    with pytest.raises(WrongUse, match="nobody knows whom these weights have heard: give --from another"):
        ledger.heard_by(str(out))
    with pytest.raises(WrongUse, match=r"people.json cannot be read: begin anew"):
        ledger.check_files(PEOPLE, out / WORK)


def test_a_full_disk_is_one_line_and_leaves_what_was_there(tmp_path: Path) -> None:
    place = tmp_path / "weights.pt"
    keep(place, b"before")
    (tmp_path / ".weights.pt.part").symlink_to("/dev/full")
    with pytest.raises(Unavailable, match=r"weights.pt cannot be written \(No space left .*\): make room"):
        keep_weights(place, {"a": torch.zeros(9)})
    assert place.read_bytes() == b"before"
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    with pytest.raises(Unavailable, match="cannot be written: make room"), writing(full):
        torch.save({"a": torch.zeros(1000)}, full)
    with pytest.raises(RuntimeError, match="something else"), writing(full):
        raise RuntimeError("something else")
    with pytest.raises(Unavailable, match="set it elsewhere"), writing(full, "set it elsewhere"):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def test_a_disk_without_room_for_the_weights_is_told_before_they_are_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=5 << 20))
    has_room(tmp_path, 5 << 20)
    with pytest.raises(Unavailable, match="has 5 MB left, and this training keeps 6 MB: make room"):
        has_room(tmp_path, 6 << 20)


def test_what_is_kept_can_be_read_by_people(out: Path) -> None:
    kept = json.loads((out / WORK / "people.json").read_text())
    assert kept["held_out"] == ["p02", "p03"]
    assert kept["files"] == dict.fromkeys(PEOPLE, 2)
