"""Who plays in the demo, and with whose voice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SHIPPED = Path(__file__).parent / "voices"
"""The synthetic voices that come with Rollcall."""

ENROLMENT_NOTES = 3
_KINDS = {".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/x-wav", ".flac": "audio/flac"}
# What the students call themselves in class, what their accounts say, and the accounts' language.
_STUDENTS = (
    ("Анна Белова", "Анютка", "ru"),
    ("Борис Орлов", "boris_o", "ru"),
    ("Вера Зайцева", "Верунчик", "ru"),
    ("Глеб Морозов", "Gleb", "en"),
    ("Дарья Соколова", "Даша", "ru"),
    ("Егор Кузнецов", "егорка", "ru"),
)
# The first six enrol; the two that are told apart best from everybody stay strangers.
_ORDER = ("steph2", "Gene2", "whisperf", "klatt2", "shelby", "AnxiousAndy", "Demonic", "zac")


class CastError(Exception):
    """The voices do not suffice for a play; says what would."""


@dataclass(frozen=True)
class Note:
    """One recording."""

    voice: str
    name: str
    data: bytes
    mime_type: str


@dataclass
class Voice:
    """A speaker's recordings, each to be used once: a second time would be a replay."""

    name: str
    notes: list[Note]
    _next: Iterator[Note] = field(init=False)

    def __post_init__(self) -> None:
        self._next = iter(self.notes)
        self.left = len(self.notes)

    def take(self) -> Note:
        """The next recording that nobody has heard."""
        self.left -= 1
        return next(self._next)


@dataclass(frozen=True)
class Role:
    """A student: the name for the class list, the account, and the voice."""

    full_name: str
    account: str
    language: str
    voice: Voice


@dataclass(frozen=True)
class Cast:
    """Students with their voices, and at least one voice that belongs to none of them."""

    students: list[Role]
    strangers: list[Voice]


def assemble(folder: Path | None) -> Cast:
    """Give out the parts: from the shipped voices, or from ``<folder>/<speaker>/*.ogg|wav|flac``.

    Raises:
        CastError: there are fewer than three speakers with four notes.
    """
    voices = _load(folder or SHIPPED)
    if len(voices) < 3:
        raise CastError(
            f"{folder or SHIPPED} holds {len(voices)} speakers with at least {ENROLMENT_NOTES + 1} notes each; a demo "
            "needs 3: put recordings into <folder>/<speaker>/*.ogg, .wav or .flac"
        )
    players = min(len(_STUDENTS), len(voices) - 1)
    # Who has most to say enrols: notes to enrol, to check in twice, and one to speak from another's account.
    students = [Role(*part, voice) for part, voice in zip(_STUDENTS, voices[:players], strict=False)]
    return Cast(students, voices[players:])


def _load(folder: Path) -> list[Voice]:
    if not folder.is_dir():
        raise CastError(f"{folder} is no folder: give one that holds <speaker>/*.ogg, .wav or .flac")
    voices = []
    for speaker in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(path for path in speaker.iterdir() if path.suffix.lower() in _KINDS)
        if len(files) > ENROLMENT_NOTES:
            notes = [Note(speaker.name, f.name, f.read_bytes(), _KINDS[f.suffix.lower()]) for f in files]
            voices.append(Voice(speaker.name, notes))
    if folder == SHIPPED:
        return sorted(voices, key=lambda voice: _ORDER.index(voice.name))
    return sorted(voices, key=lambda voice: -min(voice.left, ENROLMENT_NOTES + 3))
