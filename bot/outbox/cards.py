"""Questions to teachers: a card for each in their chats, with a note to listen to; afterwards a word to the student.

Each teacher who may decide is sent one card, whichever bot is quicker; asked again where the chat does not take it, and
shown the answer once it is there. What one chat does not take is tried again later, and holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.outbox.listening import send_note
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.storage import cards, questions
from rollcall.storage.questions import Kind
from rollcall.texts import Texts, texts_in
from rollcall.usecases.cards import Due, Facts, Read, Told, card_to_mend, take_card, take_telling

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the time for which a card is ours to send."""

F = TypeVar("F", bound=Facts)
T = TypeVar("T", bound=Told)


@dataclass(frozen=True)
class Subject(Generic[F, T]):
    """What teachers are asked about, and in which words.

    Attributes:
        due: the use case that says what is owed.
        facts: the one that finds what a card says.
        end: the use case that finds what the student is told of the end.
        end_buttons: below that.
        aloud: what is said beside a card that was mended, for an edit makes no sound; empty where nothing is.
    """

    kind: Kind
    due: Callable[[Session, datetime], Due]
    facts: Read[F]
    text: Callable[[F, Texts], str]
    buttons: Callable[[F, Texts], Buttons]
    end: Callable[[Session, int], T]
    end_text: Callable[[T, Texts], str]
    end_buttons: Callable[[T, Texts], Buttons] = lambda _told, _t: []
    aloud: Callable[[F, Texts], str] | None = None


async def keep(application: App, services: Services, subject: Subject[F, T]) -> None:
    """Send the cards that are missing, mend those that are out of date, tell the students. Safe to run at any time."""
    due = await services.database.run(subject.due, now())
    await all_of(
        [
            *(_send(application, services, subject, question, chat_id) for question, chat_id in due.missing),
            *(_mend(application, services, subject, question, chat_id) for question, chat_id in due.outdated),
            *(_tell_student(application, services, subject, question) for question in due.untold),
        ]
    )


async def _send(application: App, services: Services, subject: Subject[F, T], question: int, chat_id: int) -> None:
    run, kind = services.database.run, subject.kind
    facts = await run(take_card, kind, subject.facts, question, chat_id, now())
    if facts is None:
        return
    t = texts_in(facts.locale).speaking(facts.vocabulary)
    text, buttons = subject.text(facts, t), keyboard(subject.buttons(facts, t))
    try:
        message_id = await send_note(application, chat_id, facts.note, text, buttons, t, _PATIENCE)
    except TelegramError as error:
        # Blocked, gone, or held up: asked again, at once where the chat is heard of again.
        _log.info("a teacher is asked later", extra={kind.name: question, "error": type(error).__name__})
        await run(cards.put_off, kind, question, chat_id, now())
    else:
        await run(cards.sent, kind, question, chat_id, message_id)


async def _mend(application: App, services: Services, subject: Subject[F, T], question: int, chat_id: int) -> None:
    card = (subject.kind.name, question, chat_id)
    if card in services.mending:
        return  # should it change once more meanwhile, that is seen afterwards
    services.mending.add(card)
    try:
        await _mend_one(application, services, subject, question, chat_id)
    finally:
        services.mending.discard(card)


async def _mend_one(application: App, services: Services, subject: Subject[F, T], question: int, chat_id: int) -> None:
    run, kind = services.database.run, subject.kind
    found = await run(card_to_mend, kind, subject.facts, question, chat_id, now())
    if found is None:
        return
    message_id, facts = found
    if message_id:
        t = texts_in(facts.locale).speaking(facts.vocabulary)
        try:
            await _edit(application, chat_id, message_id, subject.text(facts, t), subject.buttons(facts, t))
            if subject.aloud is not None and (aloud := subject.aloud(facts, t)):
                await application.bot.send_message(chat_id, aloud, rate_limit_args=_PATIENCE)
        except (BadRequest, Forbidden) as error:
            _log.info("a teacher cannot be told", extra={"error": type(error).__name__})
        except TelegramError as error:
            _log.info("a card is mended later", extra={"error": type(error).__name__})
            return
    await run(cards.mended, kind, question, chat_id, facts.state)


async def _edit(application: App, chat_id: int, message_id: int, text: str, buttons: Buttons) -> None:
    """Other words and buttons. A card that cannot be edited any more is left: its buttons decide nothing."""
    bot, markup = application.bot, keyboard(buttons)
    try:
        await bot.edit_message_caption(
            chat_id, message_id, caption=text, reply_markup=markup, rate_limit_args=_PATIENCE
        )
    except Forbidden:
        return
    except BadRequest:
        try:
            await bot.edit_message_text(text, chat_id, message_id, reply_markup=markup, rate_limit_args=_PATIENCE)
        except (BadRequest, Forbidden) as error:
            _log.info("a card cannot be edited", extra={"error": type(error).__name__})


async def _tell_student(application: App, services: Services, subject: Subject[F, T], question: int) -> None:
    at = now()
    told = await services.database.run(take_telling, subject.kind, subject.end, question, at)
    if told is None:
        return
    t = texts_in(told.locale).speaking(told.vocabulary)
    text, buttons = subject.end_text(told, t), keyboard(subject.end_buttons(told, t))
    try:
        await application.bot.send_message(told.chat_id, text, reply_markup=buttons, rate_limit_args=_PATIENCE)
    except (Forbidden, BadRequest) as error:
        _log.info("a student cannot be told", extra={"error": type(error).__name__})
    except TelegramError as error:
        _log.info("a student is told later", extra={"error": type(error).__name__})
        await services.database.run(questions.not_told, subject.kind, question, at)
