"""A teacher's word on somebody who is not on the class's list."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, teacher_of
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.replies import settle_button
from bot.messages.rosters import cut
from bot.outbox.joiners import show_joiners
from bot.services import Context, Services, now
from bot.upkeep.galleries import publish
from rollcall.usecases.join_requests import Decided, decide, lines_of


async def decided(update: Update, context: Context) -> None:
    """joiner:<class>:<question>:new or no: a new student, or nobody of the class's."""
    if context.match is not None:
        await _decide(update, context, context.match["answer"] == "new", None)


async def line_chosen(update: Update, context: Context) -> None:
    """joiner-line:<class>:<question>:<person>: the student that the list has under this name."""
    if context.match is not None:
        await _decide(update, context, True, int(context.match["person_id"]))


async def lines_wanted(update: Update, context: Context) -> None:
    """joiner-lines:<class>:<question>:<page>: which line is it?"""
    t, number = context.caller.texts, _question(context)
    found = await context.services.database.run(lines_of, context.class_id, number)
    if found is None:
        await show(update, t("question-gone"))
        return
    name, lines = found
    page = Page.of(lines, page_of(context))
    this = f"{context.class_id}:{number}"
    buttons = [[(cut(label), f"joiner-line:{this}:{line_id}")] for line_id, label in page.entries]
    await show(update, t("joiner-which", name=name), [*buttons, *page.turning(f"joiner-lines:{this}")])


def _question(context: Context) -> int:
    return int(context.match["request_id"]) if context.match is not None else 0


async def _decide(update: Update, context: Context, accepted: bool, line_id: int | None) -> None:
    services, t = context.services, context.caller.texts
    done = await services.database.run(
        _word, services, context.caller, context.class_id, _question(context), accepted, line_id
    )
    if done is None:
        await show(update, t("question-gone"))
        return
    await settle_button(update)
    if done.accepted:
        await publish(services, context.class_id)
        services.stale_boards.touch_class(context.class_id)
    await show_joiners(context.app, services)


def _word(
    session: Session,
    services: Services,
    caller: Caller,
    class_id: int,
    request_id: int,
    accepted: bool,
    line_id: int | None,
) -> Decided | None:
    teacher = teacher_of(session, caller.within(session))
    return decide(session, teacher, services.keyring, class_id, request_id, now(), accepted=accepted, line_id=line_id)
