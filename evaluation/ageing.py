"""What voiceprints that follow their owners are worth, and what they cost: ``python -m evaluation.ageing FOLDER…``

Two things are measured on classes of real voices. **Age**: voices become lower, slower and softer stage by stage, and
later notes are judged by the voiceprints as they were enrolled and as they have followed. **Poisoning**: for two months
somebody leads a voiceprint towards another voice by notes that the product accepts, each day by the boldest that it
takes. The figures stand in docs/accuracy.md.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from evaluation.degrade import Degradation, Segments
from evaluation.library import Library
from evaluation.rates import Samples, speed, tempo
from evaluation.recordings import find
from evaluation.systems import with_cuts
from rollcall.config.settings import Settings
from rollcall.domain.decision import Decision, decide
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import Operating
from rollcall.domain.recalibration import outlook
from rollcall.domain.renewal import is_strong, step
from rollcall.domain.verdict import Verdict
from rollcall.domain.voiceprint import NOTES, centroid
from worker.audio.waveform import SAMPLE_RATE

Voice = NDArray[np.float32]
"""Float32 [dimension], L2-normalised."""
Notes = Mapping[str, Sequence[Voice]]

STAGES = 5
"""Steps from the voice that enrolled to the one that is farthest from it."""
DRAWS = 8
"""Classes that are drawn."""
DAYS = 60
"""For which somebody goes on leading a voiceprint astray, a note a day."""
CLASS_SIZE = 15
"""And four of five where there are fewer people: somebody has to be left outside."""
_MOST_PEOPLE = 60
"""Of a folder; a stage takes an embedding of each of their later notes."""
_LOWER, _SLOWER, _DULLER = 0.02, 0.02, 1.5
"""Of each stage: share of pitch, formants with it; share of tempo; dB an octave that the voice loses above 500 Hz."""
_EVEN = 500.0
_SECONDS = 4.0
"""Net speech that every note is taken to have: none is refused for being short, and all are long enough for a step."""
SHARES = tuple(np.arange(0.95, 0.0, -0.05).tolist())
"""Of the other voice in a note that is to lead there, the boldest first."""


def stage(number: int) -> Degradation:
    """A voice as it may have become: lower with its formants, slower, and softer, ever more so."""

    def aged(samples: Samples, _at: Segments, _rng: np.random.Generator, _others: Sequence[Samples]) -> Samples:
        return duller(tempo(speed(samples, 1 - _LOWER * number), 1 - _SLOWER * number), _DULLER * number)

    return Degradation(f"aged-{number}", (aged,))


def duller(samples: Samples, decibels: float) -> Samples:
    """Less of the upper voice, as with less effort: so many dB an octave above 500 Hz."""
    spectrum = np.fft.rfft(samples)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE), _EVEN) / _EVEN)
    spectrum *= np.power(10.0, -decibels * octaves / 20)
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


class Room:
    """A class as check-ins and steps see it."""

    def __init__(self, enrolled: Notes, point: Operating) -> None:
        """
        Args:
            enrolled: the enrolment notes of its students.
        """
        self._point = point
        self._places = {name: place for place, name in enumerate(enrolled)}
        self.enrolled = {name: centroid(notes) for name, notes in enrolled.items()}
        self.present = dict(self.enrolled)
        self._galleries: dict[bool, Gallery] = {}
        found = outlook({place: np.stack(list(enrolled[name])) for name, place in self._places.items()}, point)
        self._raised = found.raised if found is not None else 0.0

    def judge(self, note: Voice, name: str, *, as_enrolled: bool = False) -> Decision:
        """What a check-in comes to."""
        if as_enrolled not in self._galleries:
            prints = np.stack(list((self.enrolled if as_enrolled else self.present).values()))
            self._galleries[as_enrolled] = Gallery(tuple(self._places.values()), prints, self._raised)
        return decide(note, self._galleries[as_enrolled], self._places[name], _SECONDS, self._point)

    def accepts(self, note: Voice, name: str, *, as_enrolled: bool = False) -> bool:
        """Whether a check-in is accepted at once."""
        return self.judge(note, name, as_enrolled=as_enrolled).verdict is Verdict.ACCEPTED

    def follow(self, note: Voice, name: str) -> bool:
        """A note of a day: whether the voiceprint takes a step by it."""
        said = self.judge(note, name)
        if said.verdict is not Verdict.ACCEPTED or not is_strong(said.score, said.threshold, said.runner_up, _SECONDS):
            return False
        moved = step(self.enrolled[name], self.present[name], note, self._point)
        if moved is None:
            return False
        self.present[name] = moved
        self._galleries.pop(False, None)
        return True


@dataclass
class Aged:
    """What became of later notes, by the voiceprints as enrolled and as they have followed.

    Attributes:
        own, refused, refused_following: own notes, by stage.
        others, taken, taken_following: notes of people outside the class, after the last stage.
    """

    own: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    refused_following: Counter[int] = field(default_factory=Counter)
    others: int = 0
    taken: int = 0
    taken_following: int = 0

    def __str__(self) -> str:
        stages = [
            f"stage {number}: {self.refused[number]} and {self.refused_following[number]} of {self.own[number]} refused"
            for number in sorted(self.own)
        ]
        return "; ".join([*stages, f"others: {self.taken} and {self.taken_following} of {self.others} accepted"])


def aged(clean: Notes, by_stage: Mapping[int, Notes], strangers: Sequence[Voice], point: Operating) -> Aged:
    """Classes of drawn people grow older; notes by turns lead their voiceprints and try them.

    Args:
        clean: everybody's notes, the first three of which enrol; of those outside the class the next three are tried.
        by_stage: everybody's later notes, as they are at each stage.
        strangers: notes of others who never enrol.
    """
    rng, found = np.random.default_rng(0), Aged()
    for _ in range(DRAWS):
        names = rng.permutation(list(clean)).tolist()
        members, outside = names[: class_size(names)], names[class_size(names) :]
        room = Room({name: clean[name][:NOTES] for name in members}, point)
        for number, notes in sorted(by_stage.items()):
            for name, note in 3 * [(own, note) for own in members for note in notes[own][::2]]:
                room.follow(note, name)
            for name, note in [(own, note) for own in members for note in notes[own][1::2]]:
                found.own[number] += 1
                found.refused[number] += not room.accepts(note, name, as_enrolled=True)
                found.refused_following[number] += not room.accepts(note, name)
        tries = [*strangers, *(note for other in outside for note in clean[other][NOTES : 2 * NOTES])]
        found.others += len(members) * len(tries)
        found.taken += sum(room.accepts(note, name, as_enrolled=True) for name in members for note in tries)
        found.taken_following += sum(room.accepts(note, name) for name in members for note in tries)
    return found


def class_size(people: Sequence[str]) -> int:
    """How many of these people make a class."""
    return min(CLASS_SIZE, len(people) * 4 // 5)


@dataclass(frozen=True)
class Poisoning:
    """An attempt to lead a voiceprint to another voice.

    Attributes:
        kind: of the notes that were to lead it.
        steps: that it took.
        unsure: whether a plain note of the other voice left a doubt before: then it was near from the beginning.
        succeeded: whether one is accepted now.
    """

    kind: str
    steps: int
    unsure: bool
    succeeded: bool


def poisoned(
    room: Room, owner: str, kind: str, lures: Callable[[int], Iterator[Voice]], plain: Sequence[Voice]
) -> Poisoning | None:
    """Go on for `DAYS`, each day by the boldest note that leads anywhere; None where the other is accepted as it is.

    Args:
        lures: notes for a day, the boldest first.
        plain: notes in the other voice alone.
    """
    verdicts = {room.judge(note, owner, as_enrolled=True).verdict for note in plain}
    if Verdict.ACCEPTED in verdicts:
        return None
    steps, succeeded = 0, False
    for day in range(DAYS):
        steps += any(room.follow(note, owner) for note in lures(day))
        succeeded = succeeded or any(room.accepts(note, owner) for note in plain)
    return Poisoning(kind, steps, Verdict.UNSURE in verdicts, succeeded)


def between(own: Sequence[Voice], other: Sequence[Voice]) -> Callable[[int], Iterator[Voice]]:
    """Notes that nobody could record: on the straight way from the owner's note of the day to the other voice."""
    goal = centroid(list(other))

    def of_the_day(day: int) -> Iterator[Voice]:
        note = own[day % len(own)]
        for share in SHARES:
            mixed = (1 - share) * note + share * goal
            yield np.asarray(mixed / np.linalg.norm(mixed), np.float32)

    return of_the_day


def led_astray(clean: Notes, point: Operating, count: int) -> list[Poisoning]:
    """So many attempts in drawn classes by notes straight towards another voice, every other one a classmate's."""
    rng, found = np.random.default_rng(0), list[Poisoning]()
    while len(found) < count:
        names = rng.permutation(list(clean)).tolist()
        size = class_size(names)
        owner, other = names[0], names[size if len(found) % 2 else 1]
        room = Room({name: clean[name][:NOTES] for name in names[:size]}, point)
        lures = between(clean[owner][NOTES:], clean[other][NOTES:])
        one = poisoned(room, owner, "between", lures, clean[other][NOTES:])
        if one is not None:
            found.append(one)
    return found


def tally(found: Sequence[Poisoning]) -> str:
    """How many, of them near from the beginning, and how many of either succeeded."""
    near = [one for one in found if one.unsure]
    far = [one for one in found if not one.unsure]
    return (
        f"{len(found)} attempts, {np.mean([one.steps for one in found]):.0f} steps each; "
        f"of {len(far)} voices that were called another's {sum(one.succeeded for one in far)} got in, "
        f"of {len(near)} that left a doubt before {sum(one.succeeded for one in near)}"
    )


def main(*folders: str) -> None:
    """Print every figure. Folders of people with a single note each are strangers to those before them."""
    settings = Settings()
    system, point = with_cuts("campplus", settings)
    library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")

    def heard(files: Mapping[str, Sequence[Path]], condition: Degradation | None = None) -> Notes:
        notes = library.notes(system, files, condition, [], lambda: None)
        return {name: [note.test for note in own] for name, own in notes.items()}

    known = {Path(folder).name: find(Path(folder)) for folder in folders}
    single = {name: files for name, files in known.items() if all(len(paths) == 1 for paths in files.values())}
    strangers = [note for files in single.values() for own in heard(files).values() for note in own]
    for name in known.keys() - single.keys():
        files = {who: paths for who, paths in list(known[name].items())[:_MOST_PEOPLE] if len(paths) > 2 * NOTES}
        later = {who: paths[NOTES:] for who, paths in files.items()}
        clean = heard(files)
        stages: dict[int, Notes] = {0: {who: own[NOTES:] for who, own in clean.items()}}
        stages |= {number: heard(later, stage(number)) for number in range(1, STAGES + 1)}
        for last in (0, 1, 3, STAGES):
            so_far = {number: notes for number, notes in stages.items() if number <= last}
            print(f"{name}, to stage {last}: {aged(clean, so_far, strangers, point)}", flush=True)
        print(f"{name}: {tally(led_astray(clean, point, 200))}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
