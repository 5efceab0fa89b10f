"""Reviews in the chat: a card for each teacher, with the note if there is one; afterwards a word to the student."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.outbox.asking import ask, show
from bot.outbox.listening import send_note
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.domain.repeated_notes import MOST
from rollcall.domain.review import Asked, ReviewState
from rollcall.report.wording import status_word
from rollcall.storage import cards, reviews
from rollcall.storage.classes import names_in_class
from rollcall.storage.remarks import other_voices
from rollcall.storage.tables import Attempt, Attendance, Conversation, Lesson, Person, Review, ReviewCard, SchoolClass
from rollcall.texts import Texts, texts_in

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within a card's claim."""


async def keep_reviews(application: App, services: Services) -> None:
    """Send the cards that are missing, mend those that are out of date, tell the students. Safe to run at any time.

    Each chat for itself: what one does not take is tried again later, and holds up no other.
    """
    async with services.database.session() as session:
        await session.run_sync(reviews.drop_old_embeddings, now())
        missing = await session.run_sync(cards.missing_cards, now())
        outdated = [(card.review_id, card.chat_id) for card, _ in await session.run_sync(cards.outdated_cards)]
        untold = await session.run_sync(reviews.untold)
    await all_of(
        [
            *(_send_card(application, services, review_id, chat_id) for review_id, chat_id in missing),
            *(_mend_card(application, services, review_id, chat_id) for review_id, chat_id in outdated),
            *(_tell_student(application, services, review_id) for review_id in untold),
        ]
    )


async def show_reviews(application: App, services: Services) -> None:
    """`keep_reviews` for someone who waits."""
    await show(application, keep_reviews(application, services))


async def ask_teachers(application: App, services: Services, lesson_id: int, person_id: int) -> Asked:
    """Ask the teachers about a student who waits; whether one was really asked."""

    async def asked() -> Asked:
        async with services.database.session() as session:
            return await session.run_sync(cards.asked, lesson_id, person_id)

    return await ask(application, keep_reviews(application, services), asked)


async def _send_card(application: App, services: Services, review_id: int, chat_id: int) -> None:
    async with services.database.session() as session:
        if not await session.run_sync(cards.claim_card, ReviewCard, review_id, chat_id, now()):
            return
        review = await session.get_one(Review, review_id)
        attempt = await session.get(Attempt, review.attempt_id) if review.attempt_id else None
        t = await session.run_sync(texts_for, chat_id)
        text = await session.run_sync(card_text, review, t)
        buttons = card_buttons(review, t)
    try:
        message_id = await send_note(application, chat_id, attempt, text, keyboard(buttons), t, _PATIENCE)
    except TelegramError as error:
        # Blocked, gone, or held up: asked again, at once where the chat is heard of again.
        _log.info("a teacher is asked later", extra={"review": review_id, "error": type(error).__name__})
        async with services.database.session() as session:
            await session.run_sync(cards.put_card_off, ReviewCard, review_id, chat_id, now())
        return
    async with services.database.session() as session:
        await session.run_sync(cards.card_sent, ReviewCard, review_id, chat_id, message_id)


async def _mend_card(application: App, services: Services, review_id: int, chat_id: int) -> None:
    async with services.database.session() as session:
        card = await session.get(ReviewCard, (review_id, chat_id))
        review = await session.get(Review, review_id)
        if card is None or review is None:
            return
        t = await session.run_sync(texts_for, chat_id)
        text, buttons = await session.run_sync(card_text, review, t), card_buttons(review, t)
        state, message_id = review.state, card.message_id
    if message_id:
        try:
            await edit_card(application, chat_id, message_id, text, buttons)
        except TelegramError as error:
            _log.info("a card is mended later", extra={"error": type(error).__name__})
            return
    async with services.database.session() as session:
        stored = await session.get(ReviewCard, (review_id, chat_id))
        if stored is not None:
            stored.shown = state


async def edit_card(application: App, chat_id: int, message_id: int, text: str, buttons: Buttons) -> None:
    """Other words and buttons. A card that cannot be edited any more is left: its buttons decide nothing."""
    markup = keyboard(buttons)
    try:
        await application.bot.edit_message_caption(
            chat_id, message_id, caption=text, reply_markup=markup, rate_limit_args=_PATIENCE
        )
    except Forbidden:
        return
    except BadRequest:
        try:
            await application.bot.edit_message_text(
                text, chat_id, message_id, reply_markup=markup, rate_limit_args=_PATIENCE
            )
        except (BadRequest, Forbidden) as error:
            _log.info("a card cannot be edited", extra={"error": type(error).__name__})


async def _tell_student(application: App, services: Services, review_id: int) -> None:
    at = now()
    async with services.database.session() as session:
        # Written down first: a student told twice would wonder.
        if not await session.run_sync(reviews.take_telling, review_id, at):
            return
        review = await session.get_one(Review, review_id)
        person = await session.get_one(Person, review.person_id)
        lesson = await session.get_one(Lesson, review.lesson_id)
        school_class = await session.get_one(SchoolClass, lesson.class_id)
        mark = await session.get(Attendance, (lesson.id, person.id))
        t = await session.run_sync(texts_for, person.telegram_id)
    how = "review-told" if review.attempt_id else "here-told"
    if review.state is ReviewState.CONFIRMED and mark is not None:
        marked_at = (mark.at or review.sent_at).astimezone(ZoneInfo(school_class.timezone))
        text = t(
            f"{how}-confirmed",
            title=school_class.title,
            status=status_word(mark.status, t),
            time=f"{marked_at:%H:%M}",
        )
    else:
        text = t(f"{how}-rejected", title=school_class.title)
    try:
        await application.bot.send_message(person.telegram_id, text, rate_limit_args=_PATIENCE)
    except (Forbidden, BadRequest) as error:
        _log.info("a student cannot be told", extra={"error": type(error).__name__})
    except TelegramError as error:
        _log.info("a student is told later", extra={"error": type(error).__name__})
        async with services.database.session() as session:
            await session.run_sync(reviews.not_told, review_id, at)


def card_text(session: Session, review: Review, t: Texts) -> str:
    """What a card says: who, where, why, and what was decided."""
    person = session.get_one(Person, review.person_id)
    lesson = session.get_one(Lesson, review.lesson_id)
    school_class = session.get_one(SchoolClass, lesson.class_id)
    name = (names_in_class(session, lesson.class_id)).get(person.id, person.full_name)
    at = review.sent_at.astimezone(ZoneInfo(school_class.timezone))
    kind = "review" if review.attempt_id else "here"
    attempt = session.get(Attempt, review.attempt_id) if review.attempt_id else None
    card = "review-card-voice-waits" if attempt is not None and attempt.score is None else f"{kind}-card"
    head = t(card, name=name, title=school_class.title, time=f"{at:%d.%m. %H:%M}", tries=MOST)
    if review.state is ReviewState.OPEN:
        if number := other_voices(session, review.lesson_id, review.person_id):
            head += "\n" + t("review-other-voices", number=number)
        return head + "\n\n" + t(f"{kind}-ask", name=name)
    teacher = session.get(Person, review.decided_by) if review.decided_by else None
    return head + "\n\n" + t(f"{kind}-{review.state}", teacher=teacher.full_name if teacher else "")


def card_buttons(review: Review, t: Texts) -> Buttons:
    """To decide; once that is done, to turn it round: a slip of the thumb is nobody's fate."""
    this = f"review:{review.id}"
    match review.state:
        case ReviewState.OPEN:
            return [[(t("review-confirm"), f"{this}:yes"), (t("review-reject"), f"{this}:no")]]
        case ReviewState.CONFIRMED:
            return [[(t("review-reject-after-all"), f"{this}:reject")]]
        case ReviewState.REJECTED:
            return [[(t("review-confirm-after-all"), f"{this}:confirm")]]
        case ReviewState.SETTLED:
            return []


def texts_for(session: Session, telegram_id: int) -> Texts:
    """The language in which an account was last heard."""
    conversation = session.get(Conversation, telegram_id)
    return texts_in(conversation.locale if conversation else "en")
