"""What a training writes down of itself, so that it can be gone on with, and only by what it began with.

It lies in the folder `training` of the result's, beside checkpoints and figures.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rollcall.errors import WrongUse
from training.disk import keep_json, writing
from training.layouts import People
from training.options import Options
from training.people import Split
from training.shelf import Shelf

WORK: Final = "training"
_OPTIONS: Final = "options.json"
_PEOPLE: Final = "people.json"


def claim(out: Path) -> None:
    """Make a folder ready for a new training.

    Raises:
        WrongUse: something else is there.
        Unavailable: it cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise WrongUse(f"{out} is a file: give --out a folder")
    work = out / WORK
    with writing(out):
        others = sorted(path.name for path in out.iterdir() if path.name != WORK) if out.is_dir() else []
        if (work / _OPTIONS).exists():
            raise WrongUse(f"{out} holds a training already: say --resume, or choose another --out")
    if others:
        raise WrongUse(f"{out} holds other things already, such as {others[0]}: choose another --out")
    with writing(work):
        work.mkdir(parents=True, exist_ok=True)
    _try(work)


def begun(out: Path) -> Options:
    """The training in a folder that is to be gone on with, as it was asked for.

    Raises:
        WrongUse: there is none.
        Unavailable: it cannot be written any more.
    """
    work = out / WORK
    try:
        options = Options(**_read(work / _OPTIONS))
    except (OSError, ValueError, TypeError) as error:
        raise WrongUse(f"{out} holds no training to go on with: leave --resume out, or see to --out") from error
    _try(work)
    return options


def heard_by(start: str) -> frozenset[str]:
    """On whom the weights to go on from were trained, where that was here.

    Raises:
        WrongUse: that was written down, and cannot be read.
    """
    kept = Path(start) / WORK / _PEOPLE
    if not start or not kept.is_file():
        return frozenset()
    try:
        return frozenset(_read(kept)["heard"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WrongUse(
            f"{kept} cannot be read, so nobody knows whom these weights have heard: give --from another encoder"
        ) from error


def check_files(people: People, work: Path) -> None:
    """Before anything is listened to: where a training goes on, everybody has as many files as then.

    Raises:
        WrongUse: not so.
    """
    kept = _kept(work)
    if kept is not None and kept.get("files", _counts(people)) != _counts(people):
        raise _other()


def keep(options: Options, people: People, groups: Split, heard: frozenset[str], shelf: Shelf, work: Path) -> None:
    """Write down what is trained, now that all of it can be; where a training goes on, see that it is the same.

    Raises:
        WrongUse: other recordings lie there than when it began: who was trained on might be held out now.
        Unavailable: the folder cannot be written.
    """
    speech = {
        person: sum(shelf.pieces[number].size for number in own) for person, own in shelf.of(groups.trained).items()
    }
    document = {
        "heard": sorted({*heard, *groups.trained}), "held_out": list(groups.held_out), "speech": speech,
        "files": _counts(people),
    }  # fmt: skip
    kept = _kept(work)
    if kept is None:
        keep_json(work / _PEOPLE, document)
        keep_json(work / _OPTIONS, asdict(options))  # last: with it, there is a training
    elif {"files": document["files"], **kept} != document:
        raise _other()


def _kept(work: Path) -> Mapping[str, Any] | None:
    """What was written down of the people; None where no training began."""
    if not (work / _OPTIONS).exists():
        return None
    try:
        return _read(work / _PEOPLE)
    except (OSError, ValueError, TypeError) as error:
        raise WrongUse(f"{work / _PEOPLE} cannot be read: begin anew with another --out") from error


def _read(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise TypeError(f"not an object but a {type(found).__name__}")
    return found


def _counts(people: People) -> dict[str, int]:
    return {person: len(own) for person, own in people.items()}


def _other() -> WrongUse:
    return WrongUse(
        "the recordings are not what they were when this training began: put back what is missing, or choose "
        "another --out"
    )


def _try(work: Path) -> None:
    with writing(work), tempfile.TemporaryFile(dir=work):
        pass
