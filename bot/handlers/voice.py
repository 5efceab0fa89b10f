"""A voice note arrives: written down, checked for replay, queued for a worker. The answer comes with its result."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from telegram import ReplyParameters, Update

from bot.caller import Caller
from bot.handlers.here import here_buttons
from bot.messages.recording import describe
from bot.messages.replies import Buttons, enrol_button, keyboard, practice_button
from bot.queueing import take_on
from bot.services import Context, now
from bot.transport.inbox import InOrder
from rollcall.domain.verdict import Reason
from rollcall.storage.votes import VoiceStanding, serves, voice_of
from rollcall.usecases.dialogue import CONSENT, ENROLLING, ENROLMENT, NAME
from rollcall.usecases.enrolling import enrolment_by_note
from rollcall.usecases.take_note import Known, take_note


@dataclass(frozen=True)
class Written:
    """What became of a note in the gate's transaction.

    Attributes:
        hint: a text key, where the note cannot be used before something else happens.
        buttons: beside the hint.
        known: of a note that was written down.
    """

    hint: str | None = None
    buttons: Buttons | None = None
    known: Known | None = None


def write_down(session: Session, caller: Caller, update: Update, *, held: bool) -> Written:
    """The note's row, or why it cannot have one. One beyond the limit is answered like any other, but not heard."""
    message = update.effective_message
    if message is None:
        return Written()
    voice = voice_of(session, caller.person.id) if caller.person is not None else None
    hint = _why_not_now(session, caller, voice)
    if hint == "enrol-first" and caller.person is not None and not held:
        first = enrolment_by_note(session, caller.conversation, caller.person, voice, now())
        if first is not None:
            note = describe(message)
            return Written(known=take_note(session, caller.person, note, caller.attended, voice, first, None, now()))
    if hint == "enrol-first":
        return Written(hint, [*enrol_button(caller.texts), *(here_buttons(session, caller) or ())])
    if hint == "join-first-teacher":
        return Written(hint, practice_button(caller.texts))
    if hint is not None or caller.person is None:
        return Written(hint or "join-first")
    enrolment = caller.conversation.data[ENROLMENT] if caller.conversation.step == ENROLLING else None
    refusal = Reason.TOO_MANY if held else None
    note, classes = describe(message), caller.attended
    return Written(known=take_note(session, caller.person, note, classes, voice, enrolment, refusal, now()))


async def voice_note(update: Update, context: Context) -> None:
    """Voice note, round video or audio file, in a private chat: on to the workers, or to its answer."""
    message, written = update.effective_message, context.written
    if message is None or not isinstance(written, Written):
        return
    if written.hint is not None:
        context.services.waits.gone(message)
        await message.reply_text(
            context.caller.texts(written.hint),
            reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
            reply_markup=keyboard(written.buttons),
        )
    elif written.known is not None and written.known.attempt.answered_at is None:
        await _leave_to_others(update, context, written.known)


def _why_not_now(session: Session, caller: Caller, voice: VoiceStanding | None) -> str | None:
    """A text key, where a note cannot be used before something else happens."""
    if caller.conversation.step == CONSENT:
        return "answer-consent-first"
    if caller.conversation.step == NAME:
        return "name-first"
    if caller.person is None or not caller.attended:
        return "join-first-teacher" if caller.is_teacher else "join-first"
    if caller.conversation.step != ENROLLING and not serves(session, caller.person.id, voice):
        return "enrol-first"
    return None


async def _leave_to_others(update: Update, context: Context, known: Known) -> None:
    """Queue the note or answer it, after the handler where that can be: Telegram may hold its file back for a while."""

    async def rest() -> None:
        await take_on(context.app, context.services, known)

    processor = context.application.update_processor
    if not (isinstance(processor, InOrder) and processor.afterwards(update, rest, known.attempt.id)):
        await rest()
