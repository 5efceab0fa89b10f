"""All speech to train on in one file, mapped into memory: decoded and searched for speech once, then only read.

Not features but sound is kept: augmentation works on sound, and a network's features cost a hundredth of its training.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.disk import writing
from training.layouts import People
from training.sound import LeftOut, Sound, listen
from worker.audio.speech import SpeechDetector

_VERSION = "1"
"""Goes up when the way from a file to its speech changes."""
_SPEECH, _INDEX = "speech.i16", "index.json"


@dataclass(frozen=True)
class Piece:
    """A file's speech on the shelf: where it begins and how long it is, in samples."""

    person: str
    path: str
    start: int
    size: int


class Shelf:
    """What lies there. Cheap to hand to another process: the sound is mapped there anew."""

    def __init__(self, folder: Path) -> None:
        index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
        self.folder = folder
        self.pieces = [Piece(**entry) for entry in index["pieces"]]
        self.left_out: dict[str, str] = index["left_out"]
        """Files that are not trained on, and why."""
        # An empty file cannot be mapped, and the split says in words that nothing is left.
        self._speech: NDArray[np.int16] = (
            np.memmap(folder / _SPEECH, np.int16, "r") if self.pieces else np.zeros(0, np.int16)
        )

    def __getstate__(self) -> dict[str, object]:
        return {"folder": self.folder}

    def __setstate__(self, state: Mapping[str, Path]) -> None:
        self.__init__(state["folder"])  # type: ignore[misc]

    def samples(self, number: int, start: int = 0, size: int | None = None) -> NDArray[np.float32]:
        """Float32 [size] of a piece from some sample on; what lies beyond its end begins at its beginning again."""
        piece = self.pieces[number]
        own = self._speech[piece.start : piece.start + piece.size]
        if size is None:
            found = own[start:]
        elif start + size <= piece.size:
            found = own[start : start + size]
        else:
            found = np.resize(np.roll(own, -start), size)
        return found.astype(np.float32) / np.float32(32768)

    def of(self, people: Iterable[str]) -> dict[str, list[int]]:
        """The pieces of some people, by number."""
        wanted: dict[str, list[int]] = {person: [] for person in people}
        for number, piece in enumerate(self.pieces):
            if piece.person in wanted:
                wanted[piece.person].append(number)
        return wanted


def fill(people: People, cache: Path, threads: int, tick: Callable[[int, int], None] = lambda done, of: None) -> Shelf:
    """The shelf of these people's files, filled unless it was before.

    Args:
        cache: where shelves stand.
        tick: told how many files of how many are done.

    Raises:
        Unavailable: it cannot be written.
    """
    files = [(person, path) for person, own in people.items() for path in own]
    folder = cache / _VERSION / _key(files)
    if not (folder / _INDEX).is_file():
        with writing(folder, "set XDG_CACHE_HOME to another place"):
            folder.mkdir(parents=True, exist_ok=True)
            _fill(files, folder, threads, tick)
    return Shelf(folder)


def _key(files: Sequence[tuple[str, Path]]) -> str:
    """Of who, which files, and their state: another set, or a changed file, is another shelf."""
    digest = hashlib.sha256()
    for person, path in files:
        state = path.stat()
        digest.update(f"{person}\0{path.resolve()}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:24]


def _fill(files: Sequence[tuple[str, Path]], folder: Path, threads: int, tick: Callable[[int, int], None]) -> None:
    detector = SpeechDetector()

    def heard(file: tuple[str, Path]) -> Sound | str:
        try:
            return listen(file[1], detector)
        except LeftOut as why:
            return str(why)

    pieces: list[Piece] = []
    left_out: dict[str, str] = {}
    known: dict[str, Path] = {}
    start = 0
    beside = folder / f".{_SPEECH}.{os.getpid()}"
    with beside.open("wb") as out, ThreadPoolExecutor(threads) as pool:
        # In parts: of all that is heard at once, memory must hold little.
        for begin in range(0, len(files), 64):
            part = files[begin : begin + 64]
            for (person, path), sound in zip(part, pool.map(heard, part), strict=True):
                if isinstance(sound, str):
                    left_out[str(path)] = sound
                elif (first := known.setdefault(sound.digest, path)) is not path:
                    left_out[str(path)] = f"the same sound as {first}"
                else:
                    out.write(sound.samples.tobytes())
                    pieces.append(Piece(person, str(path), start, len(sound.samples)))
                    start += len(sound.samples)
            tick(begin + len(part), len(files))
    beside.replace(folder / _SPEECH)
    index = {"pieces": [asdict(piece) for piece in pieces], "left_out": left_out}
    written = folder / f".{_INDEX}.{os.getpid()}"
    written.write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")
    written.replace(folder / _INDEX)  # last: with it, all is there
