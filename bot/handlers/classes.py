"""The teacher's classes: /newclass, /classes and the buttons of each."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from telegram import Update

from bot.caller import caller_of, teacher_of
from bot.messages.moments import moment_of
from bot.messages.paging import Page, page_of
from bot.messages.replies import Buttons, reply
from bot.services import Context, now
from rollcall.domain.names import LONGEST_TITLE, clean_title
from rollcall.storage.claims import settle_class
from rollcall.storage.classes import (
    archive_class,
    create_class,
    end_join_code,
    join_code_is_good,
    renew_join_code,
    student_count,
    summaries,
)
from rollcall.storage.lessons import close_lesson, open_lesson_of
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts


async def new_class(update: Update, context: Context) -> None:
    """/newclass <title>."""
    typed = " ".join(context.args or [])
    title, buttons = clean_title(typed), None
    settings = context.services.settings
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, settings)
        t = caller.texts
        if not title:
            text = t("newclass-too-long" if len(typed) > LONGEST_TITLE else "newclass-usage", most=LONGEST_TITLE)
        else:
            teacher = await session.run_sync(teacher_of, caller)
            said_at = update.effective_message.date if update.effective_message else now()
            created = await session.run_sync(
                create_class, teacher, title, settings.timezone, said_at, settings.join_link_valid
            )
            text = t("newclass-made", title=title, link=join_link(context, created))
            await session.flush()
            buttons = [[(t("button-open"), f"open:{created.id}")]]
    await reply(update, text, buttons)


async def classes(update: Update, context: Context) -> None:
    """/classes, classes:<page>: own classes with their counts, a button for each."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        found = await session.run_sync(summaries, await session.run_sync(teacher_of, caller))
    t = caller.texts
    if not found:
        await reply(update, t("classes-none"))
        return
    page = Page.of(found, page_of(context))
    lines = [
        t("classes-line", title=one.school_class.title, students=one.students, lessons=one.lessons)
        for one in page.entries
    ]
    buttons = [[(one.school_class.title, f"class:{one.school_class.id}")] for one in page.entries]
    await reply(update, t("classes-head") + "\n\n" + "\n".join(lines), [*buttons, *page.turning("classes")])


async def class_chosen(update: Update, context: Context) -> None:
    """class:<id>: what can be done with it."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        school_class = await session.get_one(SchoolClass, context.class_id)
        students = await session.run_sync(student_count, school_class.id)
        (await session.run_sync(teacher_of, caller)).last_class_id = school_class.id
    t = caller.texts
    text = t("class-card", title=school_class.title, students=students) + "\n" + _link_line(t, context, school_class)
    await reply(update, text, _class_buttons(t, school_class))


async def new_link_pressed(update: Update, context: Context) -> None:
    """newlink:<id>: another join link; whoever has the old one only does not get in any more."""
    services = context.services
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        school_class = await session.get_one(SchoolClass, context.class_id, with_for_update=True)
        teacher = await session.run_sync(teacher_of, caller)
        await session.run_sync(renew_join_code, school_class, services.settings.join_link_valid, teacher, now())
    t = caller.texts
    text = t("link-renewed", title=school_class.title) + "\n" + _link_line(t, context, school_class)
    await reply(update, text)


async def end_link_pressed(update: Update, context: Context) -> None:
    """endlink:<id>: nobody joins any more."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        school_class = await session.get_one(SchoolClass, context.class_id, with_for_update=True)
        await session.run_sync(end_join_code, school_class, await session.run_sync(teacher_of, caller), now())
    t = caller.texts
    await reply(
        update, t("link-ended", title=school_class.title), [[(t("button-new-link"), f"newlink:{school_class.id}")]]
    )


async def archive_pressed(update: Update, context: Context) -> None:
    """archive:<id> asks."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        school_class = await session.get_one(SchoolClass, context.class_id)
    t, number = caller.texts, school_class.id
    days = context.services.settings.keep_archived_classes_days
    await reply(
        update,
        t("class-archive-ask", title=school_class.title, days=days),
        [
            [(t("button-report"), f"report:{number}:all")],
            [(t("button-archive-yes"), f"archive-yes:{number}"), (t("button-back"), f"class:{number}")],
        ],
    )


async def archive_confirmed(update: Update, context: Context) -> None:
    """archive-yes:<id>: nobody joins or checks in any more, the record stays."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        school_class = await session.get_one(SchoolClass, context.class_id)
        teacher = await session.run_sync(teacher_of, caller)
        lesson = await session.run_sync(open_lesson_of, school_class.id)
        if lesson is not None:
            await session.run_sync(close_lesson, lesson, await session.run_sync(moment_of, update), teacher)
        await session.run_sync(archive_class, school_class, teacher, now())
        await session.run_sync(settle_class, school_class.id, now())
    days = context.services.settings.keep_archived_classes_days
    await reply(update, caller.texts("class-archived", title=school_class.title, days=days))


def join_link(context: Context, school_class: SchoolClass) -> str:
    """The link that students follow."""
    return f"https://t.me/{context.bot.username}?start=join-{school_class.join_code}"


def _link_line(t: Texts, context: Context, school_class: SchoolClass) -> str:
    if not join_code_is_good(school_class, now()):
        return t("link-none")
    expires = school_class.join_code_expires_at
    link = t("link", link=join_link(context, school_class))
    if expires is None:
        return link
    return link + "\n" + t("link-until", until=f"{expires.astimezone(ZoneInfo(school_class.timezone)):%d.%m.%Y %H:%M}")


def _class_buttons(t: Texts, school_class: SchoolClass) -> Buttons:
    number = school_class.id
    link = [(t("button-new-link"), f"newlink:{number}")]
    if join_code_is_good(school_class, now()):
        link.append((t("button-end-link"), f"endlink:{number}"))
    return [
        [(t("button-open"), f"open:{number}"), (t("button-report"), f"report:{number}:lesson")],
        link,
        [(t("button-voices"), f"voices:{number}"), (t("button-archive"), f"archive:{number}")],
    ]
