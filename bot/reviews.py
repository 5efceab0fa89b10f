"""Reviews in the chat: a card for each teacher, with the note if there is one; afterwards a word to the student."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from bot.replies import keyboard
from bot.services import App, Services, now
from rollcall.report.wording import status_word
from rollcall.review import ReviewState
from rollcall.storage import reviews
from rollcall.storage.tables import Attempt, Attendance, Conversation, Lesson, Person, Review, ReviewCard, SchoolClass
from rollcall.texts import Texts, texts_in
from rollcall.tries import MOST

_log = logging.getLogger(__name__)


async def keep_reviews(application: App, services: Services) -> None:
    """Send the cards that are missing, mend those that are out of date, tell the students. Safe to run at any time."""
    async with services.database.session() as session:
        await reviews.drop_old_embeddings(session, now())
        missing = await reviews.missing_cards(session, now())
        outdated = [(card.review_id, card.chat_id) for card, _ in await reviews.outdated_cards(session)]
        untold = await reviews.untold(session)
    for review_id, chat_id in missing:
        await _send_card(application, services, review_id, chat_id)
    for review_id, chat_id in outdated:
        await _mend_card(application, services, review_id, chat_id)
    for review_id in untold:
        await _tell_student(application, services, review_id)


async def _send_card(application: App, services: Services, review_id: int, chat_id: int) -> None:
    async with services.database.session() as session:
        if not await reviews.claim_card(session, review_id, chat_id, now()):
            return
        review = await session.get_one(Review, review_id)
        attempt = await session.get(Attempt, review.attempt_id) if review.attempt_id else None
        t = await texts_for(session, chat_id)
        text = await card_text(session, review, t)
    buttons = keyboard(
        [[(t("review-confirm"), f"review:{review_id}:yes"), (t("review-reject"), f"review:{review_id}:no")]]
    )
    try:
        message_id = await _send_note(application, chat_id, attempt, text, buttons)
    except Forbidden:
        message_id = 0  # this teacher blocked the bot: nobody to show it to
    async with services.database.session() as session:
        card = await session.get(ReviewCard, (review_id, chat_id))
        if card is not None:
            card.message_id = message_id


async def _send_note(
    application: App, chat_id: int, attempt: Attempt | None, text: str, buttons: InlineKeyboardMarkup | None
) -> int:
    """The note itself with the card's words below; the words alone where there is none, or it is gone."""
    if attempt is None or not attempt.file_id:
        return (await application.bot.send_message(chat_id, text, reply_markup=buttons)).message_id
    try:
        return (
            await application.bot.send_voice(chat_id, attempt.file_id, caption=text, reply_markup=buttons)
        ).message_id
    except BadRequest:
        pass  # a round video or an audio file: as the message it came in
    try:
        copied = await application.bot.copy_message(
            chat_id, attempt.chat_id, attempt.message_id, caption=text, reply_markup=buttons
        )
        return copied.message_id
    except BadRequest:
        return (await application.bot.send_message(chat_id, text, reply_markup=buttons)).message_id


async def _mend_card(application: App, services: Services, review_id: int, chat_id: int) -> None:
    async with services.database.session() as session:
        card = await session.get(ReviewCard, (review_id, chat_id))
        review = await session.get(Review, review_id)
        if card is None or review is None:
            return
        text = await card_text(session, review, await texts_for(session, chat_id))
        state, message_id = review.state, card.message_id
    if message_id:
        await _edit(application, chat_id, message_id, text)
    async with services.database.session() as session:
        stored = await session.get(ReviewCard, (review_id, chat_id))
        if stored is not None:
            stored.shown = state


async def _edit(application: App, chat_id: int, message_id: int, text: str) -> None:
    """Other words and no buttons. A card that cannot be edited any more is left: its buttons decide nothing."""
    try:
        await application.bot.edit_message_caption(chat_id, message_id, caption=text)
    except Forbidden:
        return
    except BadRequest:
        try:
            await application.bot.edit_message_text(text, chat_id, message_id)
        except (BadRequest, Forbidden) as error:
            _log.info("a card cannot be edited", extra={"error": type(error).__name__})


async def _tell_student(application: App, services: Services, review_id: int) -> None:
    async with services.database.session() as session:
        # Written down first: a student told twice would wonder, one told by the report alone would not.
        if not await reviews.take_telling(session, review_id, now()):
            return
        review = await session.get_one(Review, review_id)
        person = await session.get_one(Person, review.person_id)
        lesson = await session.get_one(Lesson, review.lesson_id)
        school_class = await session.get_one(SchoolClass, lesson.class_id)
        mark = await session.get(Attendance, (lesson.id, person.id))
        t = await texts_for(session, person.telegram_id)
    how = "review-told" if review.attempt_id else "here-told"
    if review.state is ReviewState.CONFIRMED and mark is not None:
        at = (mark.at or review.sent_at).astimezone(ZoneInfo(school_class.timezone))
        text = t(f"{how}-confirmed", title=school_class.title, status=status_word(mark.status, t), time=f"{at:%H:%M}")
    else:
        text = t(f"{how}-rejected", title=school_class.title)
    try:
        await application.bot.send_message(person.telegram_id, text)
    except (Forbidden, BadRequest) as error:
        _log.info("a student cannot be told", extra={"error": type(error).__name__})


async def card_text(session: AsyncSession, review: Review, t: Texts) -> str:
    """What a card says: who, where, why, and what was decided."""
    person = await session.get_one(Person, review.person_id)
    lesson = await session.get_one(Lesson, review.lesson_id)
    school_class = await session.get_one(SchoolClass, lesson.class_id)
    at = review.sent_at.astimezone(ZoneInfo(school_class.timezone))
    kind = "review" if review.attempt_id else "here"
    head = t(f"{kind}-card", name=person.full_name, title=school_class.title, time=f"{at:%d.%m. %H:%M}", tries=MOST)
    if review.state is ReviewState.OPEN:
        return head + "\n\n" + t(f"{kind}-ask", name=person.full_name)
    teacher = await session.get(Person, review.decided_by) if review.decided_by else None
    return head + "\n\n" + t(f"{kind}-{review.state}", teacher=teacher.full_name if teacher else "")


async def texts_for(session: AsyncSession, telegram_id: int) -> Texts:
    """The language in which an account was last heard."""
    conversation = await session.get(Conversation, telegram_id)
    return texts_in(conversation.locale if conversation else "en")
