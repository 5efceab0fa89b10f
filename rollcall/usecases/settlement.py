"""A worker's result becomes a fact: applied once under its job id, whatever is delivered twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from sqlalchemy.orm import Session

from rollcall.domain.enrolment import DOUBT, differs_from_before, of_two_people, whole_notes
from rollcall.domain.operating import operating_point
from rollcall.domain.verdict import IN_DOUBT, JUDGED, Purpose, Reason, Verdict
from rollcall.domain.voiceprint import NOTES, unpack_embedding
from rollcall.domain.words_lane import SAYING
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, embedding_binding
from rollcall.storage import attempts, claims, inbox, lessons, people, reviews, voiceprints
from rollcall.storage.note import Note, note_to_settle
from rollcall.storage.remarks import enrolled_during
from rollcall.storage.tables import Attempt, Lesson, Person, StoredVoiceprint
from rollcall.usecases.answer_note import Answer, Claim, answer_to, take_answer
from rollcall.usecases.dialogue import ENROLLING, ENROLMENT
from rollcall.usecases.renewing import keep_strong
from rollcall.usecases.replays import replayed
from rollcall.usecases.spoken_words import enrolment_counts, there_since
from rollcall.usecases.take_note import Posted, note_posted

MOST_TIMES_QUEUED = 5
"""A note that was in the queue this often without a result is given up."""
_CLOCKS_APART = timedelta(minutes=1)
"""A voiceprint's time and Telegram's of the note that it was made of are not further apart."""


@dataclass(frozen=True)
class Settled:
    """What follows from a result.

    Attributes:
        enrolled: the person has a new voiceprint, so galleries must follow.
        lesson_id: a lesson whose headcount may have changed.
        answer: the note's, where it is now ours to send.
    """

    attempt: Attempt
    enrolled: bool = False
    lesson_id: int | None = None
    answer: Answer | None = None


class Unjudged(Enum):
    """What becomes of a note that a worker had no gallery for, where it is not queued once more."""

    NEVER = "no gallery would help"
    OVER = "it was settled meanwhile"


class Judged(NamedTuple):
    """A worker's result, and what is left to be written down of its note.

    Attributes:
        posted: how the note came among the jobs.
        digest: of the update that brought it.
    """

    result: Result
    posted: Posted | None = None
    digest: str | None = None


def settle_all(
    session: Session, keyring: Keyring, judged: Sequence[Judged], now: datetime, claim: Claim, *, hearing: bool
) -> Sequence[Settled | None]:
    """Apply results in their order and take their answers on, with all that was left to be written down.

    Args:
        hearing: whether a live worker can hear a challenge's words.
    """
    digests = [one.digest for one in judged if one.digest is not None]
    if digests:
        inbox.handled(session, digests, now)
    return [_settle_one(session, keyring, one, now, claim, hearing=hearing) for one in judged]


def _settle_one(
    session: Session, keyring: Keyring, judged: Judged, now: datetime, claim: Claim, *, hearing: bool
) -> Settled | None:
    result, posted = judged.result, judged.posted
    note = note_to_settle(session, result.job_id, result.content_hash)
    if note is None:
        return None
    new = note.attempt.verdict is Verdict.PENDING
    settled = _apply(session, keyring, note, result, now, posted, hearing=hearing)
    if new:
        note.attempt.answer_from, note.attempt.answer_holder = claim.until, str(claim.holder)
        return replace(settled, answer=answer_to(session, note.attempt, now))
    return replace(settled, answer=take_answer(session, note.attempt.id, claim, now))


def take_unjudged(session: Session, result: Result, now: datetime) -> Attempt | Unjudged:
    """A note to be judged once more by a gallery that is made for it."""
    attempt = session.get(Attempt, result.job_id)
    if attempt is None or attempt.verdict is not Verdict.PENDING or attempt.class_id is None:
        return Unjudged.OVER
    stored = session.get(StoredVoiceprint, attempt.person_id)
    if stored is None or (stored.model, stored.weight_hash) != (result.model, result.weight_hash):
        return Unjudged.NEVER
    if attempt.times_queued >= MOST_TIMES_QUEUED:
        attempts.fail(session, attempt.id, now)
        return Unjudged.OVER
    return attempt


def unfinished(session: Session, orphan_before: datetime, lost_before: datetime, now: datetime) -> Sequence[Attempt]:
    """Notes that should have a result by now. Those that no bot will bring to the queue any more are given up."""
    for attempt_id in attempts.orphans(session, orphan_before, now):
        attempts.fail(session, attempt_id, now)
    return attempts.waiting(session, lost_before, now)


def apply_result(
    session: Session,
    keyring: Keyring,
    result: Result,
    now: datetime,
    posted: Posted | None = None,
    *,
    hearing: bool = True,
) -> Settled | None:
    """Write a result into the database.

    Applying it again changes nothing and says the same, so that what follows from it (galleries, the answer) can be
    made up for after a crash. None: the note is unknown, for its owner left with everything of theirs.

    Args:
        posted: how the note came among the jobs, where that is not written down yet.
        hearing: whether a live worker can hear a challenge's words.
    """
    note = note_to_settle(session, result.job_id, result.content_hash)
    return None if note is None else _apply(session, keyring, note, result, now, posted, hearing=hearing)


def _apply(
    session: Session,
    keyring: Keyring,
    note: Note,
    result: Result,
    now: datetime,
    posted: Posted | None,
    *,
    hearing: bool,
) -> Settled:
    attempt = note.attempt
    if attempt.verdict is Verdict.PENDING:
        reason = replayed(session, keyring, note, result)
        attempt.content_hash = result.content_hash or attempt.content_hash
        if reason is Reason.SEEN_BEFORE:
            attempts.refuse(attempt, reason, now)
        else:
            _settle(session, keyring, note, result, now, reason, hearing=hearing)
    if posted is not None:
        note_posted(attempt, posted)
    enrolled = attempt.note_number == NOTES and voiceprints.is_made_of(session, attempt.person_id, attempt.enrolment)
    return Settled(attempt, enrolled=enrolled, lesson_id=attempt.lesson_id)


def _settle(
    session: Session,
    keyring: Keyring,
    note: Note,
    result: Result,
    now: datetime,
    refusal: Reason | None,
    *,
    hearing: bool,
) -> None:
    attempt = note.attempt
    _copy_facts(attempt, result, now)
    if refusal is not None:
        attempt.verdict, attempt.reason = Verdict.REFUSED, refusal
        attempt.fingerprint = None  # the note that it repeats has one
    if attempt.verdict is Verdict.ACCEPTED:
        if attempt.purpose is Purpose.ENROL:
            _enrol(session, keyring, attempt, result, now, hearing=hearing)
        elif note.lesson is not None:
            since = there_since(session, note, note.lesson, result, now, hearing=hearing)
            if since is not None:
                _mark(session, note, note.lesson, since)
                keep_strong(session, attempt, result, note.person.telegram_id, now)
    elif attempt.reason is Reason.VOICE_WAITS:
        reviews.ask_at_once(session, attempt, now)
    elif attempt.verdict is Verdict.UNSURE and attempt.purpose is Purpose.CHECK_IN:
        if note.voice_since is not None:
            attempt.embedding = result.embedding
        reviews.count_try(session, attempt, now)
    # Whoever only waits for a teacher's word has given no cause for doubt.
    waits = result.reason is Reason.VOICE_WAITS and attempt.reason is not Reason.SAME_RECORDING
    if attempt.lesson_id is not None and attempt.reason in IN_DOUBT and not waits:
        lessons.flag_absent(session, attempt.lesson_id, attempt.person_id)


def _copy_facts(attempt: Attempt, result: Result, now: datetime) -> None:
    attempt.verdict = result.verdict
    attempt.reason = result.reason
    attempt.settled_at = now
    attempt.model = result.model or None
    attempt.weight_hash = result.weight_hash or None
    attempt.decoder = result.decoder or None
    attempt.score = result.score
    attempt.threshold = result.threshold
    attempt.runner_up = result.runner_up
    attempt.confidence = result.confidence
    attempt.speech_seconds = result.speech_seconds
    attempt.quality = result.quality
    attempt.timings = {**attempt.timings, **result.timings}
    attempt.fingerprint = result.fingerprint if result.verdict in JUDGED else None


def _enrol(
    session: Session, keyring: Keyring, attempt: Attempt, result: Result, now: datetime, *, hearing: bool
) -> None:
    person = session.get_one(Person, attempt.person_id)
    conversation = people.conversation_with(session, person.telegram_id, now)
    expected = conversation.step == ENROLLING and conversation.data.get(ENROLMENT) == attempt.enrolment
    consented = people.has_consent(session, person.telegram_id)
    if attempt.enrolment is None or not expected or not consented:
        attempt.verdict, attempt.reason = Verdict.REFUSED, Reason.NOT_EXPECTED
        attempt.fingerprint = None
        return
    before = voiceprints.notes_of(session, attempt.enrolment)
    if result.embedding is None:
        raise ValueError(f"an accepted enrolment note without an embedding: {result.job_id}")
    if before and (before[0].model, before[0].weight_hash) != (result.model, result.weight_hash):
        # The model changed between two notes: embeddings of different models never mix, so the count starts again.
        voiceprints.drop_notes(session, attempt.enrolment)
        before = []
    embedding = unpack_embedding(
        keyring.open(result.embedding, embedding_binding(result.job_id, person.id, result.model, result.weight_hash))
    )
    notes = [voiceprints.open_note(keyring, row) for row in before]
    if differs_from_before(embedding, notes, operating_point(result.model, result.weight_hash)):
        attempt.verdict, attempt.reason = Verdict.REFUSED, Reason.DIFFERENT_VOICE
        attempt.fingerprint = None
        return
    facts = [voiceprints.facts_of(session, row) for row in before] + [result.quality]
    if of_two_people([each[DOUBT] for each in facts if DOUBT in each]):
        # Nobody can say which of the three is to be recorded again.
        voiceprints.drop_notes(session, attempt.enrolment)
        attempt.verdict, attempt.reason = Verdict.REFUSED, Reason.SEVERAL_SPEAKERS
        attempt.fingerprint = None
        return
    recordings = [*(row.speech_seconds for row in before), result.speech_seconds or 0.0]
    notes_so_far = whole_notes(recordings)
    whole = bool(notes_so_far) and notes_so_far[-1].stop == len(recordings)  # else it is too short on its own
    if whole and len(notes_so_far) == SAYING and not enrolment_counts(session, attempt, result, hearing=hearing):
        return
    voiceprints.add_note(session, person.id, attempt.enrolment, result, now)
    if whole:
        attempt.note_number = len(notes_so_far)
    if attempt.note_number == NOTES:
        claims.take_voice(session, keyring, person.id, attempt.enrolment, now)
        people.set_step(session, person.telegram_id, "", None, now)


def _mark(session: Session, note: Note, lesson: Lesson, since: datetime) -> None:
    attempt = note.attempt
    with session.no_autoflush:  # the attempt is written once, at the end
        attendance = lessons.mark(
            session, lesson, attempt.person_id, since, attempt.confidence, attempt.id,
            unmarked=note.mark is None,
        )  # fmt: skip
        attempt.status = attendance.status
        attempt.marked_at = attendance.at
        if note.voice_since is not None and note.voice_since + _CLOCKS_APART > lesson.opened_at:
            attempt.enrolled_at = enrolled_during(session, attempt, lesson)
        if note.review is not None or note.tries:
            reviews.settle_review(session, lesson.id, attempt.person_id)
