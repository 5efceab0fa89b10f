"""A teacher makes a class: its title is asked for, given, and given anew by editing the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rollcall.domain.names import clean_title
from rollcall.storage.classes import create_class
from rollcall.storage.people import set_step
from rollcall.storage.tables import Conversation, Person, SchoolClass
from rollcall.storage.teaching import taught_class
from rollcall.usecases.dialogue import MADE_CLASS, TITLE, TITLE_MESSAGE


def ask_title(session: Session, conversation: Conversation, now: datetime) -> None:
    """The next text is the title of a new class."""
    session.add(conversation)
    session.flush()
    set_step(session, conversation.telegram_id, TITLE, None, now)


def title_said(
    session: Session,
    teacher: Person,
    text: str,
    message_id: int,
    said_at: datetime,
    timezone: str,
    valid: timedelta,
    now: datetime,
) -> SchoolClass | None:
    """The answer: a class of this title. None where it is no title; then the question stays."""
    title = clean_title(text)
    if not title:
        # Asked on, and an answer that is mended by editing it is taken as well.
        set_step(session, teacher.telegram_id, TITLE, {TITLE_MESSAGE: message_id}, now)
        return None
    made = create_class(session, teacher, title, timezone, said_at, valid)
    set_step(session, teacher.telegram_id, "", {TITLE_MESSAGE: message_id, MADE_CLASS: made.id}, now)
    return made


def title_given(
    session: Session, teacher: Person, text: str, timezone: str, valid: timedelta, now: datetime
) -> SchoolClass | None:
    """A class of the title that was given in a form. None where it is no title."""
    title = clean_title(text)
    return create_class(session, teacher, title, timezone, now, valid) if title else None


def title_changed(session: Session, teacher: Person, class_id: int, text: str, now: datetime) -> SchoolClass | None:
    """The answer was edited: the class of it has another title. None where it is none, or the class is no more."""
    school_class, title = taught_class(session, teacher, class_id, now), clean_title(text)
    if school_class is None or not title:
        return None
    school_class.title = title
    return school_class
