"""The report as a picture to look at on a phone. Import it late: it brings matplotlib."""

from __future__ import annotations

from rollcall.report.chart_lesson import lesson_chart
from rollcall.report.chart_period import period_chart
from rollcall.report.drawing import INK, MARGIN, MUTED, WIDTH, Paper
from rollcall.report.model import Report
from rollcall.report.wording import one_line, period_when
from rollcall.texts import Texts


def chart(report: Report, texts: Texts) -> bytes:
    """A PNG, 1080 pixels wide. Draws nothing global: call it from any thread."""
    if not report.lessons:
        return _empty_chart(report, texts, texts("report-no-lessons", period=report.period.value))
    if not report.students:
        return _empty_chart(report, texts, texts("report-no-students"))
    return lesson_chart(report, texts) if report.is_single else period_chart(report, texts)


def _empty_chart(report: Report, texts: Texts, message: str) -> bytes:
    paper = Paper(460)
    room = WIDTH - 2 * MARGIN
    paper.text(MARGIN, 112, one_line(report.class_title), 54, bold=True, room=room)
    paper.text(MARGIN, 168, period_when(report, texts), 32, colour=MUTED, room=room)
    # Two sentences, two lines.
    for index, sentence in enumerate(message.replace(". ", ".\n").split("\n")):
        paper.text(MARGIN, 290 + 54 * index, sentence, 36, colour=INK, room=room)
    return paper.png()
