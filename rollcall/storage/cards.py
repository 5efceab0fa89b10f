"""Cards: a question as each teacher sees it in the chat, sent, asked again, mended, taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Result, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rollcall.domain.review import Asked
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.lease import wait_after
from rollcall.storage.questions import CLAIMS, REVIEWS, Kind
from rollcall.storage.tables import Card, Person, Review

_SENDING = timedelta(minutes=1)
"""A card still being sent after this long was left behind by a bot that stopped."""


def missing(session: Session, kind: Kind, now: datetime) -> Sequence[tuple[int, int]]:
    """(question, teacher's chat) of every open question that a teacher who may decide has not been shown."""
    card = exists().where(
        kind.card.question_id == kind.question.id,
        kind.card.chat_id == Person.telegram_id,
        or_(kind.card.message_id.is_not(None), kind.card.not_before > now),
    )
    return _pairs(session.execute(kind.askable(now).where(kind.question.state == kind.open, ~card)))


def outdated(session: Session, kind: Kind) -> Sequence[tuple[int, int]]:
    """(question, teacher's chat) of cards that still show what is no longer so."""
    rows = session.execute(
        select(kind.card.question_id, kind.card.chat_id)
        .join(kind.question, kind.question.id == kind.card.question_id)
        .where(kind.card.message_id.is_not(None), kind.card.shown != kind.question.state)
    )
    return _pairs(rows)


def find(session: Session, kind: Kind, question_id: int, chat_id: int) -> Card | None:
    """The card, nobody else's until the transaction ends."""
    return session.get(kind.card, (question_id, chat_id), with_for_update=True)


def take(session: Session, kind: Kind, question_id: int, chat_id: int, now: datetime) -> bool:
    """Take it on to send a card; False where it was sent, or another bot is at it."""
    card = find(session, kind, question_id, chat_id)
    if card is None:
        first = {"claimed_at": now, "not_before": now + _SENDING, "shown": kind.open}
        try:
            with session.begin_nested():
                session.add(kind.card(question_id=question_id, chat_id=chat_id, **first))
        except IntegrityError:
            return False
        return True
    if card.message_id is not None or (card.not_before is not None and card.not_before > now):
        return False
    card.claimed_at, card.not_before = now, now + _SENDING
    return True


def sent(session: Session, kind: Kind, question_id: int, chat_id: int, message_id: int) -> None:
    """The teacher has the card."""
    card = find(session, kind, question_id, chat_id)
    if card is not None:
        card.message_id = message_id


def put_off(session: Session, kind: Kind, question_id: int, chat_id: int, now: datetime) -> None:
    """The teacher's chat did not take the card: again later, ever more seldom, or once the chat opens again."""
    card = find(session, kind, question_id, chat_id)
    if card is not None:
        card.not_before = now + wait_after(card.tries)
        card.tries += 1


def mended(session: Session, kind: Kind, question_id: int, chat_id: int, state: str) -> None:
    """The card shows this state of the question."""
    card = find(session, kind, question_id, chat_id)
    if card is not None:
        card.shown = state


def removed(session: Session, kind: Kind, question_id: int, chat_id: int) -> None:
    """The card's message is gone: there is nothing to mend."""
    card = find(session, kind, question_id, chat_id)
    if card is not None:
        card.message_id = 0


def asked(session: Session, kind: Kind, question_ids: Collection[int], now: datetime) -> Asked:
    """Whether about each of these questions a teacher was really asked; else what holds of one where none was."""
    found = {_asked(session, kind, question_id, now) for question_id in question_ids}
    return next((one for one in (Asked.SOON, Asked.LATER, Asked.NOBODY) if one in found), Asked.YES)


def _asked(session: Session, kind: Kind, question_id: int, now: datetime) -> Asked:
    teachers = {chat_id for _, chat_id in session.execute(kind.askable(now).where(kind.question.id == question_id))}
    if not teachers:
        return Asked.NOBODY
    cards = session.scalars(select(kind.card).where(kind.card.question_id == question_id))
    shown = {card.chat_id: card for card in cards if card.chat_id in teachers}
    if any(card.message_id is not None for card in shown.values()):
        return Asked.YES
    untried = teachers - {chat_id for chat_id, card in shown.items() if card.tries}
    return Asked.SOON if untried else Asked.LATER


def with_voice(session: Session, person_id: int) -> Sequence[tuple[Kind, Card]]:
    """The cards by which teachers may have been given a note of this person to listen to."""
    of_person = {
        REVIEWS: [Review.person_id == person_id, Review.attempt_id.is_not(None)],
        CLAIMS: [VoiceClaim.person_id == person_id],
    }
    return [
        (kind, card)
        for kind, theirs in of_person.items()
        for card in session.scalars(
            select(kind.card)
            .join(kind.question, kind.question.id == kind.card.question_id)
            .where(*theirs, kind.card.message_id > 0)
        )
    ]


def _pairs(rows: Result[int, int]) -> Sequence[tuple[int, int]]:
    return [(question_id, chat_id) for question_id, chat_id in rows]
