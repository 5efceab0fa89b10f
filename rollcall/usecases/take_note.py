"""A voice note arrives: written down before anything else is done about it, and what a worker has to know of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from rollcall.domain.attendance import ATTENDED
from rollcall.domain.challenge import Challenge, ChallengeMode
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.queue.job import EarlierTry
from rollcall.storage import attempts, challenges, inbox, lessons
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.generations import generation_of
from rollcall.storage.reviews import tries_before
from rollcall.storage.tables import Attempt, Conversation, Lesson, Person, SchoolClass
from rollcall.storage.votes import VoiceStanding, voice_of


@dataclass(frozen=True)
class Known:
    """What the database knows of a note that a worker has to know as well.

    Attributes:
        earlier: the sender's tries before it.
        voice_waits: whether a teacher has yet to stand for the voice.
        generation: of the class's gallery; see `rollcall.storage.generations`.
        challenge: what the note is to say.
        follows: whether the sender's voiceprint may take a step by it.
    """

    attempt: Attempt
    earlier: tuple[EarlierTry, ...] = ()
    voice_waits: bool = False
    generation: int = 0
    challenge: Challenge | None = None
    follows: bool = False


@dataclass(frozen=True)
class Posted:
    """A note in the queue that the database does not know of yet.

    Attributes:
        entry: among the jobs.
        content_hash: SHA-256 of its bytes, hexadecimal.
        milliseconds: that the download took.
    """

    entry: str
    content_hash: str
    milliseconds: float


@dataclass(frozen=True)
class Waiting:
    """Who waits for an answer: in which language, and whether they were told for how long."""

    locale: str
    told: bool


@dataclass(frozen=True)
class Unanswered:
    """A note whose sender waits; in the sender's language, where it is known."""

    attempt_id: str
    chat_id: int
    sent_at: datetime
    locale: str | None


def take_note(
    session: Session,
    person: Person,
    note: IncomingNote,
    classes: Sequence[SchoolClass],
    voice: VoiceStanding | None,
    enrolment: str | None,
    refusal: Reason | None,
    now: datetime,
) -> Known:
    """The attempt's row, settled at once where no worker needs to be asked.

    Args:
        classes: the sender's, of which there is one at least.
        voice: the sender's voiceprint.
        enrolment: for which the note counts; None for one that checks in.
        refusal: why it is not heard, where that is known before.
    """
    if enrolment is not None:
        attempt = attempts.register(
            session, note, person, Purpose.ENROL,
            class_id=None, lesson=None, enrolment=enrolment, received_at=now,
        )  # fmt: skip
        early = False
    else:
        lesson, early = lesson_for(session, person, note.sent_at, classes)
        class_id = lesson.class_id if lesson else classes[-1].id
        attempt = attempts.register(
            session, note, person, Purpose.CHECK_IN,
            class_id=class_id, lesson=lesson, enrolment=None, received_at=now,
        )  # fmt: skip
    if attempt.verdict is not Verdict.PENDING:
        return Known(attempt)
    # One that came before and is with the workers already is not taken back.
    reason = (refusal if attempt.job_entry is None else None) or _refusal_at_sight(note, early=early)
    if reason is None and attempts.was_seen_before(session, attempt, classes):
        reason = Reason.SEEN_BEFORE
    if reason is not None:
        attempts.refuse(attempt, reason, now)
        return Known(attempt)
    if attempt.challenge_id is None:
        attempt.challenge_id = _challenge_to_answer(session, attempt, classes)
    return known_of(session, attempt, classes, voice)


def known_of(
    session: Session, attempt: Attempt, classes: Sequence[SchoolClass] = (), voice: VoiceStanding | None = None
) -> Known:
    """What a worker has to know of a note, as it is now.

    Args:
        classes, voice: the sender's, as far as this transaction has read them.
    """
    class_id, challenge = attempt.class_id, None
    if attempt.challenge_id is not None:
        row = session.get(StoredChallenge, attempt.challenge_id)
        challenge = challenges.spoken(row) if row is not None else None
    if class_id is None or attempt.purpose is not Purpose.CHECK_IN:
        return Known(attempt, challenge=challenge)
    voice = voice or voice_of(session, attempt.person_id)
    return Known(
        attempt,
        earlier=tries_before(session, attempt),
        voice_waits=voice is not None and class_id in voice.withheld,
        generation=generation_of(session, class_id, next((one for one in classes if one.id == class_id), None)) or 0,
        challenge=challenge,
        follows=voice is not None and voice.follows and attempt.lesson_id is not None,
    )


def still_pending(session: Session, attempt_id: str) -> Known | None:
    """A note that waits to be queued; None where it was settled, or its sender asked to be forgotten."""
    attempt = session.get(Attempt, attempt_id)
    return known_of(session, attempt) if attempt is not None and attempt.verdict is Verdict.PENDING else None


def give_up(session: Session, attempt_id: str, reason: Reason, now: datetime) -> None:
    """Settled without a worker, by no fault of its sender's but where the file is too big."""
    attempt = session.get(Attempt, attempt_id, with_for_update=True)
    if attempt is None or attempt.verdict is not Verdict.PENDING:
        return  # its sender asked to be forgotten
    if reason is Reason.TOO_BIG:
        attempts.refuse(attempt, reason, now)
    else:
        attempts.fail(session, attempt_id, now, reason)


def not_told_to_wait(session: Session, attempt_id: str) -> tuple[int, str] | None:
    """Chat and language of whoever waits for an answer; None where they were told how long."""
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or attempt.waiting_message_id is not None or attempt.answered_at is not None:
        return None
    person = session.get_one(Person, attempt.person_id)
    conversation = session.get(Conversation, person.telegram_id)
    return attempt.chat_id, conversation.locale if conversation is not None else "en"


def who_waits(session: Session, attempt_ids: Collection[str]) -> dict[str, Waiting | None]:
    """Who waits for an answer to these notes, as far as they are written down; None where it was given."""
    rows = session.execute(
        select(
            Attempt.id,
            or_(Attempt.answered_at.is_not(None), Attempt.unanswerable.is_not(None)),
            Attempt.waiting_message_id,
            Conversation.locale,
        )
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Conversation, Conversation.telegram_id == Person.telegram_id)
        .where(Attempt.id.in_(attempt_ids))
    )
    return {
        attempt_id: None if over else Waiting(locale or "en", told=message_id is not None)
        for attempt_id, over, message_id, locale in rows
    }


def unanswered(session: Session, since: datetime) -> Sequence[Unanswered]:
    """Notes that came since then and are not answered, in the order in which they came."""
    rows = session.execute(
        select(Attempt.id, Attempt.chat_id, Attempt.sent_at, Conversation.locale)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Conversation, Conversation.telegram_id == Person.telegram_id)
        .where(
            Attempt.answered_at.is_(None),
            Attempt.unanswerable.is_(None),
            Attempt.verdict.in_(list(Verdict)),  # all of them: the index begins with it
            Attempt.received_at >= since,
        )
        .order_by(Attempt.sent_at)
    )
    return [Unanswered(*row) for row in rows]


def told_to_wait(session: Session, told: Sequence[tuple[str, int]]) -> None:
    """They were told, by these messages."""
    session.connection().execute(_TOLD, [{"id_": attempt_id, "message": message} for attempt_id, message in told])


def note_posted(attempt: Attempt, posted: Posted) -> None:
    """The note is among the jobs, under this entry."""
    attempt.job_entry = posted.entry
    attempt.times_queued += 1
    attempt.content_hash = posted.content_hash
    attempt.timings = {"download": posted.milliseconds, **attempt.timings}


def write_marks(
    session: Session, posted: Mapping[str, Posted], digests: Collection[str], now: datetime
) -> Collection[str]:
    """Notes are among the jobs, updates were handled: written down together.

    Returns:
        Ids of the notes that must not be among the jobs: their senders asked to be forgotten meanwhile, say.
    """
    unwanted = []
    for attempt_id, what in posted.items():
        attempt = session.get(Attempt, attempt_id, with_for_update=True)
        if attempt is None or attempt.verdict is Verdict.REFUSED:
            unwanted.append(attempt_id)
        if attempt is not None:
            note_posted(attempt, what)
    if digests:
        inbox.handled(session, list(digests), now)
    return unwanted


def lesson_for(
    session: Session, person: Person, sent_at: datetime, classes: Sequence[SchoolClass]
) -> tuple[Lesson | None, bool]:
    """The lesson a note counts for, and whether it was sent before the only open ones began.

    With several lessons open, one where the student is not marked yet comes first; of these, that for which they were
    shown what to say.

    Args:
        classes: the student's.
    """
    candidates = lessons.lessons_with_mark(session, person, sent_at)
    missing = [lesson for lesson, mark in candidates if mark is None or mark.status not in ATTENDED]
    if missing:
        asking = {one.id for one in classes if one.challenge is not ChallengeMode.OFF}
        among = [lesson for lesson in missing if lesson.class_id in asking] if len(missing) > 1 else []
        asked = challenges.lesson_asked_in(session, person.id, among, sent_at) if among else None
        return next((lesson for lesson in missing if lesson.id == asked), missing[0]), False
    if candidates:
        return candidates[0][0], False
    current = lessons.lessons_begun_since(session, person, sent_at)
    return (current[0], True) if current else (None, False)


def _challenge_to_answer(session: Session, attempt: Attempt, classes: Sequence[SchoolClass]) -> int | None:
    """The challenge that is open for the note; none in a class that has no challenges."""
    if attempt.enrolment is not None:
        if not any(one.enrol_challenge for one in classes):
            return None
        row = challenges.newest(session, attempt.person_id, enrolment=attempt.enrolment, before=attempt.sent_at)
    else:
        if attempt.lesson_id is None or attempt.class_id is None:
            return None
        known = next((one for one in classes if one.id == attempt.class_id), None)
        school_class = known or session.get_one(SchoolClass, attempt.class_id)
        if school_class.challenge is ChallengeMode.OFF:
            return None
        row = challenges.newest(session, attempt.person_id, lesson_id=attempt.lesson_id, before=attempt.sent_at)
    return row.id if row is not None and challenges.is_open(row, attempt.sent_at) else None


def _refusal_at_sight(note: IncomingNote, *, early: bool) -> Reason | None:
    if note.second_hand is not None:
        return note.second_hand
    if early:
        return Reason.BEFORE_LESSON
    return Reason.TOO_BIG if note.too_big else None


_attempts = Attempt.metadata.tables[Attempt.__tablename__]
_TOLD = update(_attempts).where(_attempts.c.id == bindparam("id_")).values(waiting_message_id=bindparam("message"))
