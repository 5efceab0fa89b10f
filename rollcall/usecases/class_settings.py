"""A teacher sets a class: its zone, when a note is late, how long a lesson is, its words and more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.challenge import ChallengeMode
from rollcall.domain.class_settings import Vocabulary, is_zone, zone_named
from rollcall.domain.lesson_end import LONGEST
from rollcall.domain.weekly import IN_A_ROW, SHARES
from rollcall.storage import audit
from rollcall.storage.people import conversation_with, set_step
from rollcall.storage.tables import Conversation, Person, SchoolClass
from rollcall.storage.teaching import teaches
from rollcall.texts import LANGUAGES
from rollcall.usecases.dialogue import ZONE, ZONE_CLASS, ZONE_MESSAGE

DEFAULT = "default"
"""What is chosen to have what the installation or the teacher has."""
_MOST_MINUTES = int(LONGEST.total_seconds() // 60)


def set_class(session: Session, teacher: Person, class_id: int, what: str, value: str) -> SchoolClass | None:
    """Set one thing; None where that is no value for it, and then nothing changes."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True, populate_existing=True)
    if not _SETTERS[what](school_class, value):
        return None
    session.flush()
    audit.record(session, Action.CLASS_SET, teacher, f"class:{class_id}", setting=what, value=value)
    return school_class


def ask_zone(session: Session, conversation: Conversation, class_id: int, now: datetime) -> None:
    """The next text names the class's zone."""
    session.add(conversation)
    session.flush()
    set_step(session, conversation.telegram_id, ZONE, {ZONE_CLASS: class_id}, now)


def zone_said(session: Session, teacher: Person, text: str, message_id: int, now: datetime) -> SchoolClass | str | None:
    """The answer, or the answer as it was edited since: the class that has the zone now.

    None where it names no zone; then the question stays. The text itself where the class is not the teacher's any more.
    """
    conversation = conversation_with(session, teacher.telegram_id, now)
    class_id = conversation.data.get(ZONE_CLASS, 0)
    if not teaches(session, teacher.id, class_id, now):
        set_step(session, teacher.telegram_id, "", None, now)
        return text
    zone = zone_named(text)
    kept = {ZONE_CLASS: class_id, ZONE_MESSAGE: message_id}
    set_step(session, teacher.telegram_id, ZONE if zone is None else "", kept, now)
    return None if zone is None else set_class(session, teacher, class_id, "zone", zone)


def _set_zone(school_class: SchoolClass, value: str) -> bool:
    if not is_zone(value):
        return False
    school_class.timezone = value
    return True


def _set_late(school_class: SchoolClass, value: str) -> bool:
    minutes = _minutes(value, 0)
    if minutes is None:
        return False
    school_class.late_after_minutes = minutes
    return True


def _set_length(school_class: SchoolClass, value: str) -> bool:
    minutes = _minutes(value, 1)
    if minutes is None:
        return False
    school_class.lesson_minutes = minutes
    return True


def _minutes(value: str, fewest: int) -> int | None:
    minutes = int(value) if value.isascii() and value.isdecimal() else -1
    return minutes if fewest <= minutes <= _MOST_MINUTES else None


def _set_words(school_class: SchoolClass, value: str) -> bool:
    if value not in set(Vocabulary):
        return False
    school_class.vocabulary = Vocabulary(value)
    return True


def _set_language(school_class: SchoolClass, value: str) -> bool:
    if value not in (DEFAULT, *LANGUAGES):
        return False
    school_class.language = None if value == DEFAULT else value
    return True


def _set_row(school_class: SchoolClass, value: str) -> bool:
    if value not in map(str, IN_A_ROW):
        return False
    school_class.told_missed_in_a_row = int(value)
    return True


def _set_share(school_class: SchoolClass, value: str) -> bool:
    if value not in map(str, SHARES):
        return False
    school_class.told_share_below = int(value)
    return True


def _set_number(school_class: SchoolClass, value: str) -> bool:
    if value not in set(ChallengeMode):
        return False
    school_class.challenge = ChallengeMode(value)
    return True


def _set_sentence(school_class: SchoolClass, value: str) -> bool:
    if value not in ("on", "off"):
        return False
    school_class.enrol_challenge = value == "on"
    return True


_SETTERS: dict[str, Callable[[SchoolClass, str], bool]] = {
    "zone": _set_zone,
    "late": _set_late,
    "length": _set_length,
    "words": _set_words,
    "language": _set_language,
    "row": _set_row,
    "share": _set_share,
    "number": _set_number,
    "sentence": _set_sentence,
}
