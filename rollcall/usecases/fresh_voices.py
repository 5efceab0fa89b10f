"""Whose score falls is invited to record the voice anew, before notes fail: by the scores alone, and seldom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.drift import drift, wants_fresh
from rollcall.domain.weekly import is_daytime
from rollcall.storage import fresh_words
from rollcall.storage.classes import attended_classes
from rollcall.storage.holder import Holder
from rollcall.storage.lessons import open_lessons
from rollcall.storage.people import locale_of, renews_voice
from rollcall.storage.scored_notes import scored_notes
from rollcall.storage.tables import Person, StoredVoiceprint
from rollcall.storage.votes import waits

NOT_AGAIN = timedelta(weeks=8)
"""After an invitation; for as long as the same voiceprint serves."""


@dataclass(frozen=True)
class Invited:
    """Who is invited.

    Attributes:
        follows: whether the voiceprint follows its owner already.
    """

    chat_id: int
    locale: str
    follows: bool


def falling(session: Session) -> Sequence[int]:
    """Whose score falls, and is near the cut."""
    trends = {person_id: drift(notes) for person_id, notes in scored_notes(session).items()}
    return [person_id for person_id, trend in trends.items() if trend is not None and wants_fresh(trend)]


def promise(session: Session, person_id: int, now: datetime) -> bool:
    """Owe somebody the word; False where they have had it, or a voice of theirs waits for a teacher."""
    if waits(session, person_id):
        return False
    return fresh_words.promise(session, person_id, now - NOT_AGAIN, now)


def take_word(session: Session, person_id: int, now: datetime, holder: Holder) -> Invited | None:
    """Take it on to say it: in the daytime, and not in a lesson. None where it is not to be said now, or at all."""
    person = session.get(Person, person_id)
    if person is None:
        return None
    classes = attended_classes(session, person)
    if classes and not _is_time(session, classes[-1].timezone, {one.id for one in classes}, now):
        return None
    if not fresh_words.claim(session, person_id, now, holder):
        return None
    if not classes or session.get(StoredVoiceprint, person_id) is None or waits(session, person_id):
        fresh_words.kept(session, person_id)
        return None
    follows = renews_voice(session, person.telegram_id)
    return Invited(person.telegram_id, locale_of(session, person.telegram_id), follows)


def _is_time(session: Session, timezone: str, class_ids: set[int], now: datetime) -> bool:
    busy = any(lesson.class_id in class_ids for lesson in open_lessons(session))
    return not busy and is_daytime(now.astimezone(ZoneInfo(timezone)))
