"""A student goes to another of the teacher's classes."""

from __future__ import annotations

from telegram import Update

from bot.caller import as_teacher
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.rosters import cut
from bot.services import Context, now
from bot.upkeep.galleries import publish_each
from rollcall.usecases import class_moves as use_cases


async def which_pressed(update: Update, context: Context) -> None:
    """student-move:<class>:<person>:<page>: to which class?"""
    t, person_id = context.caller.texts, _number(context, "person_id")
    find = as_teacher(context.caller, use_cases.ways)
    found = await context.services.database.run(find, context.class_id, person_id, now())
    if found is None:
        await show(update, t("question-gone"))
        return
    this = f"{context.class_id}:{person_id}"
    page = Page.of(found.classes, page_of(context))
    buttons = [[(cut(one.title), f"student-to:{this}:{one.id}")] for one in page.entries]
    key = "student-move-which" if found.classes else "student-move-nowhere"
    text = t(key, name=found.one.member.name, title=found.one.school_class.title)
    back = [(t("button-back"), f"student:{this}")]
    await show(update, text, [*buttons, *page.turning(f"student-move:{this}"), back])


async def class_chosen(update: Update, context: Context) -> None:
    """student-to:<class>:<person>:<other class> asks."""
    t, person_id, to_id = context.caller.texts, _number(context, "person_id"), _number(context, "other_id")
    find = as_teacher(context.caller, use_cases.way)
    found = await context.services.database.run(find, context.class_id, person_id, to_id, now())
    if found is None:
        await show(update, t("question-gone"))
        return
    this = f"{context.class_id}:{person_id}"
    text = t("student-move-ask", name=found.one.member.name, title=found.one.school_class.title, other=found.to.title)
    yes, no = (t("student-move-yes"), f"student-to-yes:{this}:{to_id}"), (t("button-back"), f"student:{this}")
    await show(update, text, [[yes, no]])


async def confirmed(update: Update, context: Context) -> None:
    """student-to-yes:<class>:<person>:<other class>: a student of that one from now on."""
    services, t = context.services, context.caller.texts
    from_id, person_id, to_id = context.class_id, _number(context, "person_id"), _number(context, "other_id")
    move = as_teacher(context.caller, use_cases.move)
    done = await services.database.run(move, services.keyring, from_id, person_id, to_id, now())
    if done is None:
        await show(update, t("question-gone"))
        return
    await publish_each(services, [from_id, to_id])
    for class_id in (from_id, to_id):
        services.stale_boards.touch_class(class_id)
    text = t("student-moved", name=done.one.member.name, title=done.one.school_class.title, other=done.to.title)
    back = (t("student-move-back"), f"student-to:{to_id}:{person_id}:{from_id}")
    card = (t("student-move-card"), f"student:{to_id}:{person_id}")
    await show(update, text, [[card], [back], [(t("students-button"), f"students:{from_id}:0")]])


def _number(context: Context, name: str) -> int:
    return int(context.match[name]) if context.match is not None else 0
