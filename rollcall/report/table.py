"""The report as CSV, for whatever reads tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rollcall.domain.attendance import Status
from rollcall.report.columns import (
    MARK,
    STANDING,
    MarkOf,
    Value,
    standing_values,
    status_heading,
    statuses_used,
    students_used,
)
from rollcall.report.model import Mark, Report
from rollcall.report.wording import percent_words, status_word
from rollcall.texts import Texts

_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@dataclass(frozen=True)
class Dialect:
    """How a spreadsheet program writes and reads tables, by the language it is set to (Unicode CLDR).

    Attributes:
        separator: between cells: a semicolon wherever a comma parts decimals.
        decimal: what parts decimals.
        moment, second: how a day with its time is written, without and with seconds.
    """

    separator: str
    decimal: str
    moment: str
    second: str


_DIALECTS = {"ru": Dialect(";", ",", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")}
_PLAIN = Dialect(",", ".", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
"""In English days are written in two orders, so the one is used that both read."""


def dialect_of(texts: Texts) -> Dialect:
    """The reader's."""
    return _DIALECTS.get(texts.language, _PLAIN)


def csv_table(report: Report, texts: Texts) -> bytes:
    """One row per student, as the reader's spreadsheet opens it at a double click: in UTF-8 with a byte order mark, so
    that Excel reads Cyrillic, with the separator that it expects, and with shares and days that it takes for such.

    A value that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV injection"). All are
    quoted: whatever the separator is where the file is opened, one inside a name begins no cell of its own.
    """
    rows = _lesson(report, texts) if report.is_single else _period(report, texts)
    return written(rows, dialect_of(texts).separator)


def written(rows: Iterable[Iterable[str]], separator: str) -> bytes:
    """Rows as a file that spreadsheets open."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([harmless(value) for value in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def harmless(value: str) -> str:
    """The same, and never a formula."""
    return "'" + value if value.lstrip(" ").startswith(_STARTS_A_FORMULA) else value


def _lesson(report: Report, texts: Texts) -> Iterable[list[str]]:
    who = students_used(report)
    yield [*(column.heading(texts) for column in who), *(column.heading(texts) for column in MARK)]
    for student in report.students:
        mark = student.marks[0] if student.marks else None
        yield [
            *(_cell(report, column.value(student), texts) for column in who),
            *_mark_cells(report, mark, texts),
        ]


def _mark_cells(report: Report, mark: Mark | None, texts: Texts) -> list[str]:
    if mark is None:
        return [""] * len(MARK)
    one = MarkOf(report, mark, texts)
    return [_cell(report, column.value(one), texts) for column in MARK]


def _period(report: Report, texts: Texts) -> Iterable[list[str]]:
    who, statuses, dialect = students_used(report), statuses_used(report), dialect_of(texts)
    yield [
        *(column.heading(texts) for column in who),
        *(report.local(lesson.opened_at).strftime(dialect.moment) for lesson in report.lessons),
        *(status_heading(report, status, texts) for status in statuses),
        *(column.heading(texts) for column in STANDING),
    ]
    for student in report.students:
        values: list[Value] = [
            *(column.value(student) for column in who),
            *(mark.status if mark is not None else None for mark in student.marks),
            *(student.count(status) for status in statuses),
            *standing_values(student),
        ]
        yield [_cell(report, value, texts) for value in values]


def _cell(report: Report, value: Value, texts: Texts) -> str:
    if value is None:
        return ""
    if isinstance(value, Status):
        return status_word(value, texts)
    if isinstance(value, datetime):
        return report.local(value).strftime(dialect_of(texts).second)
    if isinstance(value, float):
        return percent_words(value, dialect_of(texts).decimal)
    return str(value)
