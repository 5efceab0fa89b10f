"""Cards: a question as each teacher sees it in the chat, sent, asked again, mended, taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rollcall.domain.claim import ClaimState
from rollcall.domain.review import Asked, ReviewState
from rollcall.storage.claim_tables import ClaimCard
from rollcall.storage.classes import teachers_of
from rollcall.storage.notices import wait_after
from rollcall.storage.tables import TEACHER, Lesson, Membership, Person, Review, ReviewCard

Card = ReviewCard | ClaimCard

_SENDING = timedelta(minutes=1)
"""A card still being sent after this long was left behind by a bot that stopped."""


def missing_cards(session: Session, now: datetime) -> Sequence[tuple[int, int]]:
    """(review, teacher's Telegram id) of every open review that a teacher of the class has not been shown."""
    card = exists().where(
        ReviewCard.review_id == Review.id,
        ReviewCard.chat_id == Person.telegram_id,
        or_(ReviewCard.message_id.is_not(None), ReviewCard.not_before > now),
    )
    rows = session.execute(
        select(Review.id, Person.telegram_id)
        .join(Lesson, Lesson.id == Review.lesson_id)
        .join(Membership, (Membership.class_id == Lesson.class_id) & (Membership.role == TEACHER))
        .join(Person, (Person.id == Membership.person_id) & Person.is_teacher)
        .where(Review.state == ReviewState.OPEN, ~card)
    )
    return [(review_id, chat_id) for review_id, chat_id in rows]


def claim_card(session: Session, kind: type[Card], question: int, chat_id: int, now: datetime) -> bool:
    """Take it on to send a card; False where another bot is at it.

    Args:
        question: the review or the claim, as the kind of card says.
    """
    card = _card(session, kind, question, chat_id)
    if card is None:
        try:
            with session.begin_nested():
                session.add(_new_card(kind, question, chat_id, now))
        except IntegrityError:
            return False
        return True
    if card.message_id is not None or (card.not_before is not None and card.not_before > now):
        return False
    card.claimed_at, card.not_before = now, now + _SENDING
    return True


def card_sent(session: Session, kind: type[Card], question: int, chat_id: int, message_id: int) -> None:
    """The teacher has the card."""
    card = _card(session, kind, question, chat_id)
    if card is not None:
        card.message_id = message_id


def put_card_off(session: Session, kind: type[Card], question: int, chat_id: int, now: datetime) -> None:
    """The teacher's chat did not take the card: again later, ever more seldom, or once the chat opens again."""
    card = _card(session, kind, question, chat_id)
    if card is not None:
        card.not_before = now + wait_after(card.tries)
        card.tries += 1


def card_removed(session: Session, kind: type[Card], question: int, chat_id: int) -> None:
    """The card's message is gone: there is nothing to mend."""
    card = _card(session, kind, question, chat_id)
    if card is not None:
        card.message_id = 0


def really_asked(teachers: Sequence[int], cards: Iterable[Card]) -> Asked:
    """Whether one at least of these teachers' chats has a card."""
    if not teachers:
        return Asked.NOBODY
    shown = {card.chat_id: card for card in cards if card.chat_id in teachers}
    if any(card.message_id is not None for card in shown.values()):
        return Asked.YES
    untried = [chat_id for chat_id in teachers if chat_id not in shown or not shown[chat_id].tries]
    return Asked.SOON if untried else Asked.LATER


def asked(session: Session, lesson_id: int, person_id: int) -> Asked:
    """Whether a teacher was really asked about the student."""
    lesson = session.get_one(Lesson, lesson_id)
    teachers = [teacher.telegram_id for teacher in teachers_of(session, lesson.class_id)]
    cards = session.scalars(
        select(ReviewCard)
        .join(Review, Review.id == ReviewCard.review_id)
        .where(Review.lesson_id == lesson_id, Review.person_id == person_id)
    )
    return really_asked(teachers, cards)


def outdated_cards(session: Session) -> Sequence[tuple[ReviewCard, Review]]:
    """Cards that still show what is no longer so."""
    rows = session.execute(
        select(ReviewCard, Review)
        .join(Review, Review.id == ReviewCard.review_id)
        .where(ReviewCard.message_id.is_not(None), ReviewCard.shown != Review.state)
    )
    return [(card, review) for card, review in rows]


def cards_with_voice(session: Session, person_id: int) -> Sequence[ReviewCard]:
    """The cards by which teachers were given a note of this person to listen to."""
    rows = session.scalars(
        select(ReviewCard)
        .join(Review, Review.id == ReviewCard.review_id)
        .where(Review.person_id == person_id, Review.attempt_id.is_not(None), ReviewCard.message_id > 0)
    )
    return rows.all()


def _card(session: Session, kind: type[Card], question: int, chat_id: int) -> Card | None:
    key = (question, chat_id)
    if kind is ReviewCard:
        return session.get(ReviewCard, key, with_for_update=True)
    return session.get(ClaimCard, key, with_for_update=True)


def _new_card(kind: type[Card], question: int, chat_id: int, now: datetime) -> Card:
    first = {"chat_id": chat_id, "claimed_at": now, "not_before": now + _SENDING}
    if kind is ClaimCard:
        return ClaimCard(claim_id=question, shown=ClaimState.OPEN, **first)
    return ReviewCard(review_id=question, shown=ReviewState.OPEN, **first)
