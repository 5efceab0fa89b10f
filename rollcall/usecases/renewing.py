"""A voiceprint follows its owner: agreed to, taken a step by a note that nobody doubts, and taken back.

A note waits a day for its step. By then the lesson is over, the teacher has seen the report, the student has objected
or not, and nobody's check-in waits for the galleries that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED
from rollcall.domain.band import was_narrow
from rollcall.domain.challenge import Words
from rollcall.domain.operating import operating_point
from rollcall.domain.renewal import is_strong, step
from rollcall.domain.sent_as import RECORDED
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import Voiceprint, unpack_embedding
from rollcall.errors import SealBroken, UnknownEncoder
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, embedding_binding
from rollcall.storage import renewals
from rollcall.storage.classes import classes_attended
from rollcall.storage.correction_tables import Correction
from rollcall.storage.excuse_tables import Appeal
from rollcall.storage.lessons import open_lessons
from rollcall.storage.people import agree_to_renew, has_consent, renews_voice, stop_renewing
from rollcall.storage.renewal_tables import FreshNote
from rollcall.storage.tables import Attempt, Attendance, Person, Review, StoredVoiceprint
from rollcall.storage.voiceprints import notes_of, print_of, voiceprint_of
from rollcall.storage.votes import voice_of, waits

RIPE = timedelta(hours=24)
"""So long a note waits for its step."""


@dataclass(frozen=True)
class Following:
    """How it stands with a person's voiceprint.

    Attributes:
        agreed: whether it follows.
        steps: how many it has taken that can be taken back.
    """

    agreed: bool
    steps: int


def following(session: Session, telegram_id: int, person_id: int) -> Following | None:
    """How it stands; None where there is no voiceprint."""
    if session.get(StoredVoiceprint, person_id) is None:
        return None
    return Following(renews_voice(session, telegram_id), renewals.steps_of(session, person_id))


def agree(session: Session, telegram_id: int, text_version: str, language: str, now: datetime) -> bool:
    """Agree that the voiceprint follows; False for somebody who has not agreed to voice check-in."""
    if not has_consent(session, telegram_id):
        return False
    agree_to_renew(session, telegram_id, text_version, language, now)
    return True


def stop(session: Session, telegram_id: int, person_id: int, now: datetime) -> None:
    """It follows no more, and a note that waited is erased. The steps that it has taken stay."""
    stop_renewing(session, telegram_id, now)
    renewals.drop_fresh(session, person_id)


def put_back(session: Session, person_id: int, now: datetime) -> Sequence[int] | None:
    """It is as it was recorded; the classes whose galleries follow, None where it was so already."""
    person = session.get_one(Person, person_id)
    if not renewals.take_back(session, person_id, person, now):
        return None
    return classes_attended(session, person_id)


def keep_strong(session: Session, attempt: Attempt, result: Result, telegram_id: int, now: datetime) -> None:
    """Keep the embedding of an accepted note for a step, where the person agreed and the note is strong enough."""
    if result.embedding is None or not _is_strong(attempt) or not renews_voice(session, telegram_id):
        return
    renewals.keep_fresh(session, attempt, result.embedding, now)


def ripe(session: Session, now: datetime) -> Sequence[int]:
    """Whose voiceprint may take a step now: nobody's who has a lesson just now."""
    busy = {lesson.class_id for lesson in open_lessons(session)}
    people = renewals.ripe(session, now - RIPE)
    return [person_id for person_id in people if not busy & set(classes_attended(session, person_id))]


def take_step(session: Session, keyring: Keyring, person_id: int, now: datetime) -> Sequence[int]:
    """The step that the person's note leads to, if nobody doubts it; the classes whose galleries follow.

    The note is erased, whatever comes of it.
    """
    # As an erasure does: first the print, so that one of us waits for the other.
    stored = session.get(StoredVoiceprint, person_id, with_for_update=True, populate_existing=True)
    note = renewals.take_fresh(session, person_id, now - RIPE)
    person = session.get(Person, person_id)
    if stored is None or note is None or person is None or not _may_follow(session, person, stored, note):
        return ()
    try:
        made = _after(session, keyring, stored, note)
    except (SealBroken, UnknownEncoder):
        return ()
    if made is None:
        return ()
    renewals.renew(session, keyring, stored, note.attempt_id, made, now)
    return classes_attended(session, person_id)


def _after(session: Session, keyring: Keyring, stored: StoredVoiceprint, note: FreshNote) -> Voiceprint | None:
    enrolment = notes_of(session, stored.enrolment) if stored.enrolment is not None else []
    present = voiceprint_of(session, keyring, stored.person_id)
    if not enrolment or present is None:
        return None
    binding = embedding_binding(note.attempt_id, note.person_id, note.model, note.weight_hash)
    heard = unpack_embedding(keyring.open(note.embedding, binding))
    enrolled = print_of(keyring, enrolment).centroid
    moved = step(enrolled, present.centroid, heard, operating_point(stored.model, stored.weight_hash))
    return None if moved is None else Voiceprint(stored.model, stored.weight_hash, moved)


def _may_follow(session: Session, person: Person, stored: StoredVoiceprint, note: FreshNote) -> bool:
    """Whether the person still wants it, nobody has a say left about the voice, and the note is beyond doubt."""
    attempt = session.get(Attempt, note.attempt_id)
    voice = voice_of(session, person.id)
    return (
        attempt is not None
        and voice is not None
        and not voice.withheld
        and not waits(session, person.id)
        and renews_voice(session, person.telegram_id)
        and has_consent(session, person.telegram_id)
        and (note.model, note.weight_hash) == (stored.model, stored.weight_hash)
        and attempt.sent_at >= stored.created_at
        and _is_strong(attempt)
        and not _is_doubted(session, attempt)
    )


def _is_strong(attempt: Attempt) -> bool:
    """By the note itself: accepted at once, recorded in Telegram, wide, long, far above the cut and from the others."""
    return (
        attempt.purpose is Purpose.CHECK_IN
        and attempt.verdict is Verdict.ACCEPTED
        and attempt.reason is Reason.MATCH
        and attempt.lesson_id is not None
        and attempt.sent_as in RECORDED
        and attempt.score is not None
        and attempt.threshold is not None
        and is_strong(attempt.score, attempt.threshold, attempt.runner_up, attempt.speech_seconds or 0.0)
        and not was_narrow(attempt.quality)
        and (attempt.challenge_id is None or attempt.words is Words.HEARD)
    )


def _is_doubted(session: Session, attempt: Attempt) -> bool:
    """By what else there was in the lesson: a note in doubt, a question to a teacher, a correction, an objection."""
    here = attempt.lesson_id, attempt.person_id
    mark = session.get(Attendance, here)
    if mark is None or mark.attempt_id != attempt.id or mark.status not in ATTENDED or mark.confirmed_by is not None:
        return True
    unclear = exists().where(
        Attempt.lesson_id == attempt.lesson_id,
        Attempt.person_id == attempt.person_id,
        Attempt.id != attempt.id,
        or_(Attempt.verdict != Verdict.ACCEPTED, Attempt.reason != Reason.MATCH),
    )
    spoken_of = [
        exists().where(table.lesson_id == attempt.lesson_id, table.person_id == attempt.person_id)
        for table in (Review, Correction, Appeal)
    ]
    return bool(session.scalar(select(or_(unclear, *spoken_of))))
