"""The report as a message: plain text that fits into one Telegram message, whatever the class."""

from __future__ import annotations

from rollcall.domain.attendance import ATTENDED, MEANINGS, STATUSES, Status
from rollcall.report.columns import mark_said
from rollcall.report.model import Report, StudentLine
from rollcall.report.remarks import enrolled_together, remarked
from rollcall.report.standing import Standing, class_share, standing_of
from rollcall.report.wording import (
    CORRECTED,
    count_words,
    lesson_when,
    one_line,
    period_when,
    share_percent,
    sign_of,
    student_name,
    waiting_count,
)
from rollcall.texts import Texts

LONGEST_MESSAGE = 4096
"""Telegram's limit, in UTF-16 code units."""

_MOST_POINTED_OUT = 8


def report_text(report: Report, texts: Texts) -> str:
    """The report as plain text. A long class is cut, never the head, the counts or what needs a look."""
    title = one_line(report.class_title)
    if not report.lessons:
        return f"{title}\n{texts('report-no-lessons', period=report.period.value)}"
    if report.is_single:
        head, body, tail = _lesson(report, texts)
    else:
        head, body, tail = _period(report, texts)
    if not report.students:
        body = [texts("report-no-students")]
    notes = []
    if report.count(Status.FLAGGED):
        notes.append(texts("report-flagged-explained"))
    if report.is_single and any(mark.corrected for mark in report.marks):
        notes.append(texts("report-corrected-explained", sign=CORRECTED))
    if report.is_single and (number := enrolled_together(report)):
        notes.append(texts("report-enrolled-together", number=number))
    if report.is_single and remarked(report):
        notes.append(texts("report-remarks-explained"))
    if notes:
        tail = [*tail, "", *notes]
    return _fitted([title, *head, "", *_counts(report, texts), ""], body, tail, texts)


def _lesson(report: Report, texts: Texts) -> tuple[list[str], list[str], list[str]]:
    here = sum(report.count(status) for status in ATTENDED)
    total = sum(report.count(status) for status in Status)
    lesson = report.lessons[0]
    head = [lesson_when(report, lesson, texts), texts("report-here", here=here, total=total)]
    if lesson.title:
        head.insert(0, one_line(lesson.title))
    return head, [lesson_line(report, student, texts) for student in report.students], []


def lesson_line(report: Report, student: StudentLine, texts: Texts) -> str:
    """A student in the report of one lesson: the mark, when, how sure, why not."""
    mark = student.marks[0]
    if mark is None:
        return f"▫️ {student_name(student, texts)} — {texts('report-not-yet')}"
    return f"{sign_of(mark)} {student_name(student, texts)} — {' · '.join(mark_said(report, mark, texts))}"


def _period(report: Report, texts: Texts) -> tuple[list[str], list[str], list[str]]:
    summary = texts("report-lessons", number=len(report.lessons))
    share = class_share(report)
    if share is not None:
        summary += " · " + texts("report-attendance-share", percent=share_percent(share))
    standings = [standing_of(student) for student in report.students]
    body = [_period_line(standing, texts) for standing in standings]
    return [period_when(report, texts), summary], body, _pointed_out(standings, texts)


def _period_line(standing: Standing, texts: Texts) -> str:
    name = student_name(standing.student, texts)
    if not any(standing.student.marks):
        return f"{name} — {texts('report-not-yet')}"
    parts = []
    if standing.lessons:
        share = f"{share_percent(standing.share)} %"
        parts = [texts("report-of", part=standing.attended, whole=standing.lessons), share]
    # Who was there and who was not is said by the share.
    beside = [status for status in STATUSES if MEANINGS[status].named and not MEANINGS[status].missed]
    parts += [
        texts(f"report-times-{status.value}", number=number)
        for status in beside
        if (number := standing.student.count(status))
    ]
    return f"{name} — {' · '.join(parts)}"


def _pointed_out(standings: list[Standing], texts: Texts) -> list[str]:
    """Who is worth a look and why; the lowest attendance first."""
    notable = sorted((standing for standing in standings if standing.is_worth_a_look), key=lambda one: one.share)
    if not notable:
        return []
    lines = ["", texts("report-worth-a-look")]
    for standing in notable[:_MOST_POINTED_OUT]:
        why = [f"{share_percent(standing.share)} %"] if standing.is_low else []
        if standing.is_away:
            why.append(texts("report-missed-in-a-row", number=standing.missed_in_a_row))
        lines.append(f"👀 {one_line(standing.student.full_name)} — {', '.join(why)}")
    if len(notable) > _MOST_POINTED_OUT:
        lines.append(texts("report-worth-a-look-more", number=len(notable) - _MOST_POINTED_OUT))
    return lines


def _counts(report: Report, texts: Texts) -> list[str]:
    counts = {status: report.count(status) for status in STATUSES}
    lines = [
        f"{MEANINGS[status].sign} {words}"
        for status, words in count_words(counts, texts, single=report.is_single).items()
    ]
    return [*lines, waiting_count(report, texts)] if report.waiting else lines


def _fitted(head: list[str], body: list[str], tail: list[str], texts: Texts) -> str:
    """All lines, or as many of the body's as the limit leaves room for, and how many were left out."""
    whole = "\n".join([*head, *body, *tail])
    if units(whole) <= LONGEST_MESSAGE:
        return whole
    more = texts("report-more", number=len(body))
    room = LONGEST_MESSAGE - units("\n".join([*head, more, *tail]))
    kept = 0
    while kept < len(body) and (cost := units(body[kept]) + 1) <= room:
        room -= cost
        kept += 1
    more = texts("report-more", number=len(body) - kept)
    return "\n".join([*head, *body[:kept], more, *tail])


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
