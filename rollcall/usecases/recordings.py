"""Enrolment recordings are kept of those who agree; of the others an enrolment is asked anew after another encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.sealing.seal import Keyring
from rollcall.storage import recordings
from rollcall.storage.people import keeps_recordings, locale_of
from rollcall.storage.tables import Person


def files_to_keep(session: Session, person_id: int) -> Mapping[str, str]:
    """Telegram's file of each note of the voiceprint, by attempt; none where the person has not agreed."""
    return recordings.enrolment_files(session, person_id) if _agrees(session, person_id) else {}


def keep_recordings(
    session: Session, keyring: Keyring, person_id: int, audio: Mapping[str, bytes], now: datetime
) -> bool:
    """Keep them, sealed, by attempt; False where the person, who may have thought better of it, does not agree."""
    if not _agrees(session, person_id):
        return False
    recordings.keep(session, keyring, person_id, audio, now)
    return True


def people_to_ask(session: Session, model: str, weight_hash: str) -> Sequence[int]:
    """Whose voiceprint another encoder made, of whom there is no recording, and who were not asked to enrol anew."""
    outdated = recordings.outdated_people(session, model, weight_hash)
    return [person.id for person, kept in outdated if not kept and person.asked_again_for != weight_hash]


def take_asking(session: Session, person_id: int, weight_hash: str) -> tuple[int, str] | None:
    """Take it on to ask one of them: their chat and language. None where they were asked."""
    if not recordings.take_asking(session, person_id, weight_hash):
        return None
    person = session.get_one(Person, person_id)
    return person.telegram_id, locale_of(session, person.telegram_id)


def _agrees(session: Session, person_id: int) -> bool:
    person = session.get(Person, person_id)
    return person is not None and keeps_recordings(session, person.telegram_id)
