"""A line of the class's list that the wrong person has claimed is freed."""

from __future__ import annotations

from telegram import Update

from bot.caller import as_teacher
from bot.messages.menus import show
from bot.messages.replies import Buttons
from bot.services import Context, now
from bot.upkeep.galleries import publish
from rollcall.usecases import freeing as use_cases


async def free_pressed(update: Update, context: Context) -> None:
    """student-free:<class>:<person> asks."""
    t, person_id = context.caller.texts, _person(context)
    find = as_teacher(context.caller, use_cases.claimed)
    one = await context.services.database.run(find, context.class_id, person_id)
    if one is None:
        await show(update, t("question-gone"))
        return
    this = f"{context.class_id}:{person_id}"
    ways: Buttons = [
        [(t("student-free-who"), f"student-free-yes:{this}:ask")],
        [(t("student-free-out"), f"student-free-yes:{this}:out")],
        [(t("button-back"), f"student:{this}")],
    ]
    name = one.member.membership.listed_name or one.member.name
    await show(update, t("student-free-ask", name=name, title=one.school_class.title), ways)


async def confirmed(update: Update, context: Context) -> None:
    """student-free-yes:<class>:<person>:<ask or out>: the line has no account from now on."""
    services, t, class_id = context.services, context.caller.texts, context.class_id
    ask = context.match is not None and context.match["how"] == "ask"
    free = as_teacher(context.caller, use_cases.free)
    done = await services.database.run(free, class_id, _person(context), now(), ask=ask)
    if done is None:
        await show(update, t("question-gone"))
        return
    await publish(services, class_id)
    services.stale_boards.touch_class(class_id)
    key, line = ("student-freed" if ask else "student-freed-out"), done.line
    card = [(t("student-move-card"), f"student:{class_id}:{line.member.person.id}")]
    link: Buttons = [] if ask else [[(t("button-new-link"), f"newlink:{class_id}")]]
    text = t(key, name=line.member.name, title=line.school_class.title)
    await show(update, text, [*link, card, [(t("students-button"), f"students:{class_id}:0")]])


def _person(context: Context) -> int:
    return int(context.match["person_id"]) if context.match is not None else 0
