"""Enrolment recordings kept, sealed, of those who agreed: another encoder can learn their voices without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from rollcall.domain.collation import sort_key
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, recording_binding
from rollcall.storage import claims
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.people import has_consent
from rollcall.storage.tables import Attempt, EnrolmentNote, KeptRecording, Person, StoredVoiceprint
from rollcall.storage.voiceprints import add_note, complete_enrolment


def enrolment_files(session: Session, person_id: int) -> dict[str, str]:
    """Telegram's file of each note of the present voiceprint, by attempt."""
    rows = session.execute(
        select(Attempt.id, Attempt.file_id)
        .join(EnrolmentNote, EnrolmentNote.attempt_id == Attempt.id)
        .join(StoredVoiceprint, StoredVoiceprint.person_id == EnrolmentNote.person_id)
        .where(EnrolmentNote.person_id == person_id, EnrolmentNote.enrolment == StoredVoiceprint.enrolment)
        .order_by(EnrolmentNote.id)
    )
    return dict(rows.all())


def keep(session: Session, keyring: Keyring, person_id: int, recordings: Mapping[str, bytes], now: datetime) -> None:
    """Keep these recordings, by attempt, in place of what was kept before."""
    session.execute(delete(KeptRecording).where(KeptRecording.person_id == person_id))
    for attempt_id, audio in recordings.items():
        sealed = keyring.seal(audio, recording_binding(attempt_id, person_id))
        session.add(KeptRecording(attempt_id=attempt_id, person_id=person_id, sealed=sealed, created_at=now))
    session.flush()


def outdated_people(session: Session, model: str, weight_hash: str) -> Sequence[tuple[Person, bool]]:
    """Whose voiceprint another encoder made, by name, and whether their recordings are kept."""
    kept = exists().where(KeptRecording.person_id == Person.id)
    rows = session.execute(
        select(Person, kept)
        .join(StoredVoiceprint, StoredVoiceprint.person_id == Person.id)
        .where(or_(StoredVoiceprint.model != model, StoredVoiceprint.weight_hash != weight_hash))
    )
    found = [(person, bool(has)) for person, has in rows]
    return sorted(found, key=lambda one: (sort_key(one[0].full_name), one[0].id))


def people_without_narrow(session: Session, model: str, weight_hash: str) -> Sequence[Person]:
    """Whose voiceprint is this encoder's and was never heard as a telephone passes it, though recordings are kept."""
    unheard = exists().where(
        EnrolmentNote.person_id == Person.id,
        EnrolmentNote.enrolment == StoredVoiceprint.enrolment,
        EnrolmentNote.narrow.is_(None),
        EnrolmentNote.attempt_id == KeptRecording.attempt_id,
    )
    rows = session.scalars(
        select(Person)
        .join(StoredVoiceprint, StoredVoiceprint.person_id == Person.id)
        .where(StoredVoiceprint.model == model, StoredVoiceprint.weight_hash == weight_hash, unheard)
    )
    return sorted(rows, key=lambda one: (sort_key(one.full_name), one.id))


def add_narrow(session: Session, person_id: int, narrow: Mapping[str, bytes]) -> None:
    """Keep beside these notes, by attempt, how a telephone passes them; the voiceprint itself stays as it is."""
    for attempt_id, sealed in narrow.items():
        session.execute(
            update(EnrolmentNote)
            .where(EnrolmentNote.attempt_id == attempt_id, EnrolmentNote.person_id == person_id)
            .values(narrow=sealed)
        )


def take_asking(session: Session, person_id: int, weight_hash: str) -> bool:
    """Take it on to ask someone to enrol again; False where they were asked for this encoder."""
    taken = session.scalar(
        update(Person)
        .where(Person.id == person_id, or_(Person.asked_again_for.is_(None), Person.asked_again_for != weight_hash))
        .values(asked_again_for=weight_hash)
        .returning(Person.id)
    )
    return taken is not None


def recordings_of(session: Session, keyring: Keyring, person_id: int) -> dict[str, bytes]:
    """A person's kept recordings by attempt, opened."""
    rows = session.scalars(
        select(KeptRecording).where(KeptRecording.person_id == person_id).order_by(KeptRecording.created_at)
    )
    return {row.attempt_id: keyring.open(row.sealed, recording_binding(row.attempt_id, person_id)) for row in rows}


def may_be_made_anew(session: Session, person: Person, made_at: datetime, recordings: Set[str]) -> bool:
    """Whether the print made then is still the person's, agreed to, and these recordings kept; it is held till the end.

    An erasure takes the claims and then the print, and so do we: either both are gone here, or it waits for our end and
    deletes what we have written.
    """
    session.execute(select(VoiceClaim.id).where(VoiceClaim.person_id == person.id).with_for_update())
    stored = session.get(StoredVoiceprint, person.id, with_for_update=True, populate_existing=True)
    if stored is None or stored.created_at != made_at:
        return False
    kept = session.scalars(select(KeptRecording.attempt_id).where(KeptRecording.person_id == person.id))
    return recordings <= set(kept) and has_consent(session, person.telegram_id)


def replace_voiceprint(
    session: Session, keyring: Keyring, person_id: int, notes: Sequence[Result], now: datetime
) -> None:
    """Make the person's voiceprint anew from the same recordings, as another encoder hears them."""
    enrolment = f"reembed {now.timestamp():.0f}"
    session.execute(delete(EnrolmentNote).where(EnrolmentNote.person_id == person_id))
    for note in notes:
        add_note(session, person_id, enrolment, note, now)
    complete_enrolment(session, keyring, person_id, enrolment, now)
    claims.follow_reembedding(session, person_id, enrolment, now)
