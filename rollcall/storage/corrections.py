"""Marks that a teacher gave by hand: which of them stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rollcall.storage.correction_tables import Correction


def standing_correction(session: Session, lesson_id: int, person_id: int) -> Correction | None:
    """The last one of a student in a lesson that nobody took back and nothing has replaced."""
    of_student = (Correction.lesson_id == lesson_id, Correction.person_id == person_id)
    standing = select(Correction).where(*of_student, Correction.undone_at.is_(None))
    return session.scalar(standing.order_by(Correction.id.desc()).limit(1))


def corrected_marks(session: Session, lesson_ids: Collection[int]) -> set[tuple[int, int]]:
    """(lesson, student) of every mark that a teacher gave by hand."""
    rows = session.execute(
        select(Correction.lesson_id, Correction.person_id).where(
            Correction.lesson_id.in_(lesson_ids), Correction.undone_at.is_(None)
        )
    )
    return {(lesson_id, person_id) for lesson_id, person_id in rows}


def batch_of(session: Session, lesson_id: int, batch: str) -> Sequence[Correction]:
    """The corrections of one press that still stand."""
    rows = session.scalars(
        select(Correction)
        .where(Correction.lesson_id == lesson_id, Correction.batch == batch, Correction.undone_at.is_(None))
        .order_by(Correction.id)
    )
    return rows.all()


def replace_corrections(session: Session, lesson_id: int, person_id: int, now: datetime) -> None:
    """Something else gave the mark: what teachers had given by hand does not stand any more."""
    of_student = (Correction.lesson_id == lesson_id, Correction.person_id == person_id)
    session.execute(update(Correction).where(*of_student, Correction.undone_at.is_(None)).values(undone_at=now))
