"""The report as CSV, for whatever reads tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from rollcall.domain.confidence import percent
from rollcall.report.model import Mark, Report
from rollcall.report.remarks import remark_words
from rollcall.report.standing import standing_of
from rollcall.report.wording import STATUSES, capital, count_word, reason_words, share_percent, status_word
from rollcall.texts import Texts

_SEPARATORS = {"ru": ";"}
"""What a spreadsheet takes for the end of a cell, by the reader's language: its list separator, which is a semicolon
wherever a comma parts decimals (Unicode CLDR). Elsewhere a comma."""
_STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def csv_table(report: Report, texts: Texts) -> bytes:
    """One row per student, as the reader's spreadsheet opens it at a double click: in UTF-8 with a byte order mark, so
    that Excel reads Cyrillic, and with the separator that it expects.

    A value that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV injection"). All are
    quoted: whatever the separator is where the file is opened, one inside a name begins no cell of its own.
    """
    rows = _lesson(report, texts) if report.is_single else _period(report, texts)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=_SEPARATORS.get(texts.language, ","), quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def _lesson(report: Report, texts: Texts) -> Iterable[list[str]]:
    columns = ("name", "status", "time", "confidence", "refused", "reasons", "remarks")
    yield [texts(f"report-column-{column}") for column in columns]
    for student in report.students:
        mark = student.marks[0] if student.marks else None
        yield [student.full_name, *_mark_cells(report, mark, texts)]


def _mark_cells(report: Report, mark: Mark | None, texts: Texts) -> list[str]:
    if mark is None:
        return [""] * 6
    return [
        status_word(mark.status, texts),
        f"{report.local(mark.at):%Y-%m-%d %H:%M:%S}" if mark.at is not None else "",
        _certainty(mark, texts),
        str(len(mark.told)),
        reason_words(mark.told, texts),
        "; ".join(remark_words(report, mark, texts)),
    ]


def _certainty(mark: Mark, texts: Texts) -> str:
    if mark.confirmed:
        return texts("report-confirmed-short")
    if mark.waiting:
        return texts("report-waiting")
    return f"{percent(mark.confidence)}%" if mark.confidence is not None else ""


def _period(report: Report, texts: Texts) -> Iterable[list[str]]:
    yield [
        texts("report-column-name"),
        *(f"{report.local(lesson.opened_at):%Y-%m-%d %H:%M}" for lesson in report.lessons),
        *(capital(count_word(status, 0, report, texts)) for status in STATUSES),
        *(texts(f"report-column-{column}") for column in ("attended", "lessons", "share")),
    ]
    for student in report.students:
        standing = standing_of(student)
        yield [
            student.full_name,
            *(status_word(mark.status, texts) if mark is not None else "" for mark in student.marks),
            *(str(student.count(status)) for status in STATUSES),
            str(standing.attended),
            str(standing.lessons),
            f"{share_percent(standing.share)}%" if standing.lessons else "",
        ]


def _harmless(value: str) -> str:
    return "'" + value if value.lstrip(" ").startswith(_STARTS_A_FORMULA) else value
