"""A voice note arrives: written down, checked for replay, queued for a worker. The answer comes with its result."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session
from telegram import Audio, Document, Message, ReplyParameters, Update, Video, VideoNote, Voice
from telegram.constants import FileSizeLimit

from bot.caller import Caller, caller_of
from bot.handlers.here import here_buttons
from bot.handlers.joining import NAME
from bot.messages.consent import CONSENT
from bot.messages.replies import Buttons, enrol_button, keyboard
from bot.queueing import take_on
from bot.services import Context, now
from bot.transport.inbox import InOrder
from rollcall.domain.attendance import ATTENDED
from rollcall.domain.sent_as import SentAs
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.storage import attempts, lessons
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.classes import attended_classes
from rollcall.storage.tables import Attempt, Attendance, Lesson, Person
from rollcall.storage.votes import is_of_use
from rollcall.usecases.settlement import ENROLLING

_KINDS = {
    Voice: SentAs.VOICE,
    VideoNote: SentAs.VIDEO_NOTE,
    Audio: SentAs.AUDIO,
    Video: SentAs.VIDEO,
    Document: SentAs.DOCUMENT,
}


async def voice_note(update: Update, context: Context) -> None:
    """Voice note, round video or audio file, in a private chat."""
    await _take(update, context, None)


async def turned_away(update: Update, context: Context) -> None:
    """One beyond the limit: written down and answered like any other, but no worker hears it."""
    await _take(update, context, Reason.TOO_MANY)


async def _take(update: Update, context: Context, refusal: Reason | None) -> None:
    message = update.effective_message
    if message is None:
        return
    services = context.services
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        hint = await session.run_sync(_why_not_now, caller)
        buttons: Buttons | None = None
        if hint == "enrol-first":
            buttons = [*enrol_button(caller.texts), *(await session.run_sync(here_buttons, caller) or ())]
        attempt = None
        if hint is None and caller.person is not None:
            attempt = await session.run_sync(_write_down, caller, caller.person, describe(message), refusal)
    if attempt is None:
        await message.reply_text(
            caller.texts(hint or "join-first"),
            reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
            reply_markup=keyboard(buttons),
        )
    elif attempt.answered_at is None:
        await _leave_to_others(update, context, attempt)


def _why_not_now(session: Session, caller: Caller) -> str | None:
    """A text key, where a note cannot be used before something else happens."""
    if caller.conversation.step == CONSENT:
        return "answer-consent-first"
    if caller.conversation.step == NAME:
        return "name-first"
    if caller.person is None or not attended_classes(session, caller.person):
        return "join-first-teacher" if caller.is_teacher else "join-first"
    if caller.conversation.step != ENROLLING and not is_of_use(session, caller.person.id):
        return "enrol-first"
    return None


def _write_down(
    session: Session, caller: Caller, person: Person, note: IncomingNote, refusal: Reason | None
) -> Attempt:
    """The attempt's row, settled at once where no worker needs to be asked."""
    received_at = now()
    if caller.conversation.step == ENROLLING:
        enrolment = caller.conversation.data["enrolment"]
        attempt = attempts.register(
            session, note, person, Purpose.ENROL,
            class_id=None, lesson=None, enrolment=enrolment, received_at=received_at,
        )  # fmt: skip
        early = False
    else:
        lesson, early = _lesson_for(session, person, note.sent_at)
        class_id = lesson.class_id if lesson else (attended_classes(session, person))[-1].id
        attempt = attempts.register(
            session, note, person, Purpose.CHECK_IN,
            class_id=class_id, lesson=lesson, enrolment=None, received_at=received_at,
        )  # fmt: skip
    if attempt.verdict is Verdict.PENDING:
        # One that came before and is with the workers already is not taken back.
        reason = (refusal if attempt.job_entry is None else None) or _refusal_at_sight(note, early=early)
        if reason is None and attempts.was_seen_before(session, attempt):
            reason = Reason.SEEN_BEFORE
        if reason is not None:
            attempts.refuse(attempt, reason, received_at)
    return attempt


def _lesson_for(session: Session, person: Person, sent_at: datetime) -> tuple[Lesson | None, bool]:
    """The lesson a note counts for, and whether it was sent before the only open ones began.

    With several lessons open, one where the student is not marked yet comes first.
    """
    candidates = lessons.lessons_to_check_in(session, person, sent_at)
    for lesson in candidates:
        mark = session.get(Attendance, (lesson.id, person.id))
        if mark is None or mark.status not in ATTENDED:
            return lesson, False
    if candidates:
        return candidates[0], False
    current = lessons.lessons_begun_since(session, person, sent_at)
    return (current[0], True) if current else (None, False)


def _refusal_at_sight(note: IncomingNote, *, early: bool) -> Reason | None:
    if note.second_hand is not None:
        return note.second_hand
    if early:
        return Reason.BEFORE_LESSON
    # The declared duration is the sender's word; how long a note is, the worker measures.
    return Reason.TOO_BIG if note.declared_bytes > FileSizeLimit.FILESIZE_DOWNLOAD else None


async def _leave_to_others(update: Update, context: Context, attempt: Attempt) -> None:
    """Queue the note or answer it, after the handler where that can be: Telegram may hold its file back for a while."""

    async def rest() -> None:
        await take_on(context.app, context.services, attempt.id)

    processor = context.application.update_processor
    if not (isinstance(processor, InOrder) and processor.afterwards(update, rest)):
        await rest()


def describe(message: Message) -> IncomingNote:
    """The note of a message that holds a recording."""
    media = message.voice or message.video_note or message.audio or message.video or message.document
    if not isinstance(media, Voice | VideoNote | Audio | Video | Document):
        raise ValueError("a message without audio")
    return IncomingNote(
        chat_id=message.chat_id,
        message_id=message.message_id,
        file_id=media.file_id,
        file_unique_id=media.file_unique_id,
        declared_bytes=media.file_size or 0,
        sent_at=message.date,
        second_hand=_second_hand(message),
        sent_as=_KINDS[type(media)],
    )


def _second_hand(message: Message) -> Reason | None:
    """Why nobody can have spoken into it here and now, as Telegram marks it."""
    if message.forward_origin is not None:
        return Reason.FORWARDED
    if message.via_bot is not None or message.sender_business_bot is not None:
        return Reason.THROUGH_BOT
    return Reason.SCHEDULED if message.is_from_offline else None
