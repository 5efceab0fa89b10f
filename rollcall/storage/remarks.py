"""What a teacher may want to know of a mark that stands: from what its lesson's notes are on record with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rollcall.domain.attendance import Remarks
from rollcall.domain.challenge import Words
from rollcall.domain.sent_as import RECORDED
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import NOTES
from rollcall.storage.tables import Attempt, Attendance, Lesson, StoredVoiceprint

_ANOTHER_VOICE = (Reason.OTHER_VOICE, Reason.UNKNOWN_VOICE)


def remarks(session: Session, lesson_ids: Sequence[int]) -> dict[tuple[int, int], Remarks]:
    """By (lesson, student); most have none, and are left out.

    Notes in another voice count up to the mark; where it was a teacher who vouched for the student, all of them do.
    """
    found: dict[tuple[int, int], Remarks] = {}
    accepted = session.execute(
        select(Attendance.lesson_id, Attendance.person_id, Attempt.sent_as, Attempt.enrolled_at, Attempt.words)
        .join(Attempt, Attempt.id == Attendance.attempt_id)
        .where(Attendance.lesson_id.in_(lesson_ids), Attempt.verdict == Verdict.ACCEPTED)
    )
    for lesson_id, person_id, sent_as, enrolled_at, words in accepted:
        as_file = sent_as is not None and sent_as not in RECORDED
        unheard = None if words is Words.HEARD else words
        if as_file or enrolled_at is not None or unheard is not None:
            found[lesson_id, person_id] = Remarks(enrolled_at=enrolled_at, as_file=as_file, words=unheard)
    for lesson_id, person_id, number in session.execute(
        select(Attendance.lesson_id, Attendance.person_id, func.count())
        .join(
            Attempt,
            (Attendance.lesson_id == Attempt.lesson_id) & (Attendance.person_id == Attempt.person_id),
        )
        .where(
            Attempt.lesson_id.in_(lesson_ids),
            Attempt.purpose == Purpose.CHECK_IN,
            Attempt.reason.in_(_ANOTHER_VOICE),
            or_(Attempt.sent_at <= Attendance.at, Attendance.confirmed_by.is_not(None)),
        )
        .group_by(Attendance.lesson_id, Attendance.person_id)
    ):
        found[lesson_id, person_id] = replace(found.get((lesson_id, person_id), Remarks()), other_voices=number)
    return found


def other_voices(session: Session, lesson_id: int, person_id: int) -> int:
    """How many of the student's notes in the lesson were in another voice."""
    return (
        session.scalar(
            select(func.count()).where(
                Attempt.lesson_id == lesson_id,
                Attempt.person_id == person_id,
                Attempt.purpose == Purpose.CHECK_IN,
                Attempt.reason.in_(_ANOTHER_VOICE),
            )
        )
        or 0
    )


def enrolled_during(session: Session, attempt: Attempt, lesson: Lesson) -> datetime | None:
    """When the voice that a note was recognised by had been recorded, if that was after the lesson's opening.

    By Telegram's time of the last enrolment note, as the lesson's is: what waited in the queue makes no voice younger.
    """
    stored = session.get(StoredVoiceprint, attempt.person_id)
    if stored is None:
        return None
    recorded_at = session.scalar(
        select(func.max(Attempt.sent_at)).where(
            Attempt.person_id == attempt.person_id,
            Attempt.purpose == Purpose.ENROL,
            Attempt.note_number == NOTES,
            Attempt.settled_at <= stored.created_at,
        )
    )
    return recorded_at if recorded_at is not None and lesson.opened_at < recorded_at <= attempt.sent_at else None
