"""Giving a mark by hand, and taking that back: the one writer of corrections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED, Status, status_without_mark
from rollcall.domain.excuses import kind_of
from rollcall.domain.review import ReviewState
from rollcall.storage import renewals, reviews
from rollcall.storage.audit import PersonId
from rollcall.storage.correction_tables import Correction, MarkWord
from rollcall.storage.corrections import standing_correction
from rollcall.storage.excuses import settle_appeal
from rollcall.storage.lessons import suspicious_notes
from rollcall.storage.mark_record import put_on_record
from rollcall.storage.tables import Attendance, Lesson, Person, StoredVoiceprint

TOLD_AFTER = timedelta(seconds=30)
"""So much later the student hears of it: until then a slip of the thumb is put right, and nobody was told."""


@dataclass(frozen=True)
class Wanted:
    """The mark that a teacher gives.

    Attributes:
        reason: of an excused one; see `rollcall.domain.excuses`.
        batch: in common with the others of the same press.
    """

    status: Status
    reason: str | None = None
    batch: str | None = None


def lesson_to_correct(session: Session, lesson_id: int) -> Lesson:
    """The lesson, whose row is the queue: of two teachers at the same moment one is first."""
    return session.get_one(Lesson, lesson_id, with_for_update=True, populate_existing=True)


def hold(session: Session, person_ids: Iterable[int]) -> frozenset[int]:
    """Whom marks are about to be given or taken from: nobody leaves meanwhile. Those who are still there.

    In the order in which an erasure goes: the voice, the person, and only then what hangs on them. Whoever locked a
    mark first would wait for an erasure that waits for the mark. Of several people, whoever corrects them too goes in
    the same order.
    """
    wanted = sorted(set(person_ids))
    voices = select(StoredVoiceprint.person_id).where(StoredVoiceprint.person_id.in_(wanted))
    session.execute(voices.order_by(StoredVoiceprint.person_id).with_for_update())
    people = select(Person.id).where(Person.id.in_(wanted)).order_by(Person.id)
    return frozenset(session.scalars(people.with_for_update(read=True, key_share=True)))


def correct(
    session: Session, lesson: Lesson, person_id: int, teacher: Person, wanted: Wanted, now: datetime
) -> Correction | None:
    """Give the mark, and have the student told; None where it is that already. The student is held: `hold`.

    A question to the teachers about the student in this lesson is settled by it.
    """
    mark = _locked(session, lesson.id, person_id)
    reason = wanted.reason if wanted.status is Status.EXCUSED else None
    if mark is not None and mark.status is wanted.status and mark.reason == reason:
        return None
    correction = Correction(
        lesson_id=lesson.id, person_id=person_id, made_by=teacher.id, made_at=now, batch=wanted.batch,
        status=wanted.status, reason=reason, was_review=_settle(session, lesson.id, person_id),
    )  # fmt: skip
    if mark is not None:
        correction.was, correction.was_reason = mark.status, mark.reason
        correction.was_at, correction.was_confidence = mark.at, mark.confidence
        correction.was_attempt_id, correction.was_confirmed_by = mark.attempt_id, mark.confirmed_by
    else:
        mark = _made(session, lesson.id, person_id, wanted.status)
    owe_word(session, lesson.id, person_id, teacher, correction.was, correction.was_reason, now)
    mark.status, mark.reason = wanted.status, reason
    if wanted.status not in ATTENDED:
        mark.at = mark.confidence = mark.attempt_id = mark.confirmed_by = None
    session.add(correction)
    renewals.doubt(session, lesson.id, person_id, teacher, now)
    settle_appeal(session, lesson.id, person_id)
    session.flush()
    more = {"reason": kind_of(reason)} if wanted.status is Status.EXCUSED else {}
    put_on_record(
        session, lesson.id, teacher, PersonId(person_id), wanted.status, was=correction.was, how="correction", **more
    )
    return correction


def undo(session: Session, lesson: Lesson, correction: Correction, teacher: Person, now: datetime) -> bool:
    """Put back what was there before; False where the correction does not stand any more, or is not the last.

    The student is held: `hold`.
    """
    mark = _locked(session, lesson.id, correction.person_id)
    last = standing_correction(session, lesson.id, correction.person_id)
    if mark is None or last is None or last.id != correction.id or mark.status is not correction.status:
        return False
    owe_word(session, lesson.id, correction.person_id, teacher, mark.status, mark.reason, now)
    correction.undone_at, correction.undone_by = now, teacher.id
    back = correction.was
    if back is None and lesson.closed_at is not None:
        # It was corrected during the lesson: closing would have given everyone without a mark theirs.
        suspicious = suspicious_notes(session, lesson.id).get(correction.person_id, 0)
        back = status_without_mark(suspicious_notes=suspicious)
    if back is None:
        session.delete(mark)
    else:
        mark.status, mark.reason, mark.at = back, correction.was_reason, correction.was_at
        mark.confidence, mark.attempt_id = correction.was_confidence, correction.was_attempt_id
        mark.confirmed_by = correction.was_confirmed_by
    if correction.was_review is not None:
        review = reviews.review_of(session, lesson.id, correction.person_id)
        if review is not None and review.state is ReviewState.SETTLED:
            review.state = correction.was_review
    session.flush()
    put_on_record(session, lesson.id, teacher, PersonId(correction.person_id), back, was=correction.status, how="undo")
    return True


def owe_word(
    session: Session,
    lesson_id: int,
    person_id: int,
    teacher: Person,
    before: Status | None,
    before_reason: str | None,
    now: datetime,
) -> None:
    """The student is to hear what becomes of their mark, unless it is as they know it by then."""
    if not session.get_one(Person, person_id).has_account:
        return
    word = session.get(MarkWord, (lesson_id, person_id), with_for_update=True)
    if word is None:
        word = MarkWord(
            lesson_id=lesson_id, person_id=person_id, before=before, before_reason=before_reason, created_at=now
        )
        session.add(word)
    word.teacher_id, word.not_before, word.holder, word.tries = teacher.id, now + TOLD_AFTER, None, 0


def _locked(session: Session, lesson_id: int, person_id: int) -> Attendance | None:
    return session.get(Attendance, (lesson_id, person_id), with_for_update=True, populate_existing=True)


def _made(session: Session, lesson_id: int, person_id: int, status: Status) -> Attendance:
    mark = Attendance(lesson_id=lesson_id, person_id=person_id, status=status)
    try:
        with session.begin_nested():
            session.add(mark)
    except IntegrityError:  # a note was accepted at this very moment
        found = _locked(session, lesson_id, person_id)
        if found is None:
            raise
        return found
    return mark


def _settle(session: Session, lesson_id: int, person_id: int) -> ReviewState | None:
    """The teachers' question is answered by the mark; where it stood."""
    review = reviews.review_of(session, lesson_id, person_id)
    if review is None or review.state is ReviewState.SETTLED:
        return None
    was, review.state = review.state, ReviewState.SETTLED
    reviews.drop_embeddings(session, lesson_id, person_id)
    return was
