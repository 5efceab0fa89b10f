"""Voiceprints that follow their owners, at rest: notes that wait for their step, steps taken, and steps taken back.

What a voiceprint was before a step is sealed for that person's voiceprint, and so it goes back as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.voiceprint import Voiceprint
from rollcall.sealing.seal import Keyring, voiceprint_binding
from rollcall.storage import audit
from rollcall.storage.audit import PersonId
from rollcall.storage.insertion import insert_new
from rollcall.storage.renewal_tables import FreshNote, FreshWord, Renewal
from rollcall.storage.tables import Attempt, StoredVoiceprint

MOST_STEPS = 60
"""That can be taken back one by one. Of older ones the first is kept, and so the way back to what was enrolled."""


def keep_fresh(session: Session, attempt: Attempt, embedding: bytes, now: datetime) -> bool:
    """Keep a strong note for its step; False where one waits already.

    Args:
        embedding: sealed, by `rollcall.sealing.seal.embedding_binding`.
    """
    row = {
        "person_id": attempt.person_id,
        "attempt_id": attempt.id,
        "embedding": embedding,
        "model": attempt.model,
        "weight_hash": attempt.weight_hash,
        "created_at": now,
    }
    return insert_new(session, FreshNote, row)


def ripe(session: Session, before: datetime) -> Sequence[int]:
    """Whose note has waited long enough."""
    rows = session.scalars(
        select(FreshNote.person_id).where(FreshNote.created_at <= before).order_by(FreshNote.created_at)
    )
    return rows.all()


def take_fresh(session: Session, person_id: int, before: datetime) -> FreshNote | None:
    """The person's note that has waited long enough, which is erased: it is used now or never."""
    note = session.get(FreshNote, person_id, with_for_update=True, populate_existing=True)
    if note is None or note.created_at > before:
        return None
    session.delete(note)
    session.flush()
    return note


def drop_fresh(session: Session, person_id: int) -> None:
    """No note waits any more."""
    session.execute(delete(FreshNote).where(FreshNote.person_id == person_id))


def renew(
    session: Session, keyring: Keyring, stored: StoredVoiceprint, attempt_id: str, made: Voiceprint, now: datetime
) -> None:
    """The voiceprint has taken a step."""
    session.add(
        Renewal(
            person_id=stored.person_id, attempt_id=attempt_id, sealed=stored.sealed, model=stored.model,
            weight_hash=stored.weight_hash, created_at=now,
        )
    )  # fmt: skip
    stored.sealed = keyring.seal(
        made.pack(), voiceprint_binding(stored.person_id, made.model, made.weight_hash)
    )  # fmt: skip
    stored.renewed_at = now
    session.flush()
    steps = _steps(session, stored.person_id)
    for old in steps[1 : len(steps) - MOST_STEPS + 1]:
        session.delete(old)
    owner = PersonId(stored.person_id)
    audit.record(session, Action.VOICEPRINT_RENEWED, None, "voiceprint", about=owner, model=stored.model)


def steps_of(session: Session, person_id: int) -> int:
    """How many steps of the person's voiceprint can be taken back one by one."""
    return len(_steps(session, person_id))


def take_back(session: Session, person_id: int, by: audit.Who, now: datetime) -> bool:
    """The voiceprint is again as it was enrolled, and no note waits; False where it was so already."""
    stored = _locked(session, person_id)
    drop_fresh(session, person_id)
    steps = _steps(session, person_id)
    return stored is not None and bool(steps) and _to(session, stored, steps, by, now)


def doubt(session: Session, lesson_id: int, person_id: int, by: audit.Who, now: datetime) -> None:
    """A teacher gave a mark by hand: what came of the student's notes in the lesson, and after it, is taken back."""
    stored = _locked(session, person_id)
    if stored is None:
        return
    theirs = set(
        session.scalars(select(Attempt.id).where(Attempt.lesson_id == lesson_id, Attempt.person_id == person_id))
    )
    session.execute(delete(FreshNote).where(FreshNote.person_id == person_id, FreshNote.attempt_id.in_(theirs)))
    steps = _steps(session, person_id)
    first = next((place for place, step in enumerate(steps) if step.attempt_id in theirs), None)
    if first is not None:
        _to(session, stored, steps[first:], by, now)


def forget(session: Session, person_id: int) -> int:
    """Nothing of it is left: the voice was recorded anew, or is erased; how many embeddings there were."""
    found = [
        session.execute(delete(table).where(table.person_id == person_id)) for table in (FreshNote, Renewal, FreshWord)
    ]
    return sum(int(getattr(one, "rowcount", 0)) for one in found[:2])


def _to(session: Session, stored: StoredVoiceprint, undone: Sequence[Renewal], by: audit.Who, now: datetime) -> bool:
    """Before the first of these steps, which are the last ones."""
    back = undone[0]
    fits = (stored.model, stored.weight_hash) == (back.model, back.weight_hash)
    if fits:
        stored.sealed, stored.renewed_at = back.sealed, now
        owner = PersonId(stored.person_id)
        audit.record(session, Action.VOICEPRINT_PUT_BACK, by, "voiceprint", about=owner, steps=len(undone))
    for step in undone:
        session.delete(step)
    session.flush()
    return fits


def _locked(session: Session, person_id: int) -> StoredVoiceprint | None:
    """The voiceprint, nobody else's until the transaction ends: first of all, as for a step and for an erasure."""
    return session.get(StoredVoiceprint, person_id, with_for_update=True, populate_existing=True)


def _steps(session: Session, person_id: int) -> Sequence[Renewal]:
    return session.scalars(select(Renewal).where(Renewal.person_id == person_id).order_by(Renewal.id)).all()
