"""A class's generation: a number that grows when somebody else is recognised in it, or by another voiceprint.

The gallery in Redis says of which generation it is, and a job which one it was posted under, so that no note is judged
by a gallery that is older. The number is found out from the very rows that a gallery is made of, whenever it is asked
for: whoever changes one of them has nothing to remember.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.orm import Session

from rollcall.storage.tables import SchoolClass, StoredVoiceprint
from rollcall.storage.voiceprints import recognised_in


def generation_of(session: Session, class_id: int, known: SchoolClass | None = None) -> int | None:
    """The class's generation now: 0 where nobody was ever recognised in it; None where there is no such class.

    Args:
        known: the class, as this transaction has just read it.
    """
    found = (known.generation, known.voices) if known is not None else None
    while True:
        found = found or _kept(session, class_id)
        if found is None:
            return None
        generation, before = found
        voices = _voices(session, class_id)
        if voices == before:
            return generation
        # By whoever is first, where two see the change.
        raised = session.scalar(
            update(SchoolClass)
            .where(SchoolClass.id == class_id, SchoolClass.generation == generation)
            .values(generation=generation + 1, voices=voices)
            .returning(SchoolClass.generation)
            .execution_options(synchronize_session=False)
        )
        if raised is not None:
            return raised
        found = None


def _kept(session: Session, class_id: int) -> tuple[int, str] | None:
    query = select(SchoolClass.generation, SchoolClass.voices).where(SchoolClass.id == class_id)
    return session.execute(query).one_or_none()


def _voices(session: Session, class_id: int) -> str:
    """Whose voiceprints, made and renewed when, of which notes, by which encoder; empty where there are none."""
    rows = session.execute(_VOICES, {"class": class_id}).all()
    said = repr(
        [
            (person_id, created_at.timestamp(), *of, *([renewed_at.timestamp()] if renewed_at is not None else ()))
            for person_id, created_at, renewed_at, *of in rows
        ]
    )
    return hashlib.sha256(said.encode()).hexdigest() if rows else ""


_VOICES = recognised_in(
    select(
        StoredVoiceprint.person_id, StoredVoiceprint.created_at, StoredVoiceprint.renewed_at,
        StoredVoiceprint.enrolment, StoredVoiceprint.model, StoredVoiceprint.weight_hash,
    ),
    bindparam("class", type_=Integer),
).order_by(StoredVoiceprint.person_id)  # fmt: skip
