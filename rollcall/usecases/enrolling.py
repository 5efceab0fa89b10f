"""Recording one's voice: an enrolment begins, and its recordings may be kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.storage.people import agree_to_keep_recordings, has_consent, set_step
from rollcall.storage.tables import Conversation, Person
from rollcall.storage.votes import VoiceStanding, waits
from rollcall.usecases.dialogue import ENROLLING, ENROLMENT, NAME_MESSAGE, UNASKED


@dataclass(frozen=True)
class Enrolling:
    """An enrolment has begun.

    Attributes:
        enrolment: its number, of which its sentences are drawn.
    """

    enrolment: str


def begin_enrolment(session: Session, conversation: Conversation, now: datetime, *, unasked: bool = False) -> Enrolling:
    """From now on the notes of this conversation count towards a new voiceprint.

    Args:
        unasked: with a note that was sent before anybody asked for it.
    """
    enrolment = str(uuid.uuid4())
    kept = {key: value for key, value in conversation.data.items() if key == NAME_MESSAGE}
    begun = {ENROLMENT: enrolment, UNASKED: True} if unasked else {ENROLMENT: enrolment}
    set_step(session, conversation.telegram_id, ENROLLING, {**kept, **begun}, now)
    return Enrolling(enrolment)


def enrolment_by_note(
    session: Session, conversation: Conversation, person: Person, voice: VoiceStanding | None, now: datetime
) -> str | None:
    """The enrolment that a note begins which nobody asked for: of a student who has agreed, and has recorded nothing.

    None where the note counts for none: another question waits for its answer, or the voice for a teacher's word.
    """
    if conversation.step or voice is not None or waits(session, person.id):
        return None
    if not has_consent(session, person.telegram_id):
        return None
    return begin_enrolment(session, conversation, now, unasked=True).enrolment


def agree_to_keep(session: Session, telegram_id: int, text_version: str, language: str, now: datetime) -> bool:
    """Agree that the enrolment's recordings are kept; False for somebody who has not agreed to voice check-in."""
    if not has_consent(session, telegram_id):
        return False
    agree_to_keep_recordings(session, telegram_id, text_version, language, now)
    return True
