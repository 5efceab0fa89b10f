"""Recording one's voice: an enrolment begins, and its recordings may be kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.storage.people import agree_to_keep_recordings, has_consent, set_step
from rollcall.storage.tables import Conversation
from rollcall.usecases.dialogue import ENROLLING, ENROLMENT, NAME_MESSAGE


@dataclass(frozen=True)
class Enrolling:
    """An enrolment has begun.

    Attributes:
        enrolment: its number, of which its sentences are drawn.
    """

    enrolment: str


def begin_enrolment(session: Session, conversation: Conversation, now: datetime) -> Enrolling:
    """From now on the notes of this conversation count towards a new voiceprint."""
    enrolment = str(uuid.uuid4())
    kept = {key: value for key, value in conversation.data.items() if key == NAME_MESSAGE}
    set_step(session, conversation.telegram_id, ENROLLING, {**kept, ENROLMENT: enrolment}, now)
    return Enrolling(enrolment)


def agree_to_keep(session: Session, telegram_id: int, text_version: str, language: str, now: datetime) -> bool:
    """Agree that the enrolment's recordings are kept; False for somebody who has not agreed to voice check-in."""
    if not has_consent(session, telegram_id):
        return False
    agree_to_keep_recordings(session, telegram_id, text_version, language, now)
    return True
