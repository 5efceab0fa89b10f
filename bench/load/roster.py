"""Who will check in, with which file: what `bench.load.prepare` leaves for the crowd."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Student:
    """Someone with a Telegram account, and the note that they will send: Ogg/Opus."""

    telegram_id: int
    name: str
    note: bytes


@dataclass(frozen=True)
class Roster:
    """Telegram ids of the teachers, each of whom has a class; and the students."""

    teachers: list[int]
    students: list[Student]


def read(folder: Path) -> Roster:
    """What was left there."""
    told = json.loads((folder / "roster.json").read_text(encoding="utf-8"))
    return Roster(
        told["teachers"],
        [Student(number, name, (folder / "notes" / str(number)).read_bytes()) for number, name in told["students"]],
    )
