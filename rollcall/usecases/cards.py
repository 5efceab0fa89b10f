"""Cards in the teachers' chats and words to students: what is due, what each has to say, and what became of it.

Whoever sends one takes it on first, in a transaction of its own, and writes down afterwards what the chat made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from rollcall.storage import cards, questions
from rollcall.storage.questions import Kind, State
from rollcall.storage.tables import Attempt, Person


@dataclass(frozen=True)
class Due:
    """What is owed of one kind of question.

    Attributes:
        missing: (question, teacher's chat) of cards to be sent.
        outdated: the same of cards to be mended.
        untold: questions of whose end the student has not heard.
    """

    missing: Sequence[tuple[int, int]]
    outdated: Sequence[tuple[int, int]]
    untold: Sequence[int]


@dataclass(frozen=True)
class NoteToHear:
    """A student's note: Telegram's file, and the message that it came in."""

    file_id: str
    chat_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What every card says.

    Attributes:
        question: its number.
        locale: of the teacher who reads it.
        note: to listen to.
        name: of the student, as lists of the class show it.
        title: of the class; empty where the teacher shares none with the student any more.
        vocabulary: the class's words.
        at: when it came up, in the class's time zone.
        teacher: who decided; empty while nobody has.
    """

    question: int
    state: State
    locale: str
    note: NoteToHear | None
    name: str
    title: str
    vocabulary: str
    at: datetime
    teacher: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What every student is told: in which chat, in which language, in which class's words."""

    chat_id: int
    locale: str
    vocabulary: str


F = TypeVar("F", bound=Facts)
T = TypeVar("T", bound=Told)
Read = Callable[[Session, int, int, datetime], F]
"""What a question's card says in a teacher's chat at a moment."""


def due(session: Session, now: datetime, kind: Kind) -> Due:
    """What is owed at this moment."""
    return Due(
        missing=cards.missing(session, kind, now),
        outdated=cards.outdated(session, kind),
        untold=questions.untold(session, kind),
    )


def take_card(session: Session, kind: Kind, read: Read[F], question_id: int, chat_id: int, now: datetime) -> F | None:
    """Take it on to send a card; None where it was sent, or another bot is at it."""
    return read(session, question_id, chat_id, now) if cards.take(session, kind, question_id, chat_id, now) else None


def card_to_mend(
    session: Session, kind: Kind, read: Read[F], question_id: int, chat_id: int, now: datetime
) -> tuple[int | None, F] | None:
    """The card's message and what it should say; None where it is gone."""
    card = cards.find(session, kind, question_id, chat_id)
    return (card.message_id, read(session, question_id, chat_id, now)) if card is not None else None


def take_telling(
    session: Session, kind: Kind, read: Callable[[Session, int], T], question_id: int, now: datetime
) -> T | None:
    """Take it on to tell the student how it ended; None where that is done.

    Written down before it is said: a student told twice would wonder.
    """
    return read(session, question_id) if questions.take_telling(session, kind, question_id, now) else None


def note_to_hear(session: Session, attempt_id: str | None) -> NoteToHear | None:
    """The note, if its file is still known."""
    attempt = session.get(Attempt, attempt_id) if attempt_id is not None else None
    if attempt is None or not attempt.file_id:
        return None
    return NoteToHear(attempt.file_id, attempt.chat_id, attempt.message_id)


def name_of(session: Session, person_id: int | None) -> str:
    """A teacher's; empty where there is none."""
    person = session.get(Person, person_id) if person_id is not None else None
    return person.full_name if person is not None else ""
