"""The one final answer to a voice note, written from what the database says of it."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from telegram import Message, ReplyParameters
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot import metrics
from bot.messages.challenge import asked_buttons, asked_words
from bot.messages.phrases import enrolment_phrase, lesson_phrase
from bot.messages.replies import Buttons, keyboard, practice_buttons, tidy_button
from bot.outbox.claim_cards import waiting_words
from bot.outbox.review_cards import ask_teachers
from bot.services import App, Services, now
from bot.tapping import tap_row
from bot.transport.pace import Answering, seconds_of
from rollcall.domain.attendance import MEANINGS
from rollcall.domain.class_settings import Vocabulary
from rollcall.domain.confidence import percent
from rollcall.domain.repeated_notes import MOST
from rollcall.domain.review import Asked
from rollcall.domain.verdict import WORDS, Purpose, Reason, Verdict
from rollcall.domain.voiceprint import NOTES
from rollcall.domain.words_lane import SAYING
from rollcall.report.wording import status_word
from rollcall.storage.attempts import LONGEST_WAIT
from rollcall.storage.people import keeps_recordings
from rollcall.storage.tables import Attempt, Lesson, Person, SchoolClass
from rollcall.texts import Texts, texts_in
from rollcall.usecases.answer_note import Answer, Claim, take_answer
from rollcall.usecases.challenges import Asked as AskedToSay
from rollcall.usecases.challenges import NotShown, Shown, ask_again, ask_enrolling, show

_CLAIM = timedelta(minutes=2)
"""A bot that has not sent an answer this long after it took it on, was stopped."""
_PATIENCE = Answering(20.0)
"""Seconds; well within the claim, together with a request's time-out."""
_RECORD_AGAIN = 0.5
_AGAIN_FIRST, _AGAIN_MOST = timedelta(seconds=3), timedelta(minutes=5)

_log = logging.getLogger(__name__)

_NOTHING_SAID = frozenset({Reason.SILENCE, Reason.NO_SPEECH, Reason.TOO_SHORT})
"""The sender may not know what to say: an example helps. To anyone else it would be so many words nobody needs."""
_TEACHERS_TURN = frozenset(
    {Reason.TEACHER_DECIDES, Reason.TEACHER_CONFIRMED, Reason.TEACHER_REJECTED, Reason.NOT_EXPECTED}
)


def claim(services: Services) -> Claim:
    """This bot's claim on an answer that it begins to send."""
    return Claim(services.holder, now() + _CLAIM)


async def answer(application: App, services: Services, attempt_id: str, taken: Answer | None = None) -> None:
    """Send the final answer, unless it was sent or another bot is at it.

    What Telegram does not take now is kept and tried again, ever more seldom; a chat that is closed to us ends it.

    Args:
        taken: where it was taken on when the note was settled.
    """
    known = taken or await services.database.run(take_answer, attempt_id, claim(services), now())
    if known is None:
        return
    attempt = known.attempt
    text, offer, again = await _composed(application, services, known)
    await services.waits.answer_comes(attempt_id)
    try:
        sent = await application.bot.send_message(
            attempt.chat_id,
            text,
            reply_markup=keyboard(offer),
            reply_parameters=ReplyParameters(attempt.message_id, allow_sending_without_reply=True),
            rate_limit_args=_PATIENCE,
        )
    except (Forbidden, BadRequest) as error:
        _log.warning("an answer cannot be delivered", extra={"attempt": attempt_id, "error": type(error).__name__})
        why = "blocked" if isinstance(error, Forbidden) else "refused"
        await _record(services, attempt_id, unanswerable=why)
        metrics.ANSWERS.labels(why).inc()
        services.waits.ended(attempt_id)
        _count(attempt)
    except TelegramError as error:
        # Not tried again at once: the next tries are a tenth of the answer's age apart.
        age = now() - (attempt.settled_at or now())
        wait = min(max(age / 10, _AGAIN_FIRST), _AGAIN_MOST)
        if isinstance(error, RetryAfter):
            wait = min(max(wait, seconds_of(error)), LONGEST_WAIT)
        metrics.ANSWERS.labels("later").inc()
        services.waits.answer_is_put_off(attempt_id)
        await _record(services, attempt_id, answer_from=now() + wait, answer_holder=None)
        raise
    else:
        await _shown(services, again, sent)
        answered_at = now()
        await _record(services, attempt_id, answered_at=answered_at)
        metrics.ANSWERS.labels("sent").inc()
        metrics.ANSWER_SECONDS.labels(attempt.purpose).observe(
            max(0.0, (answered_at - attempt.sent_at).total_seconds())
        )
        _count(attempt)
        told = services.waits.ended(attempt_id) or attempt.waiting_message_id
        if told is not None:
            with suppress(TelegramError):
                await application.bot.delete_message(attempt.chat_id, told)


async def _composed(
    application: App, services: Services, known: Answer
) -> tuple[str, Buttons | None, AskedToSay | None]:
    """The answer's text and buttons; and what it asks to be said, where it asks for something."""
    attempt, texts = known.attempt, texts_in(known.locale)
    if known.school_class is not None:
        texts = texts.speaking(known.school_class.vocabulary)
    asked = None
    if attempt.reason is Reason.TEACHER_DECIDES and attempt.lesson_id is not None:
        asked = await ask_teachers(application, services, attempt.lesson_id, attempt.person_id)
    waits = None
    if attempt.purpose is Purpose.ENROL and attempt.note_number == NOTES and attempt.enrolment is not None:
        waits = await waiting_words(application, services, known.person.id, attempt.enrolment, texts)
    again = await _say_again(services, known, texts)
    if again is not None and attempt.purpose is Purpose.CHECK_IN:
        offer: Buttons | None = asked_buttons(again, texts)
    else:
        offer = await _offer(services, known, texts, waits=waits is not None)
    text = (
        _marked_line(known, texts)
        + (texts("enrol-unasked") + "\n\n" if known.unasked else "")
        + text_for(attempt, known.person, known.school_class, known.lesson, known.step, texts, asked, waits)
        + ("\n\n" + asked_words(again, texts, now(), by_note=True) if again is not None else "")
        + ("\n\n" + texts("keep-ask") if _asks_to_keep(offer) else "")
    )
    return text, offer, again


async def _say_again(services: Services, known: Answer, t: Texts) -> AskedToSay | None:
    """What the sender is to say next: of a note whose voice was right and whose words were not, or in an enrolment."""
    attempt = known.attempt
    if attempt.purpose is Purpose.ENROL:
        if known.step != SAYING or attempt.enrolment is None or attempt.reason is Reason.NOT_EXPECTED:
            return None
        hearing = await services.hearing.any_worker()
        shown = await services.database.run(ask_enrolling, attempt.id, now(), t.language, hearing=hearing)
        return None if shown is None else AskedToSay(shown, None, "", Vocabulary.NEUTRAL)
    if known.attempt.reason not in WORDS:
        return None
    hearing = await services.hearing.any_worker()
    asked = await services.database.run(ask_again, known.attempt.id, now(), t.language, hearing=hearing)
    return None if asked.outcome is NotShown.MARKED else asked


async def _shown(services: Services, again: AskedToSay | None, sent: Message) -> None:
    """What the answer shows lives from now on; unwritten, from when it was drawn, a moment before."""
    if again is not None and isinstance(again.outcome, Shown) and not again.outcome.kept:
        with suppress(SQLAlchemyError, OSError):
            await services.database.run(show, again.outcome.number, sent.date)


def _count(attempt: Attempt) -> None:
    metrics.NOTES.labels(attempt.purpose, attempt.verdict, attempt.reason or "").inc()


async def _record(services: Services, attempt_id: str, **values: datetime | str | None) -> None:
    """Write down what became of an answer, for as long as it is ours: unwritten, it would be sent a second time."""
    ends = time.monotonic() + _CLAIM.total_seconds()
    while True:
        try:
            await services.answered.begin((attempt_id, values))
            return
        except (SQLAlchemyError, OSError):
            if time.monotonic() > ends:
                raise
        await asyncio.sleep(_RECORD_AGAIN)


async def _offer(services: Services, known: Answer, t: Texts, *, waits: bool) -> Buttons | None:
    """With the last note: to delete them all from the chat; to keep the recordings, unless that was agreed.

    With a note that was not accepted in an open lesson, or a voice that waits for a teacher's word: the way in without.
    """
    attempt, lesson = known.attempt, known.lesson
    if attempt.purpose is Purpose.CHECK_IN:
        if lesson is None or attempt.verdict is Verdict.ACCEPTED or attempt.reason in _TEACHERS_TURN:
            return None
        return await services.database.run(tap_row, lesson, known.person.id, t)
    if known.unasked:
        return None if lesson is None else await services.database.run(tap_row, lesson, known.person.id, t)
    if attempt.purpose is not Purpose.ENROL or attempt.note_number != NOTES:
        return None
    if waits:
        return None if lesson is None else await services.database.run(tap_row, lesson, known.person.id, t)
    if known.practice is not None:
        return practice_buttons(t, known.practice)
    if await services.database.run(keeps_recordings, known.person.telegram_id):
        return tidy_button(t)
    return [[(t("keep-yes"), "keep:yes"), (t("keep-no"), "keep:no")], *tidy_button(t)]


def _asks_to_keep(offer: Buttons | None) -> bool:
    return any(data == "keep:yes" for row in offer or () for _, data in row)


def _marked_line(known: Answer, t: Texts) -> str:
    """Where a note was not accepted of someone who is marked: that they are, before anything else; else nothing."""
    mark, school_class = known.marked, known.school_class
    if mark is None or school_class is None:
        return ""
    word = status_word(mark.status, t)
    if mark.at is None:
        return t("marked-by-teacher", status=word, title=school_class.title) + "\n\n"
    time = f"{mark.at.astimezone(ZoneInfo(school_class.timezone)):%H:%M}"
    return t("marked-already", status=word, time=time, title=school_class.title) + "\n\n"


def text_for(
    attempt: Attempt,
    person: Person,
    school_class: SchoolClass | None,
    lesson: Lesson | None,
    step: int,
    t: Texts,
    asked: Asked | None = None,
    waits: str | None = None,
) -> str:
    """The answer's words. A voice that is not accepted never brings a name: not another's, nor the account's.

    In an open lesson whoever does not know what to say is given an example.

    Args:
        step: the note of the enrolment that is asked for next, if the answer asks for one.
        asked: where a teacher has to decide, whether one was really asked.
        waits: after the last note of an enrolment, why its voice does not count yet, and what works meanwhile.
    """
    if waits is not None:
        return t("enrol-waits", n=str(NOTES)) + "\n\n" + waits
    if asked is Asked.NOBODY:
        return t("reason-nobody_decides")
    if asked in (Asked.SOON, Asked.LATER):
        return t("reason-teacher_decides_later")
    text = _text(attempt, person, school_class, step, t)
    enrolled = attempt.purpose is Purpose.ENROL and attempt.note_number == NOTES
    if lesson is not None and (enrolled or (attempt.purpose is Purpose.CHECK_IN and attempt.reason in _NOTHING_SAID)):
        text += "\n\n" + t("phrase-offer", phrase=lesson_phrase(lesson, t.language))
    return text


def _text(attempt: Attempt, person: Person, school_class: SchoolClass | None, step: int, t: Texts) -> str:
    if attempt.purpose is Purpose.ENROL:
        return _enrolment_text(attempt, step, t)
    if attempt.verdict is Verdict.ACCEPTED:
        return _check_in_text(attempt, person, school_class, t)
    if attempt.verdict is Verdict.UNSAID:
        unsaid = "words-teacher-decides" if attempt.reason is Reason.TEACHER_DECIDES else f"reason-{attempt.reason}"
        return _identity(attempt, person, t) + "\n" + t(unsaid)
    if attempt.reason is Reason.TEACHER_DECIDES and attempt.score is None:
        return t("voice-waits-teacher-decides")
    if attempt.reason is Reason.UNSURE and attempt.note_number is not None:
        return t("reason-unsure") + " " + t("unsure-try", n=attempt.note_number, most=MOST)
    return t(f"reason-{attempt.reason}")


def _enrolment_text(attempt: Attempt, step: int, t: Texts) -> str:
    if attempt.verdict is not Verdict.ACCEPTED:
        reason = t(f"reason-{attempt.reason}")
        if attempt.reason == "not_expected":
            return reason
        # Also where three notes together were not taken: the count begins again.
        again = "enrol-restart" if step == 1 else "enrol-again"
        if step == NOTES and attempt.reason is Reason.DIFFERENT_VOICE:
            again = "enrol-again-usual"  # it was asked for louder: nobody is to fail by that
        return reason + "\n\n" + t(again, phrase=enrolment_phrase(attempt.enrolment or "", step, t.language))
    if attempt.note_number == NOTES:
        return t("enrol-done", n=str(NOTES))
    if attempt.note_number is None:
        another = enrolment_phrase(attempt.enrolment or "", NOTES + step, t.language)
        return t("enrol-more", phrase=another)
    sentence = enrolment_phrase(attempt.enrolment or "", step, t.language)
    # One lively note among the three: measured, docs/accuracy.md.
    following = "enrol-next-louder" if step == NOTES else "enrol-next"
    return t(following, n=str(attempt.note_number), phrase=sentence)


def _identity(attempt: Attempt, person: Person, t: Texts) -> str:
    return t("identity", name=person.full_name, percent=percent(attempt.confidence or 0.0))


def _check_in_text(attempt: Attempt, person: Person, school_class: SchoolClass | None, t: Texts) -> str:
    identity = _identity(attempt, person, t)
    if attempt.status is None or school_class is None:
        return identity + "\n" + t("no-lesson-open")
    parts = [f"{MEANINGS[attempt.status].sign} {status_word(attempt.status, t)}"]
    if attempt.marked_at is not None:  # else a teacher has marked them by hand
        parts.append(f"{attempt.marked_at.astimezone(ZoneInfo(school_class.timezone)):%H:%M}")
    return identity + "\n" + " · ".join([*parts, school_class.title])
