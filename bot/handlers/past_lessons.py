"""The lessons that a class has had: /lessons, the pages of the list, and one lesson student by student."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from telegram import Update

from bot.handlers.lesson_mending import mending_buttons
from bot.messages.allowed import for_standing, lasting
from bot.messages.menus import show
from bot.messages.paging import Page, page_of, turning
from bot.messages.replies import Buttons
from bot.services import Context, now
from rollcall.domain.attendance import STATUSES
from rollcall.marked import one_below_the_other
from rollcall.report.text import lesson_line
from rollcall.report.wording import capital, count_words, lesson_times
from rollcall.storage.tables import Lesson
from rollcall.texts import Texts
from rollcall.usecases.past_lessons import OneLesson, PastLesson, PastLessons, one_lesson, past_lessons

_LISTED = 10
"""Lessons on a page: each takes two lines and a button."""


async def lessons_command(update: Update, context: Context) -> None:
    """/lessons: of the class used last."""
    t, last = context.caller.texts, context.caller.class_used_last
    if last is None:
        await show(update, t("classes-none"), [[(t("button-new-class"), "newclass")]], t)
    else:
        await _list(update, context, last.id)


async def lessons_pressed(update: Update, context: Context) -> None:
    """lessons:<class>:<page>."""
    await _list(update, context, context.class_id)


async def which_pressed(update: Update, context: Context) -> None:
    """lessons-which: of which other class?"""
    t = context.caller.texts
    await show(update, t("lessons-which"), [[(one.title, f"lessons:{one.id}:0")] for one in context.caller.taught], t)


async def lesson_pressed(update: Update, context: Context) -> None:
    """lesson:<lesson>[:<page>]."""
    found = await context.services.database.run(one_lesson, context.number, now())
    page = Page.of(found.report.students, page_of(context))
    t = context.caller.texts
    lines = [lesson_line(found.report, student, t) for student in page.entries]
    text = one_below_the_other([_head(found, t), "\n".join(lines) or t("report-no-students")], "\n\n")
    below = for_standing(_below(found, t), lasting=await lasting(context))
    await show(update, text, [*page.turning(f"lesson:{found.lesson.id}"), *below], t)


async def _list(update: Update, context: Context, class_id: int) -> None:
    t = context.caller.texts
    found = await context.services.database.run(past_lessons, class_id, page_of(context), _LISTED)
    title, zone = found.school_class.title, ZoneInfo(found.school_class.timezone)
    if found.lessons:
        text = one_below_the_other([t("lessons-head", title=title), *_lines(found.lessons, zone, t)], "\n\n")
    else:
        text = t("lessons-none", title=title)
    await show(update, text, _list_buttons(found, zone, t, several=len(context.caller.taught) > 1), t)


def _lines(lessons: Sequence[PastLesson], zone: ZoneInfo, t: Texts) -> list[str]:
    return [_when(one.lesson, zone, t) + "\n" + _counted(one, t) for one in lessons]


def _when(lesson: Lesson, zone: ZoneInfo, t: Texts) -> str:
    closed = lesson.closed_at.astimezone(zone) if lesson.closed_at is not None else None
    when = lesson_times(lesson.opened_at.astimezone(zone), closed, t)
    return t("lesson-named", when=when, topic=lesson.title) if lesson.title else t("lesson-unnamed", when=when)


def _counted(one: PastLesson, t: Texts) -> str:
    counts = {status: one.counts.get(status, 0) for status in STATUSES}
    return capital(" · ".join(count_words(counts, t, single=True).values()))


def _list_buttons(found: PastLessons, zone: ZoneInfo, t: Texts, *, several: bool) -> Buttons:
    class_id = found.school_class.id
    lessons = [[(_label(one.lesson, zone), f"lesson:{one.lesson.id}")] for one in found.lessons]
    other = [(t("report-other-class"), "lessons-which")] if several else []
    return [
        *lessons,
        *turning(f"lessons:{class_id}", found.number, found.pages),
        [(t("button-back"), f"class:{class_id}"), *other],
    ]


def _label(lesson: Lesson, zone: ZoneInfo) -> str:
    began: datetime = lesson.opened_at.astimezone(zone)
    return f"{began:%d.%m %H:%M}" + (f" · {lesson.title}" if lesson.title else "")


def _head(found: OneLesson, t: Texts) -> str:
    report = found.report
    counts = {status: report.count(status) for status in STATUSES}
    return one_below_the_other(
        [
            t("lesson-of", title=report.class_title),
            _when(found.lesson, report.timezone, t),
            capital(" · ".join(count_words(counts, t, single=True).values())),
        ]
    )


def _below(found: OneLesson, t: Texts) -> Buttons:
    lesson = found.lesson
    return [
        [(t("button-report"), f"report-lesson:{lesson.id}"), (t("button-correct"), f"marks:{lesson.id}:0")],
        *mending_buttons(t, lesson),
        [(t("button-back"), f"lessons:{lesson.class_id}:0")],
    ]
