"""The archive: a class is put away, read there, and brought back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher, teacher_of
from bot.messages.menus import show
from bot.messages.moments import moment_of
from bot.messages.paging import Page, page_of
from bot.services import Context, now
from bot.upkeep.galleries import publish
from rollcall.marked import one_below_the_other
from rollcall.report.wording import day_words
from rollcall.usecases.archive import Archived, in_archive, put_away, restore


async def archive_pressed(update: Update, context: Context) -> None:
    """archive:<id> asks."""
    t, number = context.caller.texts, context.class_id
    (title,) = (one.title for one in context.caller.taught if one.id == number)
    await show(
        update,
        t("class-archive-ask", title=title, days=_keep(context).days),
        [[(t("button-archive-yes"), f"archive-yes:{number}"), (t("button-back"), f"class:{number}")]],
    )


async def archive_confirmed(update: Update, context: Context) -> None:
    """archive-yes:<id>: nobody joins or checks in any more, the record stays; at once it can be undone."""
    t = context.caller.texts
    one = await context.services.database.run(_put_away, context.caller, update, context.class_id, _keep(context))
    title, last = one.school_class.title, day_words(one.until, t)
    undo = [(t("button-undo"), f"restore:{one.school_class.id}"), (t("button-classes"), "classes:0")]
    await show(update, t("class-archived", title=title, last=last), [undo])


async def archived(update: Update, context: Context) -> None:
    """archived:<page>: what is in the teacher's archive, and until when."""
    t = context.caller.texts
    asked = as_teacher(context.caller, in_archive)
    found = await context.services.database.run(asked, now(), _keep(context))
    back = [(t("button-back"), "classes:0")]
    if not found:
        await show(update, t("archive-empty"), [back])
        return
    page = Page.of(found, page_of(context))
    lines = [t("archived-line", title=one.school_class.title, last=day_words(one.until, t)) for one in page.entries]
    buttons = [[(one.school_class.title, f"class:{one.school_class.id}")] for one in page.entries]
    await show(
        update,
        t("archived-head") + "\n\n" + one_below_the_other(lines),
        [*buttons, *page.turning("archived"), back],
    )


async def show_card(update: Update, context: Context, one: Archived) -> None:
    """A class in the archive: what can be read of it, and the way back."""
    t, number = context.caller.texts, one.school_class.id
    text = t(
        "archived-card",
        title=one.school_class.title, students=one.students, lessons=one.lessons,
        since=day_words(one.since, t), last=day_words(one.until, t),
    )  # fmt: skip
    await show(
        update,
        text,
        [
            [(t("button-report"), f"report:{number}:all"), (t("button-lessons"), f"lessons:{number}:0")],
            [(t("button-restore"), f"restore:{number}")],
            [(t("button-back"), "archived:0")],
        ],
    )


async def restore_pressed(update: Update, context: Context) -> None:
    """restore:<id>: it is a class like any other again."""
    services, t = context.services, context.caller.texts
    asked = as_teacher(context.caller, restore)
    one = await services.database.run(asked, services.keyring, context.class_id, now())
    await show(update, t("class-restored", title=one.title), [[(t("button-the-class"), f"class:{one.id}")]])
    await publish(services, one.id)


def _put_away(session: Session, caller: Caller, update: Update, class_id: int, keep: timedelta) -> Archived:
    teacher = teacher_of(session, caller.within(session))
    return put_away(session, teacher, class_id, moment_of(session, update), now(), keep)


def _keep(context: Context) -> timedelta:
    return timedelta(days=context.services.settings.keep_archived_classes_days)
