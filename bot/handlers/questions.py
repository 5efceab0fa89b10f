"""Questions of ours that a text answers: who takes the answer, and who takes it when it is edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.gate import Handler
from bot.handlers import absences
from bot.handlers.class_settings import zone_given
from bot.handlers.classes import title_edited, title_given
from bot.handlers.joining import name_changed, name_given
from bot.handlers.lesson_mending import topic_given
from bot.handlers.marks import reason_given
from bot.handlers.rights import invited_whom
from bot.handlers.students import name_said
from bot.handlers.timetable import plan_given
from rollcall.storage.tables import Conversation
from rollcall.usecases.dialogue import (
    ABSENT_DAYS,
    ABSENT_DAYS_MESSAGE,
    ABSENT_REASON,
    ABSENT_REASON_MESSAGE,
    INVITED,
    INVITED_MESSAGE,
    NAME,
    NAME_MESSAGE,
    PLAN,
    PLAN_MESSAGE,
    REASON,
    REASON_MESSAGE,
    STUDENT_MESSAGE,
    STUDENT_NAME,
    TITLE,
    TITLE_MESSAGE,
    TOPIC,
    TOPIC_MESSAGE,
    ZONE,
    ZONE_MESSAGE,
)


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes:
        step: where somebody stands who was asked it.
        message: what is kept with the dialogue of the message that answered it.
        lasts: for how long a text is taken for its answer: whoever went on to something else has forgotten it.
    """

    step: str
    message: str
    given: Handler
    edited: Handler
    lasts: timedelta | None = None


_WHILE = timedelta(hours=1)

QUESTIONS = (
    Question(NAME, NAME_MESSAGE, name_given, name_changed),
    Question(TITLE, TITLE_MESSAGE, title_given, title_edited, _WHILE),
    Question(INVITED, INVITED_MESSAGE, invited_whom, invited_whom, _WHILE),
    Question(REASON, REASON_MESSAGE, reason_given, reason_given, _WHILE),
    Question(TOPIC, TOPIC_MESSAGE, topic_given, topic_given, _WHILE),
    Question(STUDENT_NAME, STUDENT_MESSAGE, name_said, name_said, _WHILE),
    Question(ZONE, ZONE_MESSAGE, zone_given, zone_given, _WHILE),
    Question(PLAN, PLAN_MESSAGE, plan_given, plan_given, _WHILE),
    Question(ABSENT_DAYS, ABSENT_DAYS_MESSAGE, absences.days_given, absences.days_given, _WHILE),
    Question(ABSENT_REASON, ABSENT_REASON_MESSAGE, absences.reason_given, absences.reason_edited, _WHILE),
)
"""Add yours, and a text that answers it comes to you."""


def asked(conversation: Conversation, now: datetime) -> Question | None:
    """The question that a text would answer now."""
    for one in QUESTIONS:
        if one.step == conversation.step and (one.lasts is None or now - conversation.updated_at < one.lasts):
            return one
    return None


def answered_by(conversation: Conversation, message_id: int) -> Handler | None:
    """Who takes the message anew that answered a question: it was edited."""
    for one in QUESTIONS:
        if conversation.data.get(one.message) == message_id:
            return one.given if conversation.step == one.step else one.edited
    return None
