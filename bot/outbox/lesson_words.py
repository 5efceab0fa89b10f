"""What teachers are told of a lesson that is open, longer, about to be closed or closed; and the buttons below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.messages.replies import Buttons
from bot.outbox.claim_cards import voices_line
from rollcall.domain.attendance import ATTENDED, STATUSES
from rollcall.domain.lesson_end import LONGER_BY
from rollcall.marked import one_below_the_other
from rollcall.report.model import StudentLine
from rollcall.report.remarks import remarked
from rollcall.report.wording import capital, count_words, one_line
from rollcall.storage.tables import Lesson, SchoolClass
from rollcall.texts import Texts
from rollcall.usecases.closing import Closed
from rollcall.usecases.lessons import Doubt

_MINUTE = timedelta(minutes=1)
_MOST_NAMES = 15
"""Of those who wait, in a summary; the report has them all."""


def open_buttons(t: Texts, lesson: Lesson) -> Buttons:
    """Under an open lesson. "Longer" says how long it is then altogether, so that a press made twice counts once."""
    length = (lesson.closes_at - lesson.opened_at + LONGER_BY) // _MINUTE
    longer = (t("button-longer", minutes=LONGER_BY // _MINUTE), f"longer:{lesson.id}:{length}")
    close = (t("button-close"), f"close:{lesson.class_id}")
    board = (t("button-board"), f"board:{lesson.id}")
    return [[close, longer], [_report_button(t, lesson), _marks(t, lesson)], [board]]


def closed_buttons(t: Texts, lesson: Lesson) -> Buttons:
    """Under a closed lesson's summary."""
    return [[(t("button-reopen"), f"reopen:{lesson.id}")], [_report_button(t, lesson), _marks(t, lesson)]]


def doubt_buttons(t: Texts, lesson: Lesson) -> Buttons:
    """Is it meant?"""
    return [[(t("button-close-now"), f"close-now:{lesson.id}"), (t("button-close-not"), f"close-not:{lesson.id}")]]


def _report_button(t: Texts, lesson: Lesson) -> tuple[str, str]:
    return t("button-report"), f"report:{lesson.class_id}:lesson"


def _marks(t: Texts, lesson: Lesson) -> tuple[str, str]:
    return t("button-marks"), f"marks:{lesson.id}:0"


def open_until_text(t: Texts, key: str, lesson: Lesson, school_class: SchoolClass) -> str:
    """A line that says until when the lesson is open."""
    return t(key, title=school_class.title, closes=lesson_clock(lesson.closes_at, ZoneInfo(school_class.timezone)))


def doubt_text(t: Texts, of: Doubt) -> str:
    """Why we ask before a lesson is closed. Numbers alone: it may be said in a group."""
    minutes = max(1, math.ceil(of.left / _MINUTE))
    lines = [t("close-ask", title=of.school_class.title, minutes=minutes)]
    if of.missing:
        lines.append(t("close-ask-missing", number=of.missing))
    if of.waiting:
        lines.append(t("close-ask-waiting", number=of.waiting))
    return one_below_the_other(lines)


def closed_text(of: Closed, t: Texts, *, names: bool) -> str:
    """The closed lesson's counts, and who still waits for a teacher's word.

    Args:
        names: whether they may be told, or only how many they are.
    """
    report = of.report
    counts = {status: report.count(status) for status in STATUSES}
    attended = sum(counts[status] for status in ATTENDED)
    text = t("closed", title=report.class_title, attended=attended, students=len(report.students))
    text += "\n" + capital(" · ".join(count_words(counts, t, single=True).values()))
    if report.waiting:
        text += "\n" + t("closed-waiting", number=report.waiting)
        if names:
            text += "\n" + _named([student.full_name for student in report.students if _waits(student)], t)
    if number := remarked(report):
        text += "\n" + t("closed-remarks", number=number)
    return text + voices_line(of.voices, t)


def _waits(student: StudentLine) -> bool:
    return any(mark is not None and mark.waiting for mark in student.marks)


def _named(names: Sequence[str], t: Texts) -> str:
    lines = [f"• {one_line(name)}" for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        lines.append(t("and-more", number=len(names) - _MOST_NAMES))
    return "\n".join(lines)


def lesson_clock(moment: datetime, zone: ZoneInfo) -> str:
    """What the class's clock shows then."""
    return f"{moment.astimezone(zone):%H:%M}"
