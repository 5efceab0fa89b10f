"""/here and its button: checking in without a voice. The teacher confirms; the report does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller
from bot.messages.moments import moment_of
from bot.messages.replies import Buttons, practice_button, reply, settle_button, take_pressed_away
from bot.outbox.review_cards import ask_teachers
from bot.services import Context, now
from bot.tapping import tap_row
from rollcall.domain.review import Asked, ReviewState
from rollcall.storage.lessons import lessons_to_check_in
from rollcall.storage.reviews import was_rejected
from rollcall.storage.tables import Person
from rollcall.usecases.tapping import Tapped, tap

_ANSWERS = {ReviewState.CONFIRMED: "here-marked", ReviewState.REJECTED: "here-was-rejected", None: "here-marked"}
_NOTED = {Asked.YES: "here-noted", Asked.NOBODY: "here-noted-nobody"}
_NOTED_LATER = "here-noted-later"


async def here(update: Update, context: Context) -> None:
    """/here: a button for each open lesson in which the student is not marked yet."""
    await reply(update, *await context.services.database.run(_offer, context.caller, update))


async def here_pressed(update: Update, context: Context) -> None:
    """here:<lesson>: on to the teacher. It counts from when the press reached us."""
    services, person, t = context.services, context.caller.person, context.caller.texts
    tapped = await services.database.run(_tap, person, context.number, update) if person is not None else None
    if tapped is None or person is None:
        await reply(update, t("here-closed"))
    elif tapped.state is not ReviewState.OPEN:
        await reply(update, t(_ANSWERS[tapped.state]))
    else:
        await settle_button(update)
        services.stale_boards.touch(context.number)
        await take_pressed_away(update)
        asked = await ask_teachers(context.app, services, context.number, person.id)
        await reply(update, t(_NOTED.get(asked, _NOTED_LATER), title=tapped.title, time=f"{tapped.at:%H:%M}"))


def here_buttons(session: Session, caller: Caller, at: datetime | None = None) -> Buttons | None:
    """One for each open lesson in which the caller may tap it; none for anyone else."""
    if caller.person is None:
        return None
    rows: list[Sequence[tuple[str, str]]] = []
    for lesson in lessons_to_check_in(session, caller.person, at or now()):
        rows += tap_row(session, lesson, caller.person.id, caller.texts)
    return rows or None


def _offer(session: Session, caller: Caller, update: Update) -> tuple[str, Buttons | None]:
    person, t = caller.person, caller.texts
    if person is None or not caller.attended:
        return (t("join-first-teacher"), practice_button(t)) if caller.is_teacher else (t("join-first"), None)
    at = moment_of(session, update)
    lessons = lessons_to_check_in(session, person, at)
    if not lessons:
        return t("here-no-lesson"), None
    buttons = here_buttons(session, caller, at)
    if buttons:
        return t("here-offer"), buttons
    rejected = any(was_rejected(session, lesson.id, person.id) for lesson in lessons)
    return t("here-was-rejected" if rejected else "here-marked"), None


def _tap(session: Session, person: Person, lesson_id: int, update: Update) -> Tapped | None:
    return tap(session, person, lesson_id, moment_of(session, update), now())
