"""The picture of several lessons: a grid of students and lessons, and how attendance moves."""

from __future__ import annotations

from rollcall.domain.attendance import STATUSES, Status
from rollcall.report.columns import statuses_drawn
from rollcall.report.drawing import (
    FAINT,
    FLAGGED,
    HOLLOW,
    INK,
    MARGIN,
    MUTED,
    PRESENT,
    WIDTH,
    Paper,
    disc,
    drawable,
    shrunk,
    text_width,
)
from rollcall.report.model import Period, Report
from rollcall.report.standing import Standing, class_share, lesson_share, standing_of
from rollcall.report.wording import clock, count_word, one_line, period_when, share_percent
from rollcall.texts import Texts

_ROOM = WIDTH - 2 * MARGIN
_MOST_STUDENTS, _LOWEST_SHOWN = 60, 30
_MOST_LESSONS = 60
_TREND_TOP, _TREND_HEIGHT = 600, 120
_GRID_TOP, _GRID_TOP_WITHOUT_TREND = 850, 600
_WIDEST_CELL = 120.0
_FAR = 420
"""Where the first cell stands so far from the edge, lines lead the eye from the names to their cells."""


def period_chart(report: Report, texts: Texts) -> bytes:
    """Students down, lessons across, the trend of attendance above and each one's share at the right."""
    return _PeriodChart(report, texts).png()


class _PeriodChart:
    def __init__(self, report: Report, texts: Texts) -> None:
        self.report, self.texts = report, texts
        self.first = max(0, len(report.lessons) - _MOST_LESSONS)
        self.lessons = range(self.first, len(report.lessons))
        # Whose name has no letter that the font knows goes by the number they have in the spreadsheet.
        self.rows: list[tuple[str, Standing]] = [
            (drawable(one_line(student.full_name)) or f"№ {number}", standing_of(student))
            for number, student in enumerate(report.students, start=1)
        ]
        if len(self.rows) > _MOST_STUDENTS:
            self.rows = sorted(self.rows, key=lambda row: (not row[1].lessons, row[1].share))[:_LOWEST_SHOWN]
        self.row_height = max(24.0, min(46.0, 1250 / len(self.rows)))
        self.font = min(30.0, self.row_height * 0.66)
        widest = max(text_width(name, self.font) for name, _ in self.rows)
        share_room = text_width("100 %", self.font, bold=True) + 24
        names = min(330.0, widest + 28)
        self.cell = min(_WIDEST_CELL, (_ROOM - share_room - names) / len(self.lessons))
        self.right = WIDTH - MARGIN - share_room
        self.left = self.right - self.cell * len(self.lessons)
        shares = {lesson: lesson_share(report, lesson) for lesson in self.lessons}
        self.shares = {lesson: share for lesson, share in shares.items() if share is not None}
        self.top = _GRID_TOP if len(self.shares) > 1 else _GRID_TOP_WITHOUT_TREND
        self.bottom = self.top + self.row_height * len(self.rows)

    def png(self) -> bytes:
        """The finished picture."""
        notes = self._notes()
        paper = Paper(self.bottom + 56 + 40 * len(notes))
        self._head(paper)
        if len(self.shares) > 1:
            self._trend(paper)
        self._dates(paper)
        self._grid(paper)
        for index, note in enumerate(notes):
            paper.text(MARGIN, self.bottom + 56 + 40 * index, note, 25, colour=MUTED, room=_ROOM)
        return paper.png()

    def _head(self, paper: Paper) -> None:
        report, texts = self.report, self.texts
        paper.text(MARGIN, 112, one_line(report.class_title), 54, bold=True, room=_ROOM)
        paper.text(MARGIN, 164, period_when(report, texts), 31, colour=MUTED, room=_ROOM)
        share = class_share(report)
        big = f"{share_percent(share)} %" if share is not None else "–"
        width = paper.text(MARGIN - 8, 330, big, 156, bold=True, colour=PRESENT) + 24
        counts = (
            texts("report-lessons", number=len(report.lessons))
            + " · "
            + texts("report-students", number=len(report.students))
        )
        paper.text(MARGIN + width, 272, texts("report-chart-attendance"), 46, colour=INK, room=_ROOM - width)
        paper.text(MARGIN + width, 328, counts, 31, colour=MUTED, room=_ROOM - width)
        numbers = {status: report.count(status) for status in statuses_drawn(report)}
        column = _ROOM / len(numbers)
        words = {status: count_word(status, number, texts, single=False) for status, number in numbers.items()}
        size = shrunk(words.values(), 28, column - 12)
        for index, (status, number) in enumerate(numbers.items()):
            x = MARGIN + index * column
            paper.cells(status, [(x, 400, 36, 36)])
            paper.text(x + 52, 436, str(number), 46, bold=True, colour=INK if number else HOLLOW)
            paper.text(x + 2, 482, words[status], size, colour=MUTED, room=column - 12)

    def _trend(self, paper: Paper) -> None:
        """Attendance per lesson, above its column; the lowest, the highest and the last carry their number."""
        shares = self.shares
        floor = _TREND_TOP + _TREND_HEIGHT
        points = [(self._centre(lesson), floor - share * _TREND_HEIGHT) for lesson, share in shares.items()]
        for level, label in ((floor, "0 %"), (_TREND_TOP, "100 %")):
            paper.line([(self.left, level), (self.right, level)], FAINT, 2)
            paper.text(self.left - 14, level + 8, label, 22, colour=MUTED, align="right")
        paper.shapes([[(points[0][0], floor), *points, (points[-1][0], floor)]], "#E4F0F3")
        paper.line(points, PRESENT, 5)
        lowest, highest = min(shares, key=lambda one: shares[one]), max(shares, key=lambda one: shares[one])
        for lesson in dict.fromkeys((lowest, highest, max(shares))):
            x, y = self._centre(lesson), floor - shares[lesson] * _TREND_HEIGHT
            paper.shapes([disc(x, y, 8)], PRESENT)
        marked: list[tuple[float, bool]] = []
        for lesson in dict.fromkeys((max(shares), lowest, highest)):
            x, y = self._centre(lesson), floor - shares[lesson] * _TREND_HEIGHT
            below = lesson == lowest and shares[lowest] > 0.3
            if all(abs(x - other) > 84 or below is not side for other, side in marked):
                marked.append((x, below))
                words = f"{share_percent(shares[lesson])} %"
                paper.text(x, y + 38 if below else y - 18, words, 25, bold=True, align="center")

    def _dates(self, paper: Paper) -> None:
        """Days above the columns, as many as there is room for; months above the days."""
        moments = {lesson: self.report.local(self.report.lessons[lesson].opened_at) for lesson in self.lessons}
        by_time = self.report.period is Period.TODAY
        labels = {lesson: clock(at) if by_time else str(at.day) for lesson, at in moments.items()}
        size = 26.0 if self.cell >= 40 else 22.0
        widest = max(text_width(label, size) for label in labels.values()) + 12
        month, month_end = 0, 0.0
        last_label = float("-inf")
        for lesson, at in moments.items():
            x = self._centre(lesson)
            if not by_time and at.month != month:
                words = self.texts("report-month-short", month=at.month)
                start = max(self.left, x - text_width(labels[lesson], size) / 2)
                width = text_width(words, 24, bold=True)
                if start >= month_end + 10:
                    paper.text(start, self.top - 52, words, 24, bold=True, colour=INK)
                    month, month_end = at.month, start + width
            if x - last_label >= widest:
                paper.text(x, self.top - 16, labels[lesson], size, colour=MUTED, align="center")
                last_label = x

    def _grid(self, paper: Paper) -> None:
        gap = max(2.0, min(6.0, 0.14 * min(self.cell, self.row_height)))
        # In a narrow column a cell as tall as its row would be a bar: rows read as rows when cells are near square.
        height = min(self.row_height - gap, max(16.0, 1.8 * (self.cell - gap)))
        boxes: dict[Status, list[tuple[float, float, float, float]]] = {status: [] for status in STATUSES}
        dots = []
        for index, (name, standing) in enumerate(self.rows):
            top = self.top + index * self.row_height
            baseline = top + self.row_height / 2 + self.font * 0.36
            end = MARGIN + paper.text(MARGIN, baseline, name, self.font, room=self.left - MARGIN - 20)
            if self.left > _FAR and self.left - end > 40:
                paper.line(
                    [(end + 16, top + self.row_height / 2), (self.left - 12, top + self.row_height / 2)], FAINT, 2
                )
            for lesson in self.lessons:
                mark = standing.student.marks[lesson]
                if mark is None:
                    dots.append(disc(self._centre(lesson), top + self.row_height / 2, 2.5))
                    continue
                left = self._centre(lesson) - self.cell / 2
                box = (left + gap / 2, top + (self.row_height - height) / 2, self.cell - gap, height)
                boxes[mark.status].append(box)
            if standing.lessons:
                share, low = f"{share_percent(standing.share)} %", standing.is_low
                colour = FLAGGED if low else INK
                paper.text(WIDTH - MARGIN, baseline, share, self.font, bold=low, colour=colour, align="right")
        paper.shapes(dots, HOLLOW)
        for status, places in boxes.items():
            paper.cells(status, places)

    def _notes(self) -> list[str]:
        notes = []
        if len(self.rows) < len(self.report.students):
            total = len(self.report.students)
            notes.append(self.texts("report-chart-lowest", shown=len(self.rows), total=total))
        if self.first:
            total = len(self.report.lessons)
            notes.append(self.texts("report-chart-last-lessons", shown=len(self.lessons), total=total))
        return notes

    def _centre(self, lesson: int) -> float:
        return self.left + (lesson - self.first + 0.5) * self.cell
