"""Somebody is a student of a class: what comes with them, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from rollcall.sealing.seal import Keyring
from rollcall.storage.claims import take_along
from rollcall.storage.namesakes import note_namesakes
from rollcall.storage.tables import Person, SchoolClass
from rollcall.storage.votes import is_of_use, is_withheld
from rollcall.usecases.dialogue import WITHOUT_VOICE


class How(StrEnum):
    """As what somebody joined."""

    NEW = "new"
    """A voice is still to be recorded."""
    KNOWN_VOICE = "known_voice"
    VOICE_WAITS = "voice_waits"
    """The voiceprint has no vote in this class until a teacher has stood for it."""
    WITHOUT_VOICE = "without_voice"
    ALREADY = "already"
    """They belong to the class."""


@dataclass(frozen=True)
class Joined:
    """Somebody is a student of a class.

    Attributes:
        known: the voice is recognised somewhere.
        namesake: the name looks like a classmate's.
    """

    person_id: int
    name: str
    class_id: int
    title: str
    how: How
    known: bool
    namesake: bool
    practice: bool = False
    """Whether it is a practice class, which its student opens a lesson of."""


def welcome(
    session: Session,
    keyring: Keyring,
    person: Person,
    school_class: SchoolClass,
    data: Mapping[str, Any],
    now: datetime,
    *,
    new: bool,
) -> Joined:
    """After somebody has become a student of the class, or was one before."""
    if new:
        take_along(session, keyring, person.id, school_class.id, now)
    known = is_of_use(session, person.id)
    if not new:
        how = How.ALREADY
    elif data.get(WITHOUT_VOICE):
        how = How.WITHOUT_VOICE
    elif is_withheld(session, school_class.id, person.id):
        how = How.VOICE_WAITS
    else:
        how = How.KNOWN_VOICE if known else How.NEW
    namesake = new and note_namesakes(session, person, school_class.id, now)
    return Joined(
        person.id,
        person.full_name,
        school_class.id,
        school_class.title,
        how,
        known,
        namesake,
        practice=school_class.practice_of is not None,
    )
