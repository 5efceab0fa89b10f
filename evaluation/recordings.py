"""Own recordings on disk: who speaks in which file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from rollcall.errors import WrongUse

SUFFIXES = frozenset({".ogg", ".oga", ".opus", ".wav", ".flac", ".mp3", ".m4a"})
_NAMES = "ids.txt"
_LINE = re.compile(r"(\S+)\s+[-–—]\s+(\S.*)")


def find(folder: Path) -> dict[str, list[Path]]:
    """The recordings of a folder by speaker, speakers and files in the order of their names.

    Either ``folder/<speaker>/**/*.ogg`` (or another format), or files and folders named by an id that a file
    ``ids.txt`` with lines such as ``17 - Anna Belova`` tells the name of: ``17/1.wav``, ``17_1.wav``, ``17.wav``.

    Raises:
        WrongUse: there is no such folder, it holds no recordings, or ``ids.txt`` cannot be read.
    """
    if not folder.is_dir():
        raise WrongUse(f"{folder} is no folder: give one that holds a folder of recordings for each speaker")
    names = _names(folder / _NAMES)
    found: dict[str, list[Path]] = {}
    for path in _recordings(folder):
        parts = path.relative_to(folder).parts
        speaker = _speaker(parts, names)
        if speaker is not None:
            found.setdefault(speaker, []).append(path)
    if not found:
        raise WrongUse(
            f"{folder} holds no recordings: put them into {folder.name}/<speaker>/*.ogg "
            f"(or {', '.join(sorted(suffix[1:] for suffix in SUFFIXES - {'.ogg'}))})"
        )
    return dict(sorted(found.items()))


def _recordings(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def _names(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{file} cannot be read: save it as UTF-8 text, a line “17 - Anna Belova” for each") from error
    names = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            match = _LINE.fullmatch(line.strip())
            if match is None:
                raise WrongUse(f"{file}, line {number}: write “id - name”, such as “17 - Anna Belova”")
            names[match[1]] = match[2]
    return names


def _speaker(parts: tuple[str, ...], names: dict[str, str]) -> str | None:
    """Whose file this is; None for a loose file that no id names."""
    if len(parts) > 1:
        return names.get(parts[0], parts[0])
    stem = Path(parts[0]).stem
    # The longest id that begins the name and ends before something else than more of the id.
    fitting = [key for key in names if stem == key or re.match(re.escape(key) + r"[\W_]", stem)]
    return names[max(fitting, key=len)] if fitting else None
