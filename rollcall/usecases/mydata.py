"""Everything that is kept about one person, for that person (GDPR art. 15 and 20)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.correction_tables import Correction, MarkWord
from rollcall.storage.excuse_tables import Absence, Appeal
from rollcall.storage.people import agreements_of, find_person
from rollcall.storage.renewal_tables import FreshNote, FreshWord, Renewal
from rollcall.storage.roster_tables import JoinRequest, RosterPreview
from rollcall.storage.tables import (
    AlikeVoices,
    Attempt,
    Attendance,
    Call,
    Conversation,
    EnrolmentNote,
    KeptRecording,
    Lesson,
    Membership,
    Namesake,
    Person,
    Review,
    SchoolClass,
    StoredVoiceprint,
    Table,
)
from rollcall.storage.web_tables import WebLink, WebScreen, WebSession
from rollcall.storage.weekly_tables import WeeklyWord

MADE_AT = "made_at"
"""The part of the file that is not about the person."""
_SEALED = {"sealed", "embedding", "fingerprint", "narrow"}
"""Never given out, not even sealed: only that they are there."""
_INNER = {
    "person_id",
    "other_id",
    "decided_by",
    "update_id",
    "confirmed_by",
    "made_by",
    "undone_by",
    "was_confirmed_by",
    "teacher_id",
    "holder",
    "telegram_id",
    "job_entry",
    "answer_from",
    "answer_holder",
    "not_before",
    "token_hash",
}
"""Numbers that mean something to the database alone, or belong to somebody else."""


def gather(session: Session, telegram_id: int, now: datetime) -> dict[str, Any] | None:
    """What is kept, table by table; None for an account of which nothing is."""
    person = find_person(session, telegram_id)
    conversation = session.get(Conversation, telegram_id)
    agreements = [_row(one) for one in agreements_of(session, telegram_id)]
    asked = session.scalars(select(JoinRequest).where(JoinRequest.telegram_id == telegram_id)).all()
    if person is None and conversation is None and not agreements and not asked:
        return None
    found: dict[str, Any] = {
        MADE_AT: now,
        "account": {"telegram_id": telegram_id},
        "agreements": agreements,
        "asked_to_join": [_row(one) for one in asked],
        "conversation": _row(conversation) if conversation is not None else None,
    }
    return found if person is None else {**found, **_of(session, person)}


def as_json(found: dict[str, Any]) -> bytes:
    """The file: UTF-8, indented, times in ISO 8601."""
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain).encode()


def _of(session: Session, person: Person) -> dict[str, Any]:
    def every(table: Any, *order: Any) -> list[dict[str, Any]]:
        return [
            _row(row) for row in session.scalars(select(table).where(table.person_id == person.id).order_by(*order))
        ]

    titles = dict((session.execute(select(SchoolClass.id, SchoolClass.title))).all())
    classes = session.scalars(
        select(Membership).where(Membership.person_id == person.id).order_by(Membership.joined_at)
    )
    marks = session.execute(
        select(Attendance, Lesson)
        .join(Lesson, Lesson.id == Attendance.lesson_id)
        .where(Attendance.person_id == person.id)
        .order_by(Lesson.opened_at)
    )
    alike = session.scalars(
        select(AlikeVoices).where(or_(AlikeVoices.person_id == person.id, AlikeVoices.other_id == person.id))
    )
    taught = session.scalars(select(Lesson).where(Lesson.opened_by == person.id).order_by(Lesson.opened_at))
    weekly = session.scalars(select(WeeklyWord).where(WeeklyWord.chat_id == person.telegram_id))
    devices, links, screens = (
        session.scalars(select(table).where(table.telegram_id == person.telegram_id))
        for table in (WebSession, WebLink, WebScreen)
    )
    lists = session.scalars(select(RosterPreview).where(RosterPreview.telegram_id == person.telegram_id))
    return {
        "account": {"telegram_id": person.telegram_id, **_row(person)},
        "classes": [{"class": titles.get(one.class_id), **_row(one)} for one in classes],
        "attendance": [
            {
                "class": titles.get(lesson.class_id),
                "lesson_opened_at": lesson.opened_at,
                **_row(mark),
                "confirmed_by_a_teacher": mark.confirmed_by is not None,
            }
            for mark, lesson in marks
        ],
        "voice_notes": every(Attempt, Attempt.received_at),
        "voiceprint": every(StoredVoiceprint, StoredVoiceprint.created_at),
        "enrolment_notes": every(EnrolmentNote, EnrolmentNote.id),
        "kept_recordings": every(KeptRecording, KeptRecording.created_at),
        "voiceprint_steps": every(Renewal, Renewal.id),
        "note_waiting_for_a_step": every(FreshNote, FreshNote.created_at),
        "words_owed_about_the_voice": every(FreshWord, FreshWord.created_at),
        "announced_absences": every(Absence, Absence.id),
        "objections_to_marks": every(Appeal, Appeal.id),
        "corrected_marks": every(Correction, Correction.id),
        "words_owed_about_marks": every(MarkWord, MarkWord.created_at),
        "questions_to_the_teacher": every(Review, Review.created_at),
        "voices_waiting_for_a_teacher": every(VoiceClaim, VoiceClaim.id),
        "sounds_like_a_classmate": [_row(one) for one in alike],
        "told_of_lessons": every(Call, Call.id),
        "asked_to_say": every(StoredChallenge, StoredChallenge.id),
        "named_like_a_classmate": every(Namesake, Namesake.created_at),
        "weekly_words_owed": [{"class": titles.get(one.class_id), **_row(one)} for one in weekly],
        "signed_in_devices": [_row(one) for one in devices],
        "sign_in_links": [_row(one) for one in links],
        "screens": [_row(one) for one in screens],
        "lists_sent": [_row(one) for one in lists],
        "lessons_opened": [{"class": titles.get(one.class_id), **_row(one)} for one in taught],
    }


def _row(row: Table) -> dict[str, Any]:
    """A row by its columns; of a sealed value only that it is there."""
    found: dict[str, Any] = {}
    for column in row.__table__.columns:
        value = getattr(row, column.key)
        if column.key in _SEALED:
            found[f"{column.key}_kept"] = value is not None
        elif column.key not in _INNER:
            found[column.key] = value
    return found


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
