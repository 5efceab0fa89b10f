"""All classes, for an admin: which there are, who teaches them, and whom to appoint."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Update

from bot.caller import as_teacher
from bot.messages.menus import show
from bot.messages.paging import PAGE, Page, page_of
from bot.messages.replies import Buttons, reply
from bot.messages.roles import last_words
from bot.services import Context, now
from rollcall.marked import one_below_the_other
from rollcall.report.wording import day_words
from rollcall.texts import Texts
from rollcall.usecases.appointments import (
    AnyClass,
    any_class,
    appoint,
    candidates,
    classes_with,
    dismiss,
    put_in_charge,
)
from rollcall.usecases.overview import ClassLine, Teaches, every_class


async def all_classes(update: Update, context: Context) -> None:
    """all-classes:<page>."""
    t, found = context.caller.texts, await context.services.database.run(every_class, now())
    back = [(t("button-back"), "classes:0")]
    if not found:
        await show(update, t("all-classes-none"), [back])
        return
    page = Page.of(found, page_of(context))
    text = t("all-classes-head") + "\n\n" + _lines(t, page.entries) + "\n\n" + t("all-classes-search")
    await show(update, text, [*_choice(page.entries), *page.turning("all-classes"), back])


async def search(update: Update, context: Context, words: str) -> None:
    """/classes <words>, said by an admin."""
    t, found = context.caller.texts, await context.services.database.run(classes_with, words, now())
    shown, all_of_them = found[:PAGE], [(t("button-all-classes"), "all-classes:0")]
    if not found:
        await reply(update, t("all-classes-not-found"), [all_of_them])
        return
    text = t("all-classes-found") + "\n\n" + _lines(t, shown)
    if len(found) > PAGE:
        text += "\n\n" + t("all-classes-more", number=len(found) - PAGE)
    await reply(update, text, [*_choice(shown), all_of_them])


async def class_pressed(update: Update, context: Context) -> None:
    """any-class:<class>: who teaches it. No student of it, and no mark."""
    await _card(update, context)


async def teacher_pressed(update: Update, context: Context) -> None:
    """any-one:<class>:<person>: one of its teachers."""
    t, found = context.caller.texts, await _asked_for(context)
    one = next((who for who in found.line.teachers if who.person_id == _person(context)), None) if found else None
    if found is None or one is None:
        await _card(update, context)
        return
    this = f"{found.line.id}:{one.person_id}"
    charge = [] if one.owner or one.until is not None else [[(t("button-in-charge"), f"any-owner:{this}")]]
    buttons = [*charge, [(t("button-take-out"), f"any-out:{this}")], [(t("button-back"), f"any-class:{found.line.id}")]]
    await show(update, t("staff-one", title=found.line.title, line=_line(t, one)), buttons)


async def owner_pressed(update: Update, context: Context) -> None:
    """any-owner:<class>:<person>: they are in charge of it from now on."""
    done = as_teacher(context.caller, put_in_charge)
    name = await context.services.database.run(done, context.class_id, _person(context), now())
    await _card(update, context, context.caller.texts("now-in-charge", name=name) if name else "")


async def out_pressed(update: Update, context: Context) -> None:
    """any-out:<class>:<person>: they do not teach it any more."""
    done = as_teacher(context.caller, dismiss)
    name = await context.services.database.run(done, context.class_id, _person(context), now())
    await _card(update, context, context.caller.texts("staff-taken-out", name=name) if name else "")


async def appoint_pressed(update: Update, context: Context) -> None:
    """appoint:<class>:<page>: whom?"""
    t, found = context.caller.texts, await _asked_for(context)
    if found is None:
        await _card(update, context)
        return
    page = Page.of(await context.services.database.run(candidates, found.line.id), page_of(context))
    others = [one for one in page.entries if one.id != found.own]
    mine: Buttons = [] if found.is_mine else [[(t("button-appoint-me"), f"appoint-yes:{found.line.id}:{found.own}")]]
    await show(
        update,
        t("appoint-whom", title=found.line.title),
        [
            *mine,
            *([(one.full_name, f"appoint-yes:{found.line.id}:{one.id}")] for one in others),
            *page.turning(f"appoint:{found.line.id}"),
            [(t("button-back"), f"any-class:{found.line.id}")],
        ],
    )


async def appoint_confirmed(update: Update, context: Context) -> None:
    """appoint-yes:<class>:<person>: they teach it from now on, and hear of it."""
    done = as_teacher(context.caller, appoint)
    name = await context.services.database.run(done, context.class_id, _person(context), now())
    await _card(update, context, context.caller.texts("appointed", name=name) if name else "")


async def _card(update: Update, context: Context, first: str = "") -> None:
    t, found = context.caller.texts, await _asked_for(context)
    back = [(t("button-back"), "all-classes:0")]
    if found is None:
        await show(update, t("class-not-there"), [back])
        return
    line = found.line
    text = t("any-class", title=line.title, students=line.students, lessons=line.lessons)
    if line.archived is not None:
        text += "\n" + t("any-class-archived", since=day_words(line.archived, t))
    lines = [_line(t, one) for one in line.teachers]
    text += "\n\n" + (one_below_the_other(lines) if lines else t("any-class-nobody"))
    mine = [[(t("button-the-class"), f"class:{line.id}")]] if found.is_mine else []
    ones = [[(one.name, f"any-one:{line.id}:{one.person_id}")] for one in line.teachers[:_MOST]]
    await show(
        update,
        first + "\n\n" + text if first else text,
        [*ones, [(t("button-appoint"), f"appoint:{line.id}:0")], *mine, back],
    )


_MOST = 60
"""Teachers with a button: a message takes a hundred."""


def _lines(t: Texts, found: Sequence[ClassLine]) -> str:
    return one_below_the_other(
        t(
            "all-classes-line" if one.archived is None else "all-classes-line-archived",
            title=one.title, teachers=", ".join(who.name for who in one.teachers) or t("all-classes-nobody"),
        )
        for one in found
    )  # fmt: skip


def _choice(found: Sequence[ClassLine]) -> Buttons:
    return [[(one.title, f"any-class:{one.id}")] for one in found]


def _line(t: Texts, one: Teaches) -> str:
    if one.until is not None:
        return t("staff-line-substitute", name=one.name, last=last_words(one.until, t))
    return t("staff-line-owner" if one.owner else "staff-line", name=one.name)


def _person(context: Context) -> int:
    return int(context.match["person_id"]) if context.match is not None else 0


async def _asked_for(context: Context) -> AnyClass | None:
    return await context.services.database.run(as_teacher(context.caller, any_class), context.class_id, now())
