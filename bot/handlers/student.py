"""What a student can ask about themselves: /me."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
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
        caller = await caller_of(session, update, context.services.settings)
        t, person = caller.texts, caller.person
        taken = await attended_classes(session, person) if person is not None else []
        if person is None or not taken:
            text = t("join-first")
        else:
            known = await is_of_use(session, person.id)
            buttons = None if known else enrol_button(t)
            voice = "me-enrolled" if known else "me-not-enrolled"
            if await waits(session, person.id):
                voice = "me-voice-waits"
            parts = [await _class_part(session, t, person, one) for one in taken]
            head = t("me-name", name=person.full_name) + "\n" + t(voice)
            text = one_below_the_other([head, *parts], "\n\n")
    await reply(update, text, buttons)


async def _class_part(session: AsyncSession, t: Texts, person: Person, school_class: SchoolClass) -> str:
    counts = await mark_counts(session, person, school_class.id)
    head = t(
        "me-class",
        title=school_class.title,
        present=counts.get(Status.PRESENT, 0),
        late=counts.get(Status.LATE, 0),
        absent=counts.get(Status.ABSENT, 0) + counts.get(Status.FLAGGED, 0),
    )
    lines = []
    zone = ZoneInfo(school_class.timezone)
    for lesson, mark in await last_lessons(session, person, school_class.id, _LESSONS_SHOWN):
        # To the student a flagged lesson is one they are not marked for; the flag is for the teacher.
        status = Status.ABSENT if mark.status is Status.FLAGGED else mark.status
        time = f" · {mark.at.astimezone(zone):%H:%M}" if mark.at else ""
        day = f"{lesson.opened_at.astimezone(zone):%d.%m.%Y}"
        lines.append(f"{SIGNS[status]} {day} — {status_word(status, t)}{time}")
    return one_below_the_other([head, *lines])
