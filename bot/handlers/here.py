"""/here and its button: checking in without a voice. The teacher confirms; the report does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, caller_of
from bot.messages.moments import moment_of
from bot.messages.replies import Buttons, reply, settle_button
from bot.outbox.review_cards import ask_teachers
from bot.services import Context, now
from bot.tapping import tap_row
from rollcall.domain.review import Asked, ReviewState
from rollcall.storage.classes import attended_classes
from rollcall.storage.lessons import lessons_to_check_in
from rollcall.storage.reviews import tap_in, was_rejected
from rollcall.storage.tables import Lesson, Person, SchoolClass

_ANSWERS = {ReviewState.CONFIRMED: "here-marked", ReviewState.REJECTED: "here-was-rejected", None: "here-marked"}
_NOTED = {Asked.YES: "here-noted", Asked.NOBODY: "here-noted-nobody"}
_NOTED_LATER = "here-noted-later"


async def here(update: Update, context: Context) -> None:
    """/here: a button for each open lesson in which the student is not marked yet."""
    buttons = None
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        person, at = caller.person, await session.run_sync(moment_of, update)
        if person is None or not await session.run_sync(attended_classes, person):
            text = caller.texts("join-first-teacher" if caller.is_teacher else "join-first")
        elif not (lessons := await session.run_sync(lessons_to_check_in, person, at)):
            text = caller.texts("here-no-lesson")
        elif buttons := await session.run_sync(here_buttons, caller, at):
            text = caller.texts("here-offer")
        else:
            rejected = any([await session.run_sync(was_rejected, lesson.id, person.id) for lesson in lessons])
            text = caller.texts("here-was-rejected" if rejected else "here-marked")
    await reply(update, text, buttons)


async def here_pressed(update: Update, context: Context) -> None:
    """here:<lesson>: on to the teacher. It counts from when the press reached us."""
    services = context.services
    state, person = None, None
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        at = await session.run_sync(moment_of, update)
        lesson = await session.run_sync(_open_lesson, caller.person, context.number, at)
        if lesson is not None and caller.person is not None:
            person = caller.person
            state = await session.run_sync(tap_in, lesson, person.id, at, now())
            facts = await session.run_sync(_facts, lesson, at)
    if lesson is None or person is None:
        await reply(update, caller.texts("here-closed"))
    elif state is not ReviewState.OPEN:
        await reply(update, caller.texts(_ANSWERS[state]))
    else:
        await settle_button(update)
        asked = await ask_teachers(context.app, services, lesson.id, person.id)
        await reply(update, caller.texts(_NOTED.get(asked, _NOTED_LATER), **facts))


def here_buttons(session: Session, caller: Caller, at: datetime | None = None) -> Buttons | None:
    """One for each open lesson in which the caller may tap it; none for anyone else."""
    if caller.person is None:
        return None
    rows: list[Sequence[tuple[str, str]]] = []
    for lesson in lessons_to_check_in(session, caller.person, at or now()):
        rows += tap_row(session, lesson, caller.person.id, caller.texts)
    return rows or None


def _open_lesson(session: Session, person: Person | None, lesson_id: int, at: datetime) -> Lesson | None:
    """The lesson, if this person could check in to it then."""
    if person is None:
        return None
    lessons = lessons_to_check_in(session, person, at)
    return next((lesson for lesson in lessons if lesson.id == lesson_id), None)


def _facts(session: Session, lesson: Lesson, at: datetime) -> dict[str, str]:
    school_class = session.get_one(SchoolClass, lesson.class_id)
    return {"title": school_class.title, "time": f"{at.astimezone(ZoneInfo(school_class.timezone)):%H:%M}"}
