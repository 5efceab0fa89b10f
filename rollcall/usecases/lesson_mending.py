"""A teacher mends a lesson: says what it is about, deletes one that was a mistake, makes one of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.domain.names import LONGEST_TITLE, one_visible_line
from rollcall.storage.lesson_changes import lesson_locked
from rollcall.storage.lesson_removal import beside, delete_lesson, merge_lessons
from rollcall.storage.past_lessons import marks_in
from rollcall.storage.people import conversation_with, set_step
from rollcall.storage.tables import Conversation, Lesson, Person, SchoolClass
from rollcall.storage.teaching import teaches
from rollcall.usecases.dialogue import TOPIC, TOPIC_LESSON, TOPIC_MESSAGE

NO_TOPIC = frozenset("-–—−")
"""What is sent to take a topic away."""
_SAID_JUST_NOW = timedelta(minutes=10)


@dataclass(frozen=True)
class Topic:
    """What a teacher said a lesson is about.

    Attributes:
        lesson: None where it is no more, or the class is not the teacher's any more.
        fits: whether it can be taken.
    """

    lesson: Lesson | None
    fits: bool


@dataclass(frozen=True)
class ToDelete:
    """What would go with a lesson."""

    lesson: Lesson
    zone: ZoneInfo
    marks: int


@dataclass(frozen=True)
class Gone:
    """A lesson that is no more.

    Attributes:
        board: the chat and the message that showed it, if any did.
    """

    class_id: int
    zone: ZoneInfo
    opened_at: datetime
    closed_at: datetime | None
    board: tuple[int, int] | None


@dataclass(frozen=True)
class Neighbours:
    """The lessons of the same day that a lesson can be merged with."""

    lesson: Lesson
    zone: ZoneInfo
    others: Sequence[Lesson]


@dataclass(frozen=True)
class Merged:
    """The one lesson that two have become, and the message that showed the other."""

    lesson: Lesson
    zone: ZoneInfo
    board: tuple[int, int] | None


def ask_topic(session: Session, conversation: Conversation, lesson_id: int, now: datetime) -> Lesson:
    """The next text says what the lesson is about."""
    session.add(conversation)
    session.flush()
    set_step(session, conversation.telegram_id, TOPIC, {TOPIC_LESSON: lesson_id}, now)
    return session.get_one(Lesson, lesson_id)


def topic_said(session: Session, teacher: Person, text: str, message_id: int, now: datetime) -> Topic:
    """The answer, or the answer as it was edited since."""
    conversation = conversation_with(session, teacher.telegram_id, now)
    lesson = session.get(Lesson, conversation.data.get(TOPIC_LESSON, 0))
    if lesson is None or not teaches(session, teacher.id, lesson.class_id, now):
        set_step(session, teacher.telegram_id, "", None, now)
        return Topic(None, fits=True)
    fits = give_topic(lesson, text)
    set_step(
        session, teacher.telegram_id, "" if fits else TOPIC, {TOPIC_LESSON: lesson.id, TOPIC_MESSAGE: message_id}, now
    )
    return Topic(lesson, fits)


def keep_topic(session: Session, conversation: Conversation, topic: str, now: datetime) -> None:
    """Said with a lesson's length while it is still open which classes are meant."""
    session.add(conversation)
    session.flush()
    set_step(session, conversation.telegram_id, "", {TOPIC: topic}, now)


def kept_topic(conversation: Conversation, now: datetime) -> str:
    """What was said so a moment ago; empty for nothing."""
    recent = now - conversation.updated_at < _SAID_JUST_NOW
    return str(conversation.data.get(TOPIC, "")) if recent else ""


def fits_as_topic(text: str) -> bool:
    """Whether it is short enough, and something can be seen in it."""
    return 0 < len(one_visible_line(text)) <= LONGEST_TITLE


def give_topic(lesson: Lesson, text: str) -> bool:
    """Write the topic down; False where it does not fit."""
    if not fits_as_topic(text):
        return False
    topic = one_visible_line(text)
    lesson.title = None if topic in NO_TOPIC else topic
    return True


def set_topic(session: Session, _teacher: Person, lesson_id: int, text: str) -> Topic:
    """What the lesson is about, given in a form; nothing takes it away."""
    lesson = lesson_locked(session, lesson_id)
    if not one_visible_line(text):
        lesson.title = None
        return Topic(lesson, fits=True)
    return Topic(lesson, give_topic(lesson, text))


def lesson_to_delete(session: Session, lesson_id: int) -> ToDelete:
    """What to ask about before a lesson goes."""
    lesson = session.get_one(Lesson, lesson_id)
    return ToDelete(lesson, _zone(session, lesson), sum(marks_in(session, [lesson_id])[lesson_id].values()))


def remove_lesson(session: Session, teacher: Person, lesson_id: int) -> Gone:
    """The lesson goes with everything in it."""
    lesson = lesson_locked(session, lesson_id)
    gone = Gone(lesson.class_id, _zone(session, lesson), lesson.opened_at, lesson.closed_at, _board(lesson))
    delete_lesson(session, lesson, teacher)
    return gone


def neighbours(session: Session, lesson_id: int) -> Neighbours:
    """The closed lessons just before and after a closed one, on the same day by the class's clocks."""
    lesson = session.get_one(Lesson, lesson_id)
    zone = _zone(session, lesson)
    others = [one for one in beside(session, lesson) if _fit(lesson, one, zone)]
    return Neighbours(lesson, zone, others)


def merge(session: Session, teacher: Person, lesson_id: int, other_id: int) -> Merged | None:
    """Make one lesson of two neighbours; None where they are no neighbours, or not any more."""
    class_id = session.get_one(Lesson, lesson_id).class_id
    # The class's row is the queue for whoever opens, reopens or merges lessons of it.
    session.get_one(SchoolClass, class_id, with_for_update=True)
    found = neighbours(session, lesson_id)
    other = next((one for one in found.others if one.id == other_id), None)
    if other is None:
        return None
    first, second = sorted((lesson_locked(session, lesson_id), lesson_locked(session, other_id)), key=_began)
    board = _board(second)
    merge_lessons(session, first, second, teacher)
    return Merged(first, found.zone, board)


def _fit(one: Lesson, other: Lesson, zone: ZoneInfo) -> bool:
    closed = one.closed_at is not None and other.closed_at is not None
    return closed and one.opened_at.astimezone(zone).date() == other.opened_at.astimezone(zone).date()


def _began(lesson: Lesson) -> tuple[datetime, int]:
    return lesson.opened_at, lesson.id


def _zone(session: Session, lesson: Lesson) -> ZoneInfo:
    return ZoneInfo(session.get_one(SchoolClass, lesson.class_id).timezone)


def _board(lesson: Lesson) -> tuple[int, int] | None:
    if lesson.board_chat_id is None or lesson.board_message_id is None:
        return None
    return lesson.board_chat_id, lesson.board_message_id
