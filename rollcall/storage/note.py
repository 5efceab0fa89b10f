"""A note with all that is to be known to settle it, read at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from rollcall.storage.attempts import counts_as_seen
from rollcall.storage.tables import (
    STUDENT,
    Attempt,
    Attendance,
    Conversation,
    Lesson,
    Membership,
    Person,
    Review,
    SchoolClass,
    StoredVoiceprint,
)


@dataclass(frozen=True)
class Note:
    """A voice note, its sender, and where it belongs.

    Attributes:
        mark, review: of its sender in its lesson.
        voice_since: when the sender's voiceprint was made.
        tries: whether there are embeddings of the sender's unsure tries in the lesson.
        seen: whether these very bytes came before.
        used: whether files are remembered that outlived an erasure, in the class or one of the sender's.
    """

    attempt: Attempt
    person: Person
    conversation: Conversation | None
    school_class: SchoolClass | None
    lesson: Lesson | None
    mark: Attendance | None
    review: Review | None
    voice_since: datetime | None
    tries: bool
    seen: bool
    used: bool


def note_to_settle(session: Session, attempt_id: str, content_hash: str) -> Note | None:
    """The note, locked for this transaction; None where there is none."""
    row = session.execute(_NOTE, {"attempt": attempt_id, "content_hash": content_hash}).one_or_none()
    return None if row is None else Note(*row)


def _of(table: type[Attendance] | type[Review]) -> ColumnElement[bool]:
    return and_(table.lesson_id == Attempt.lesson_id, table.person_id == Attempt.person_id)


def _note() -> Select[*tuple[Any, ...]]:
    other = aliased(Attempt)
    tries = exists().where(
        other.lesson_id == Attempt.lesson_id, other.person_id == Attempt.person_id, other.embedding.is_not(None)
    )
    seen = exists().where(
        other.content_hash == bindparam("content_hash"),
        other.id != Attempt.id,
        other.received_at <= Attempt.received_at,
        counts_as_seen(other),
    )
    keyed = aliased(SchoolClass)
    attended = select(Membership.class_id).where(Membership.person_id == Attempt.person_id, Membership.role == STUDENT)
    used = exists().where(
        or_(keyed.id == Attempt.class_id, keyed.id.in_(attended.scalar_subquery())), keyed.file_key.is_not(None)
    )
    return (
        select(
            Attempt, Person, Conversation, SchoolClass, Lesson, Attendance, Review, StoredVoiceprint.created_at,
            tries, seen, used,
        )
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Conversation, Conversation.telegram_id == Person.telegram_id)
        .outerjoin(SchoolClass, SchoolClass.id == Attempt.class_id)
        .outerjoin(Lesson, Lesson.id == Attempt.lesson_id)
        .outerjoin(Attendance, _of(Attendance))
        .outerjoin(Review, _of(Review))
        .outerjoin(StoredVoiceprint, StoredVoiceprint.person_id == Attempt.person_id)
        .where(Attempt.id == bindparam("attempt"))
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    )  # fmt: skip


_NOTE: Final = _note()
"""Made once: every note passes here."""
