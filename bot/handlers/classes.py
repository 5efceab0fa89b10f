"""The teacher's classes: /newclass, /classes and the buttons of each; /invite for admins."""

from __future__ import annotations

import re

from telegram import Update

from bot.caller import caller_of, teacher_of
from bot.guards import for_admins, for_teachers, in_private
from bot.replies import Buttons, reply
from bot.services import Context, now
from rollcall.names import LONGEST_TITLE, clean_title
from rollcall.storage.classes import archive_class, create_class, student_count, summaries, taught_class
from rollcall.storage.invites import VALID_FOR, create_invite
from rollcall.storage.lessons import close_lesson, open_lesson_of
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts

_GREATEST_ID = 2**31 - 1
"""Of an integer column in PostgreSQL."""


@in_private
@for_admins
async def invite(update: Update, context: Context) -> None:
    """/invite: a single-use link that makes its first user a teacher."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        token = await create_invite(session, caller.user.id, now())
    link = f"https://t.me/{context.bot.username}?start=teach-{token}"
    await reply(update, caller.texts("invite", link=link, days=VALID_FOR.days))


@in_private
@for_teachers
async def new_class(update: Update, context: Context) -> None:
    """/newclass <title>."""
    title = clean_title(" ".join(context.args or []))
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        t = caller.texts
        if not title:
            text = t("newclass-usage", most=LONGEST_TITLE)
        else:
            teacher = await teacher_of(session, caller)
            said_at = update.effective_message.date if update.effective_message else now()
            created = await create_class(session, teacher, title, context.services.settings.timezone, said_at)
            text = t("newclass-made", title=title, link=join_link(context, created))
    await reply(update, text)


@in_private
@for_teachers
async def classes(update: Update, context: Context) -> None:
    """/classes: own classes with their counts, a button for each."""
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        found = await summaries(session, await teacher_of(session, caller))
    t = caller.texts
    if not found:
        await reply(update, t("classes-none"))
        return
    lines = [
        t("classes-line", title=one.school_class.title, students=one.students, lessons=one.lessons) for one in found
    ]
    buttons = [[(one.school_class.title, f"class:{one.school_class.id}")] for one in found]
    await reply(update, t("classes-head") + "\n\n" + "\n".join(lines), buttons)


@for_teachers
async def class_chosen(update: Update, context: Context) -> None:
    """class:<id>: what can be done with it."""
    class_id = button_number(update)
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        teacher = await teacher_of(session, caller)
        school_class = await taught_class(session, teacher, class_id)
        students = await student_count(session, class_id)
        if school_class is not None:
            teacher.last_class_id = school_class.id
    t = caller.texts
    if school_class is None:
        await reply(update, t("class-not-yours"))
        return
    text = t("class-card", title=school_class.title, students=students, link=join_link(context, school_class))
    await reply(update, text, _class_buttons(t, school_class))


@for_teachers
async def archive_pressed(update: Update, context: Context) -> None:
    """archive:<id> asks, archive-yes:<id> does: nobody joins or checks in any more, the record stays."""
    class_id = button_number(update)
    sure = (update.callback_query.data or "").startswith("archive-yes:") if update.callback_query else False
    async with context.services.database.session() as session:
        caller = await caller_of(session, update, context.services.settings)
        teacher = await teacher_of(session, caller)
        school_class = await taught_class(session, teacher, class_id)
        if school_class is not None and sure:
            lesson = await open_lesson_of(session, class_id)
            if lesson is not None:
                await close_lesson(session, lesson, now(), teacher)
            archive_class(session, school_class, teacher, now())
    t = caller.texts
    if school_class is None:
        await reply(update, t("class-not-yours"))
    elif sure:
        await reply(update, t("class-archived", title=school_class.title))
    else:
        await reply(
            update,
            t("class-archive-ask", title=school_class.title),
            [[(t("button-archive-yes"), f"archive-yes:{class_id}"), (t("button-back"), f"class:{class_id}")]],
        )


def join_link(context: Context, school_class: SchoolClass) -> str:
    """The link that students follow."""
    return f"https://t.me/{context.bot.username}?start=join-{school_class.join_code}"


def button_number(update: Update, part: int = 1) -> int:
    """A number from callback data such as ``class:7``; -1, which is nobody's, where there is none."""
    data = (update.callback_query.data or "").split(":") if update.callback_query else []
    # The person at the other end may send any data, not only what our buttons hold.
    number = int(data[part]) if len(data) > part and re.fullmatch("[0-9]{1,10}", data[part]) else -1
    return number if number <= _GREATEST_ID else -1


def _class_buttons(t: Texts, school_class: SchoolClass) -> Buttons:
    number = school_class.id
    return [
        [(t("button-open"), f"open:{number}"), (t("button-report"), f"report:{number}:lesson")],
        [(t("button-voices"), f"voices:{number}"), (t("button-archive"), f"archive:{number}")],
    ]
