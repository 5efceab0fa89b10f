"""Recordings become notes: heard, spoilt where asked, represented by a system, and remembered for the next run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.degrade import Degradation
from evaluation.experiment import Note
from evaluation.listening import Ear, Heard, Spoken, Unheard
from evaluation.systems import Represented, System

_VERSION = "1"
"""Goes up when the path from file to representation changes."""
_MOST_BABBLERS = 40

Files = Mapping[str, Sequence[Path]]


class Library:
    """Every file decoded once; representations kept on disk by what made them."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._ear = Ear()
        self._heard: dict[Path, Heard | None] = {}
        self.complaints: list[str] = []
        """One line for each file that was left out."""

    def hear(self, path: Path) -> Heard | None:
        """A file, decoded; None, and a complaint, where it cannot be used."""
        if path not in self._heard:
            try:
                self._heard[path] = self._ear.hear(path)
            except Unheard as error:
                self._heard[path] = None
                self.complaints.append(str(error))
        return self._heard[path]

    def speech(self, path: Path) -> NDArray[np.float32] | None:
        """A file's speech, long silences cut; None where it cannot be used."""
        heard = self.hear(path)
        return None if heard is None else self._ear.spoken(heard).samples

    def babblers(self, files: Files) -> list[NDArray[np.float32]]:
        """Other people's voices to talk in the background: one file of each speaker."""
        chosen = [heard for own in list(files.values())[:_MOST_BABBLERS] if own and (heard := self.hear(own[-1]))]
        return [heard.waveform.samples for heard in chosen]

    def notes(
        self,
        system: System,
        files: Files,
        degradation: Degradation | None,
        babblers: Sequence[NDArray[np.float32]],
        tick: Callable[[], None],
    ) -> dict[str, list[Note]]:
        """Each speaker's notes, clean and as they are tested."""
        found: dict[str, list[Note]] = {}
        for speaker, own in files.items():
            for path in own:
                heard = self.hear(path)
                if heard is not None:
                    clean, seconds = self._represented(system, heard, None, ())
                    test = clean
                    if degradation is not None:
                        others = [voice for voice in babblers if voice is not heard.waveform.samples]
                        test, seconds = self._represented(system, heard, degradation, others)
                    found.setdefault(speaker, []).append(Note(clean, test, seconds))
                tick()
        return found

    def _represented(
        self,
        system: System,
        heard: Heard,
        degradation: Degradation | None,
        others: Sequence[NDArray[np.float32]],
    ) -> tuple[Represented, float]:
        if not system.fingerprint:
            spoken = self._ear.spoken(heard, degradation, others)
            return system.represent(spoken.samples), spoken.seconds
        name = degradation.name.replace(":", "") if degradation else "clean"
        path = self._cache / _VERSION / system.fingerprint / name / f"{heard.digest}.npy"
        try:
            kept: NDArray[np.float32] = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            kept = self._keep(path, system, self._ear.spoken(heard, degradation, others))
        return kept[1:], float(kept[0])

    def _keep(self, path: Path, system: System, spoken: Spoken) -> NDArray[np.float32]:
        kept = np.concatenate([[spoken.seconds], system.represent(spoken.samples)]).astype(np.float32)
        path.parent.mkdir(parents=True, exist_ok=True)
        # First beside its place: a run that is stopped leaves no half a file behind.
        beside = path.with_suffix(".part.npy")
        np.save(beside, kept)
        beside.replace(path)
        return kept
