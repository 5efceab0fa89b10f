"""What a student can ask about themselves: /me."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import caller_of
from bot.messages.replies import enrol_button, reply
from bot.services import Context
from rollcall.domain.attendance import Status
from rollcall.marked import one_below_the_other
from rollcall.report.wording import SIGNS, status_word
from rollcall.storage.classes import attended_classes
from rollcall.storage.lessons import last_lessons, mark_counts
from rollcall.storage.tables import Person, SchoolClass
from rollcall.storage.votes import is_of_use, waits
from rollcall.texts import Texts

_LESSONS_SHOWN = 5


async def me(update: Update, context: Context) -> None:
    """/me: own attendance, class by class."""
    buttons = None
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        t, person = caller.texts, caller.person
        taken = await session.run_sync(attended_classes, person) if person is not None else []
        if person is None or not taken:
            text = t("join-first")
        else:
            known = await session.run_sync(is_of_use, person.id)
            buttons = None if known else enrol_button(t)
            voice = "me-enrolled" if known else "me-not-enrolled"
            if await session.run_sync(waits, person.id):
                voice = "me-voice-waits"
            parts = [await session.run_sync(_class_part, t, person, one) for one in taken]
            head = t("me-name", name=person.full_name) + "\n" + t(voice)
            text = one_below_the_other([head, *parts], "\n\n")
    await reply(update, text, buttons)


def _class_part(session: Session, t: Texts, person: Person, school_class: SchoolClass) -> str:
    counts = mark_counts(session, person, school_class.id)
    head = t(
        "me-class",
        title=school_class.title,
        present=counts.get(Status.PRESENT, 0),
        late=counts.get(Status.LATE, 0),
        absent=counts.get(Status.ABSENT, 0) + counts.get(Status.FLAGGED, 0),
    )
    lines = []
    zone = ZoneInfo(school_class.timezone)
    for lesson, mark in last_lessons(session, person, school_class.id, _LESSONS_SHOWN):
        # To the student a flagged lesson is one they are not marked for; the flag is for the teacher.
        status = Status.ABSENT if mark.status is Status.FLAGGED else mark.status
        time = f" · {mark.at.astimezone(zone):%H:%M}" if mark.at else ""
        day = f"{lesson.opened_at.astimezone(zone):%d.%m.%Y}"
        lines.append(f"{SIGNS[status]} {day} — {status_word(status, t)}{time}")
    return one_below_the_other([head, *lines])
