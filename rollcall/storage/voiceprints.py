"""Voiceprints and enrolment notes at rest: sealed, and gone without a trace when their owner asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BindParameter, ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.claim import ClaimState
from rollcall.domain.enrolment import whole_notes
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.voiceprint import Voiceprint, centroid, unpack_embedding
from rollcall.errors import SealBroken
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, embedding_binding, narrow_embedding_binding, voiceprint_binding
from rollcall.storage import audit, renewals
from rollcall.storage.audit import PersonId
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.claim_tables import ClaimLikeness, VoiceClaim
from rollcall.storage.tables import (
    STUDENT,
    AlikeVoices,
    Attempt,
    EnrolmentNote,
    KeptRecording,
    Membership,
    Person,
    Review,
    SchoolClass,
    StoredVoiceprint,
    Table,
)
from rollcall.storage.votes import withheld

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])
_Voice = NDArray[np.float32]


def open_note(keyring: Keyring, row: EnrolmentNote) -> NDArray[np.float32]:
    """The stored note's embedding: float32 [dimension]."""
    binding = embedding_binding(row.attempt_id, row.person_id, row.model, row.weight_hash)
    return unpack_embedding(keyring.open(row.embedding, binding))


def open_narrow(keyring: Keyring, row: EnrolmentNote) -> NDArray[np.float32]:
    """The embedding of the stored note as a telephone passes it: float32 [dimension].

    Raises:
        SealBroken: likewise where there is none.
    """
    binding = narrow_embedding_binding(row.attempt_id, row.person_id, row.model, row.weight_hash)
    return unpack_embedding(keyring.open(row.narrow or b"", binding))


def notes_of(session: Session, enrolment: str) -> list[EnrolmentNote]:
    """The good notes of an enrolment so far, in order."""
    rows = session.scalars(select(EnrolmentNote).where(EnrolmentNote.enrolment == enrolment).order_by(EnrolmentNote.id))
    return list(rows)


def add_note(session: Session, person_id: int, enrolment: str, result: Result, now: datetime) -> None:
    """Keep a good note of an enrolment under way."""
    session.add(
        EnrolmentNote(
            person_id=person_id,
            attempt_id=result.job_id,
            enrolment=enrolment,
            embedding=result.embedding,
            narrow=result.narrow,
            model=result.model,
            weight_hash=result.weight_hash,
            decoder=result.decoder,
            speech_seconds=result.speech_seconds or 0.0,
            created_at=now,
        )
    )
    session.flush()


def facts_of(session: Session, note: EnrolmentNote) -> dict[str, float]:
    """What was measured of a good note's sound; empty once that is forgotten."""
    return session.scalar(select(Attempt.quality).where(Attempt.id == note.attempt_id)) or {}


def drop_notes(session: Session, enrolment: str) -> None:
    """Begin an enrolment's count again."""
    session.execute(delete(EnrolmentNote).where(EnrolmentNote.enrolment == enrolment))


def keep_notes_of(session: Session, person_id: int, *enrolments: str | None) -> None:
    """Delete the person's enrolment notes but those of these enrolments."""
    kept = [one for one in enrolments if one is not None]
    session.execute(
        delete(EnrolmentNote).where(EnrolmentNote.person_id == person_id, EnrolmentNote.enrolment.not_in(kept))
    )


def open_notes(
    keyring: Keyring, rows: Sequence[EnrolmentNote], opened: Callable[[Keyring, EnrolmentNote], _Voice] = open_note
) -> list[_Voice]:
    """What the recordings of an enrolment give: float32 [dimension] for each whole note, of one or of several."""
    vectors = [opened(keyring, row) for row in rows]
    # Of recordings that were kept for another encoder one may be missing: then what there is makes one note.
    parts = whole_notes([row.speech_seconds for row in rows]) or [slice(None)]
    return [centroid(vectors[part]) for part in parts]


def print_of(keyring: Keyring, notes: Sequence[EnrolmentNote]) -> Voiceprint:
    """The voiceprint that these notes make."""
    return Voiceprint(notes[0].model, notes[0].weight_hash, centroid(open_notes(keyring, notes)))


def complete_enrolment(
    session: Session, keyring: Keyring, person_id: int, enrolment: str, now: datetime, keep: str | None = None
) -> None:
    """Make the person's voiceprint from the notes of this enrolment; it replaces an earlier one.

    Args:
        keep: an enrolment whose notes stay beside it; all others' go.
    """
    rows = notes_of(session, enrolment)
    voiceprint = print_of(keyring, rows)
    keep_notes_of(session, person_id, enrolment, keep)
    session.merge(
        StoredVoiceprint(
            person_id=person_id,
            sealed=keyring.seal(
                voiceprint.pack(), voiceprint_binding(person_id, voiceprint.model, voiceprint.weight_hash)
            ),
            model=voiceprint.model,
            weight_hash=voiceprint.weight_hash,
            notes=len(rows),
            enrolment=enrolment,
            created_at=now,
            renewed_at=None,
            invited_at=None,
        )
    )
    renewals.forget(session, person_id)
    session.flush()
    owner = PersonId(person_id)
    audit.record(session, Action.VOICEPRINT_MADE, owner, "voiceprint", about=owner, model=voiceprint.model)


def voiceprint_of(session: Session, keyring: Keyring, person_id: int) -> Voiceprint | None:
    """The person's voiceprint, opened."""
    stored = session.get(StoredVoiceprint, person_id)
    return _open_print(keyring, stored) if stored else None


def is_enrolled(session: Session, person_id: int) -> bool:
    """Whether the person has a voiceprint."""
    return session.get(StoredVoiceprint, person_id) is not None


def is_made_of(session: Session, person_id: int, enrolment: str | None) -> bool:
    """Whether the person's voiceprint was made of the notes of this enrolment."""
    stored = session.get(StoredVoiceprint, person_id)
    return stored is not None and enrolment is not None and stored.enrolment == enrolment


def recognised_in(query: _Query, class_id: int | BindParameter[int]) -> _Query:
    """A query of voiceprints, narrowed to those that have a vote in a class; of one that was put away, none."""
    return (
        query.join(Membership, Membership.person_id == StoredVoiceprint.person_id)
        .join(SchoolClass, SchoolClass.id == Membership.class_id)
        .where(
            Membership.class_id == class_id,
            Membership.role == STUDENT,
            SchoolClass.archived_at.is_(None),
            ~withheld(Membership.class_id, Membership.person_id),
        )
    )


def voiceprints_of_class(session: Session, keyring: Keyring, class_id: int) -> dict[int, Voiceprint]:
    """Every student's voiceprint that has a vote: what the class's gallery must hold."""
    rows = session.scalars(recognised_in(select(StoredVoiceprint), class_id))
    found = {}
    for row in rows:
        with suppress(SealBroken):  # a key was dropped from the ring: this person must enrol again, the class goes on
            found[row.person_id] = _open_print(keyring, row)
    return found


def notes_of_class(
    session: Session, keyring: Keyring, class_id: int
) -> tuple[dict[int, NDArray[np.float32]], tuple[str, str] | None]:
    """The notes behind every voiceprint with a vote, float32 [notes, dimension] each, and the model that made them.

    Where the class has prints of several models (the rest will enrol again), those of the newest print's model.
    """
    by_person, made_by = _note_rows(session, class_id)
    return _opened_by_person(keyring, by_person, open_note), made_by


def both_notes_of_class(
    session: Session, keyring: Keyring, class_id: int
) -> tuple[dict[int, NDArray[np.float32]], dict[int, NDArray[np.float32]], tuple[str, str] | None]:
    """The same, and likewise as a telephone passes them, of everybody of whom every note was heard so.

    Read at once: somebody may be enrolling anew, and what belongs together must be of the same notes.
    """
    by_person, made_by = _note_rows(session, class_id)
    notes, narrow = (_opened_by_person(keyring, by_person, each) for each in (open_note, open_narrow))
    return notes, narrow, made_by


def _opened_by_person(
    keyring: Keyring,
    by_person: Mapping[int, Sequence[EnrolmentNote]],
    opened: Callable[[Keyring, EnrolmentNote], _Voice],
) -> dict[int, NDArray[np.float32]]:
    found = {}
    for person_id, rows in by_person.items():
        with suppress(SealBroken):
            found[person_id] = np.stack(open_notes(keyring, rows, opened))
    return found


def _note_rows(session: Session, class_id: int) -> tuple[Mapping[int, Sequence[EnrolmentNote]], tuple[str, str] | None]:
    rows = (
        session.execute(
            select(EnrolmentNote, StoredVoiceprint.created_at)
            .join(StoredVoiceprint, StoredVoiceprint.person_id == EnrolmentNote.person_id)
            .join(Membership, Membership.person_id == EnrolmentNote.person_id)
            .where(
                Membership.class_id == class_id,
                Membership.role == STUDENT,
                EnrolmentNote.model == StoredVoiceprint.model,
                EnrolmentNote.weight_hash == StoredVoiceprint.weight_hash,
                # Not those of a new enrolment that is under way, waits, or was given up.
                EnrolmentNote.enrolment == StoredVoiceprint.enrolment,
                ~withheld(Membership.class_id, Membership.person_id),
            )
            .order_by(StoredVoiceprint.created_at.desc(), EnrolmentNote.id)
        )
    ).all()
    if not rows:
        return {}, None
    made_by = (rows[0][0].model, rows[0][0].weight_hash)
    by_person: dict[int, list[EnrolmentNote]] = {}
    for note, _ in rows:
        if (note.model, note.weight_hash) == made_by:
            by_person.setdefault(note.person_id, []).append(note)
    return by_person, made_by


def forget_voice(session: Session, person: Person, now: datetime) -> dict[str, int]:
    """Erase everything made from the person's voice, and what leads to the recordings; how much there was.

    Marks and verdicts stay: they are the teacher's record.
    """
    # First, as a teacher's decision takes them first. The cards stay until their messages, which hold a note, are taken
    # out of the teachers' chats.
    session.execute(
        update(VoiceClaim)
        .where(VoiceClaim.person_id == person.id)
        .values(state=ClaimState.SETTLED, enrolment=None, replaced=None, attempt_id=None)
    )
    mine = Attempt.person_id == person.id
    counts = {
        "voiceprints": _delete(session, StoredVoiceprint, StoredVoiceprint.person_id == person.id),
        "enrolment_notes": _delete(session, EnrolmentNote, EnrolmentNote.person_id == person.id),
        "recordings": _delete(session, KeptRecording, KeptRecording.person_id == person.id),
        "voiceprint_steps": renewals.forget(session, person.id),
        "check_values": _count(session, mine, or_(Attempt.fingerprint.is_not(None), Attempt.content_hash.is_not(None))),
        "note_details": _count(session, mine, Attempt.file_id != ""),
    }
    _delete(session, AlikeVoices, or_(AlikeVoices.person_id == person.id, AlikeVoices.other_id == person.id))
    _delete(session, ClaimLikeness, ClaimLikeness.other_id == person.id)
    _delete(session, StoredChallenge, StoredChallenge.person_id == person.id)
    session.execute(
        update(Attempt)
        .where(mine)
        .values(
            fingerprint=None, content_hash=None, embedding=None, file_id="", file_unique_id="", enrolment=None,
            score=None, runner_up=None, speech_seconds=None, words_score=None, quality={}, timings={},
        )
    )  # fmt: skip
    # Once more: a note that was being settled has kept its voice before its row was let go.
    counts["voiceprint_steps"] += renewals.forget(session, person.id)
    # There is nothing left for a teacher to listen to: the card's note cannot be judged against a voice that is gone.
    session.execute(
        update(Review)
        .where(Review.person_id == person.id, Review.state == ReviewState.OPEN, Review.attempt_id.is_not(None))
        .values(state=ReviewState.SETTLED)
    )
    session.execute(update(Attempt).where(mine, Attempt.reason == Reason.TEACHER_DECIDES).values(reason=Reason.UNSURE))
    # Notes still on their way end here; their sender gets an answer all the same.
    session.execute(
        update(Attempt)
        .where(mine, Attempt.verdict == Verdict.PENDING)
        .values(verdict=Verdict.REFUSED, reason=Reason.NOT_EXPECTED, settled_at=now)
    )
    audit.erase(session, person.telegram_id)
    return counts


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Attempt).where(*conditions)) or 0


def _delete(session: Session, table: type[Table], condition: ColumnElement[bool]) -> int:
    found = session.execute(delete(table).where(condition))
    return int(getattr(found, "rowcount", 0))


def _open_print(keyring: Keyring, row: StoredVoiceprint) -> Voiceprint:
    return Voiceprint.unpack(keyring.open(row.sealed, voiceprint_binding(row.person_id, row.model, row.weight_hash)))
