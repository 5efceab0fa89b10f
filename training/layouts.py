"""Who speaks in which file, for the layouts in which speech is published.

Each reader knows one layout by what only it has, and says None where a folder is not of it. People are named as the
data set names them; a file whose speaker nobody tells is left out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from evaluation import recordings
from rollcall.errors import WrongUse

People = dict[str, list[Path]]
Reader = Callable[[Path], People | None]

SOUND = recordings.SUFFIXES | {".sph", ".aac", ".wma", ".aiff"}

_LIBRISPEECH = re.compile(r"(\d+)-(\d+)-(\d+)")
_VOXFORGE = re.compile(r"(.+)-(\d{8})-(\w+)")
_NOBODY = "anonymous"
_TIMIT = re.compile(r"DR[1-8]", re.IGNORECASE)
_TIMIT_FILE = re.compile(r"S[AIX]\d+\.wav(\.wav)?", re.IGNORECASE)
_DAPS = re.compile(r"([fm]\d+)_script\d+_\w+", re.IGNORECASE)
_SAVEE_PEOPLE = frozenset({"DC", "JE", "JK", "KL"})
_SAVEE = re.compile(r"(?:(DC|JE|JK|KL)_)?(?:a|d|f|h|n|sa|su)\d{2}\.wav", re.IGNORECASE)
_COMMON_VOICE = ("validated.tsv",), ("train.tsv", "dev.tsv", "test.tsv"), ("other.tsv",)
"""The lists that name clips, the best one first: what listeners confirmed, its published parts, what nobody judged."""


def read(folder: Path, layout: str = "auto") -> tuple[str, People]:
    """The recordings of a folder by speaker, both in the order of their names, and the layout's name.

    Args:
        layout: of `LAYOUTS`, or "auto", which takes the first that the folder is of.

    Raises:
        WrongUse: there is no such folder or layout, or the folder is not of it.
    """
    if not folder.is_dir():
        raise WrongUse(f"{folder} is no folder: give one that holds recordings")
    if layout not in ("auto", *LAYOUTS):
        raise WrongUse(f"no layout is called {layout!r}: choose auto, {', '.join(LAYOUTS)}")
    for name, reader in LAYOUTS.items():
        if layout in ("auto", name) and (found := reader(folder)):
            return name, {speaker: sorted(found[speaker]) for speaker in sorted(found)}
    raise WrongUse(f"{folder} is not laid out as {layout}: leave --layout out, or see docs/training.md")


def common_voice(folder: Path) -> People | None:
    """``[<language>/]validated.tsv`` with the columns ``client_id`` and ``path``, and ``clips/`` beside it."""
    found: People = {}
    for clips in sorted(path for path in (folder / "clips", *folder.glob("*/clips")) if path.is_dir()):
        for names in _COMMON_VOICE:
            lists = [clips.parent / name for name in names if (clips.parent / name).is_file()]
            if lists:
                for line in (line for file in lists for line in _rows(file)):
                    if (path := clips / line["path"]).is_file():
                        found.setdefault(line["client_id"], []).append(path)
                break
    return found or None


def librispeech(folder: Path) -> People | None:
    """``…/<speaker>/<chapter>/<speaker>-<chapter>-<utterance>.flac``: LibriSpeech, and what Deep Speaker reads."""
    found: People = {}
    for path in _sounds(folder):
        match = _LIBRISPEECH.fullmatch(path.stem)
        if match and [*path.parts[-3:-1]] == [match[1], match[2]]:
            found.setdefault(match[1], []).append(path)
    return found or None


def voxforge(folder: Path) -> People | None:
    """``[…/]<user>-<date>-<id>/wav/*.wav`` (or flac): a submission each; who stayed anonymous is a person each time."""
    found: People = {}
    for path in _sounds(folder):
        match = _VOXFORGE.fullmatch(path.parent.parent.name)
        if match and path.parent.name.lower() in ("wav", "flac"):
            found.setdefault(match[0] if match[1].lower() == _NOBODY else match[1], []).append(path)
    return found or None


def mailabs(folder: Path) -> People | None:
    """``…/by_book/<female|male>/<reader>/<book>/wavs/*.wav``; books in ``mix`` do not say who reads them."""
    found: People = {}
    for path in _sounds(folder):
        parts = path.parts
        if "by_book" in parts and path.parent.name == "wavs":
            place = parts.index("by_book")
            if parts[place + 1] in ("female", "male"):
                found.setdefault(parts[place + 2], []).append(path)
    return found or None


def timit(folder: Path) -> People | None:
    """``…/<TRAIN|TEST>/DR<1-8>/<speaker>/S[AIX]<n>.WAV``, in NIST's SPHERE or in RIFF (``.WAV.wav``)."""
    found: People = {}
    for path in _sounds(folder):
        if _TIMIT.fullmatch(path.parent.parent.name) and _TIMIT_FILE.fullmatch(path.name):
            found.setdefault(path.parent.name.upper(), []).append(path)
    return found or None


def daps(folder: Path) -> People | None:
    """``…/<room or clean>/<speaker>_script<n>_<room or clean>.wav``, speakers f1 to m10; files of minutes."""
    found: People = {}
    for path in _sounds(folder):
        if match := _DAPS.fullmatch(path.stem):
            found.setdefault(match[1].lower(), []).append(path)
    return found or None


def savee(folder: Path) -> People | None:
    """``…/<DC|JE|JK|KL>/<emotion><nn>.wav``, or all in one folder as ``DC_a01.wav``."""
    found: People = {}
    for path in _sounds(folder):
        if match := _SAVEE.fullmatch(path.name):
            speaker = (match[1] or path.parent.name).upper()
            if speaker in _SAVEE_PEOPLE:
                found.setdefault(speaker, []).append(path)
    return found or None


def plain(folder: Path) -> People | None:
    """``<speaker>/**`` with any audio, or an ``ids.txt`` that names files and folders: as for ``rollcall evaluate``."""
    return recordings.find(folder)


LAYOUTS: Mapping[str, Reader] = {
    "common-voice": common_voice,
    "librispeech": librispeech,
    "voxforge": voxforge,
    "m-ailabs": mailabs,
    "timit": timit,
    "daps": daps,
    "savee": savee,
    "plain": plain,
}


def _sounds(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUND and path.is_file())


def _rows(file: Path) -> Iterator[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE)
            if not {"client_id", "path"} <= set(rows.fieldnames or ()):
                raise WrongUse(f"{file} has no columns client_id and path: it is no list of Common Voice")
            yield from rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongUse(f"{file} cannot be read: take it from the data set anew") from error
