"""The columns of a report, for message, CSV and spreadsheet: each a name, and what it says of a student.

A column's heading is the text ``report-column-<name>``. To add one, put it into a list here and write its heading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from rollcall.domain.attendance import ATTENDED, MEANINGS, STATUSES, Status
from rollcall.domain.confidence import percent
from rollcall.domain.verdict import SUSPICIOUS
from rollcall.report.model import Mark, Report, StudentLine
from rollcall.report.remarks import brief_words, remark_words
from rollcall.report.standing import Standing, standing_of
from rollcall.report.wording import CORRECTED, capital, clock, count_word, excuse_words, reason_words, status_word
from rollcall.texts import Texts

Value = Status | str | int | float | datetime | None
"""What a cell holds: a mark, words, a count, a share in [0, 1], a moment (UTC), or nothing."""

Of = TypeVar("Of")


@dataclass(frozen=True)
class MarkOf:
    """A mark in its surroundings."""

    report: Report
    mark: Mark
    texts: Texts


@dataclass(frozen=True)
class Column(Generic[Of]):
    """A column.

    Attributes:
        value: what the cell holds.
        always: whether it is there although nobody has anything in it.
    """

    name: str
    value: Callable[[Of], Value]
    always: bool = True

    def heading(self, texts: Texts) -> str:
        """The words above it."""
        return texts(f"report-column-{self.name}")


@dataclass(frozen=True)
class MarkColumn(Column[MarkOf]):
    """A column of a lesson's mark.

    Attributes:
        said: how a message tells of it, in few words; nothing where it does not.
    """

    said: Callable[[MarkOf], Sequence[str]] = lambda one: ()


def _certainty(one: MarkOf) -> Value:
    if one.mark.confirmed:
        return one.texts("report-confirmed-short")
    if one.mark.waiting:
        return one.texts("report-waiting")
    return percent(one.mark.confidence) / 100 if one.mark.confidence is not None else None


def _time_said(one: MarkOf) -> Sequence[str]:
    attended = one.mark.status in ATTENDED and one.mark.at is not None
    return [clock(one.report.local(one.mark.at))] if attended and one.mark.at is not None else []


def _certainty_said(one: MarkOf) -> Sequence[str]:
    if one.mark.status not in ATTENDED:
        return [one.texts("report-waiting")] if one.mark.waiting else []
    if one.mark.confirmed:
        return [one.texts("report-confirmed")]
    return [f"{percent(one.mark.confidence)} %"] if one.mark.confidence is not None else []


def _reasons_said(one: MarkOf) -> Sequence[str]:
    """Of who is here the tries before are nobody's business; of who is marked otherwise only what is suspicious."""
    mark = one.mark
    if mark.status in ATTENDED:
        return []
    reasons = [reason for reason in mark.told if MEANINGS[mark.status].missed or reason in SUSPICIOUS]
    return [reason_words(reasons, one.texts)] if reasons else []


def _remarks_said(one: MarkOf) -> Sequence[str]:
    said = [excuse_words(one.mark.reason, one.texts)] if one.mark.reason is not None else []
    if one.mark.corrected:
        said.append(CORRECTED)
    return [*said, *brief_words(one.report, one.mark, one.texts)] if one.mark.status in ATTENDED else said


STUDENT: tuple[Column[StudentLine], ...] = (
    Column("name", lambda student: student.full_name),
    Column("number", lambda student: student.number, always=False),
    Column("group", lambda student: student.group, always=False),
    Column("email", lambda student: student.email, always=False),
    Column("former", lambda student: "✓" if student.former else "", always=False),
)
"""Who it is."""

MARK: tuple[MarkColumn, ...] = (
    MarkColumn("status", lambda one: one.mark.status, said=lambda one: [status_word(one.mark.status, one.texts)]),
    MarkColumn("time", lambda one: one.mark.at, said=_time_said),
    MarkColumn("confidence", _certainty, said=_certainty_said),
    MarkColumn("refused", lambda one: len(one.mark.told), always=False),
    MarkColumn("reasons", lambda one: reason_words(one.mark.told, one.texts), always=False, said=_reasons_said),
    MarkColumn(
        "remarks",
        lambda one: "; ".join(remark_words(one.report, one.mark, one.texts)),
        always=False,
        said=_remarks_said,
    ),
)
"""Of one lesson's mark, in the order in which a message tells of them."""

STANDING: tuple[Column[Standing], ...] = (
    Column("attended", lambda one: one.attended),
    Column("lessons", lambda one: one.lessons),
    Column("share", lambda one: float(one.share) if one.lessons else None),
)
"""Of several lessons, after a column for each lesson and one for each kind of mark."""


def students_used(report: Report) -> list[Column[StudentLine]]:
    """The columns of `STUDENT` without those that nobody has anything in."""
    return [one for one in STUDENT if one.always or any(one.value(student) for student in report.students)]


def marks_used(report: Report, texts: Texts) -> list[MarkColumn]:
    """The columns of `MARK` without those that nobody has anything in."""
    marks = [MarkOf(report, mark, texts) for mark in report.marks]
    return [one for one in MARK if one.always or any(one.value(mark) for mark in marks)]


def statuses_used(report: Report) -> list[Status]:
    """The kinds of marks that a period's totals count: "excused" and "in doubt" only where there are any."""
    return [status for status in STATUSES if MEANINGS[status].usual or report.count(status)]


def statuses_drawn(report: Report) -> list[Status]:
    """Those whose numbers a picture shows, as the message does: "excused" only where there is any."""
    return [status for status in STATUSES if not MEANINGS[status].given or report.count(status)]


def status_heading(report: Report, status: Status, texts: Texts) -> str:
    """The words above a count of such marks."""
    return capital(count_word(status, 0, texts, single=report.is_single))


def mark_said(report: Report, mark: Mark, texts: Texts) -> list[str]:
    """A mark as a message tells of it, column by column."""
    one = MarkOf(report, mark, texts)
    return [words for column in MARK for words in column.said(one)]


def standing_values(student: StudentLine) -> list[Value]:
    """A student's values of `STANDING`."""
    standing = standing_of(student)
    return [column.value(standing) for column in STANDING]
