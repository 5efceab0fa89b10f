"""The picture of one lesson: how many are here, and who came when."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from rollcall.attendance import ATTENDED, Status
from rollcall.report.drawing import (
    FAINT,
    FLAGGED,
    HOLLOW,
    INK,
    LATE,
    LATE_ZONE,
    MARGIN,
    MUTED,
    PAPER,
    PRESENT,
    WIDTH,
    Paper,
    drawable,
    fitted,
    rounded,
    text_width,
)
from rollcall.report.model import Mark, Report
from rollcall.report.wording import STATUSES, capital, clock, lesson_when, one_line, reason_words, status_word
from rollcall.texts import Texts
from rollcall.verdict import SUSPICIOUS

_ROOM = WIDTH - 2 * MARGIN
_BAR_ORDER = (Status.PRESENT, Status.LATE, Status.FLAGGED, Status.ABSENT)
_BODY_TOP = 610
_MOST_LANES = 16
_LANE = 58.0
_LANES_LEFT, _LANES_RIGHT = 420, 896
_STRIP_HEIGHT = 250
_LIST_ROW = 46
_LONGEST_LIST = 20
_TICKS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 1440)

Named = list[tuple[str, Mark]]


def lesson_chart(report: Report, texts: Texts) -> bytes:
    """Names along a time axis while they fit; for a larger class, dots along it and the names that matter below."""
    drawing = _LessonChart(report, texts)
    return drawing.lanes() if len(drawing.marks) <= _MOST_LANES else drawing.strip()


class _LessonChart:
    def __init__(self, report: Report, texts: Texts) -> None:
        self.report, self.texts, self.lesson = report, texts, report.lessons[0]
        # Whose name has no letter that the font knows goes by the number they have in the spreadsheet.
        self.marks: Named = [
            (drawable(one_line(student.full_name)) or f"№ {number}", student.marks[0])
            for number, student in enumerate(report.students, start=1)
            if student.marks[0] is not None
        ]
        self.arrived = sorted(self._with(*ATTENDED), key=lambda pair: self._minute(pair[1]))
        arrivals = [self._minute(mark) for _, mark in self.arrived]
        self.late_minute = max(0.0, self._minutes(self.lesson.late_at))
        self.last_minute = max([*arrivals, self.late_minute, 1.0]) * 1.08

    def lanes(self) -> bytes:
        """A row per student: those who came in the order in which they came, then flagged, then absent."""
        rows = self.arrived + self._with(Status.FLAGGED) + self._with(Status.ABSENT)
        arrived_bottom = _BODY_TOP + 116 + _LANE * len(self.arrived)
        gap = 40 if self.arrived and len(rows) > len(self.arrived) else 0
        height = _BODY_TOP + 116 + _LANE * len(rows) + gap + (70 if self.arrived else 0) + 24
        paper = self._head(height)
        if not self.arrived:
            arrived_bottom -= 24
            paper.text(MARGIN, _BODY_TOP + 64, self.texts("report-chart-nobody"), 30, colour=MUTED)
        else:
            self._axis(paper, _LANES_LEFT, _LANES_RIGHT, _BODY_TOP + 92, arrived_bottom)
        y = _BODY_TOP + 116 + _LANE / 2
        for index, (name, mark) in enumerate(rows):
            if index == len(self.arrived):
                y += gap + (56 if self.arrived else 0)
            self._lane(paper, y, name, mark)
            y += _LANE
        return paper.png()

    def _lane(self, paper: Paper, y: float, name: str, mark: Mark) -> None:
        came = mark.status in ATTENDED
        paper.text(MARGIN, y + 11, name, 30, colour=INK if came else MUTED, room=_LANES_LEFT - MARGIN - 34)
        if came:
            x = self._x(self._minute(mark), _LANES_LEFT, _LANES_RIGHT)
            paper.line([(_LANES_LEFT, y), (x, y)], FAINT, 3)
            paper.mark(mark.status, x, y, 30)
            if mark.at is not None:
                time = clock(self.report.local(mark.at))
                paper.text(WIDTH - MARGIN, y + 11, time, 30, bold=mark.status is Status.LATE, align="right")
            return
        paper.mark(mark.status, _LANES_LEFT, y, 30)
        flagged = mark.status is Status.FLAGGED
        words = self._why(mark) if flagged else status_word(mark.status, self.texts)
        room = WIDTH - MARGIN - _LANES_LEFT - 32
        paper.text(_LANES_LEFT + 32, y + 11, words, 28, colour=FLAGGED if flagged else MUTED, room=room)

    def strip(self) -> bytes:
        """A dot per student along the time axis; below, by name, those who were late, are flagged or absent."""
        lists = [(status, pairs) for status in (Status.LATE, Status.FLAGGED, Status.ABSENT) if (pairs := self._with(status))]
        top = _BODY_TOP + 110
        bottom = top + _STRIP_HEIGHT
        lists_top = bottom + 130 if self.arrived else _BODY_TOP + 110
        heights = [76 + _LIST_ROW * self._list_rows(status, pairs) + 40 for status, pairs in lists]
        paper = self._head(lists_top + sum(heights))
        if self.arrived:
            self._axis(paper, MARGIN, WIDTH - MARGIN, _BODY_TOP + 92, bottom)
            self._dots(paper, top, bottom)
        else:
            paper.text(MARGIN, _BODY_TOP + 64, self.texts("report-chart-nobody"), 30, colour=MUTED)
        for (status, pairs), height in zip(lists, heights, strict=True):
            self._list(paper, lists_top, status, pairs)
            lists_top += height
        return paper.png()

    def _dots(self, paper: Paper, top: float, bottom: float) -> None:
        """Dots stacked where several came together, as large as the tallest stack allows."""
        width = WIDTH - 2 * MARGIN
        for size in range(34, 5, -1):
            stacks: dict[int, list[Status]] = {}
            for _, mark in self.arrived:
                x = self._x(self._minute(mark), 0, width)
                stacks.setdefault(int(x // (size + 3)), []).append(mark.status)
            if max(map(len, stacks.values())) * (size + 3) <= bottom - top - 16:
                break
        for column, statuses in stacks.items():
            for level, status in enumerate(statuses):
                x = MARGIN + (column + 0.5) * (size + 3)
                paper.mark(status, x, bottom - 8 - (level + 0.5) * (size + 3), size * (0.86 if status is Status.LATE else 1))

    def _list_rows(self, status: Status, pairs: Named) -> int:
        shown = min(len(pairs), _LONGEST_LIST)
        columns = 1 if status is Status.FLAGGED else 2
        return math.ceil(shown / columns) + (len(pairs) > shown)

    def _list(self, paper: Paper, top: float, status: Status, pairs: Named) -> None:
        if status is Status.LATE:
            pairs = [pair for pair in self.arrived if pair[1].status is Status.LATE]
        heading = self.texts("report-count", word=capital(status_word(status, self.texts)), number=len(pairs))
        paper.mark(status, MARGIN + 16, top - 11, 30)
        paper.text(MARGIN + 48, top, heading, 32, bold=True)
        shown = pairs[:_LONGEST_LIST]
        columns = 1 if status is Status.FLAGGED else 2
        per_column = math.ceil(len(shown) / columns)
        width = (_ROOM - 48 - 32 * (columns - 1)) / columns
        for index, (name, mark) in enumerate(shown):
            x = MARGIN + 48 + (index // per_column) * (width + 32)
            y = top + 56 + _LIST_ROW * (index % per_column)
            if status is Status.FLAGGED:
                name = fitted(name, 28, width * 0.5)
                paper.text(x, y, name, 28)
                left = text_width(name, 28) + 20
                paper.text(x + left, y, self._why(mark), 26, colour=FLAGGED, room=width - left)
            elif status is Status.LATE and mark.at is not None:
                paper.text(x, y, name, 28, room=width - 110)
                paper.text(x + width, y, clock(self.report.local(mark.at)), 28, colour=MUTED, align="right")
            else:
                paper.text(x, y, name, 28, room=width)
        if len(pairs) > len(shown):
            more = self.texts("report-chart-more", number=len(pairs) - len(shown))
            paper.text(MARGIN + 48, top + 56 + _LIST_ROW * per_column, more, 28, colour=MUTED)

    def _head(self, height: float) -> Paper:
        """The class, the lesson, the big number, the bar, and what its colours mean."""
        paper = Paper(height)
        paper.text(MARGIN, 112, one_line(self.report.class_title), 54, bold=True, room=_ROOM)
        paper.text(MARGIN, 164, capital(lesson_when(self.report, self.lesson, self.texts)), 31, colour=MUTED, room=_ROOM)
        counts = {status: len(self._with(status)) for status in STATUSES}
        here = sum(counts[status] for status in ATTENDED)
        width = paper.text(MARGIN - 8, 330, str(here), 156, bold=True, colour=PRESENT)
        rest = self.texts("report-chart-here", total=len(self.marks))
        paper.text(MARGIN + width + 16, 330, rest, 60, colour=MUTED, room=_ROOM - width - 16)
        self._bar(paper, counts, 378, 44)
        legend(paper, counts, 496, self.texts)
        return paper

    def _bar(self, paper: Paper, counts: dict[Status, int], y: float, height: float) -> None:
        shown = [status for status in _BAR_ORDER if counts[status]]
        unit = (_ROOM - 6 * (len(shown) - 1)) / max(1, sum(counts.values()))
        x = float(MARGIN)
        for status in shown:
            width = counts[status] * unit
            if status is Status.ABSENT:
                paper.shapes([rounded(x + 2, y + 2, width - 4, height - 4, 8)], PAPER, edge=HOLLOW, width=4)
            else:
                fill = {Status.PRESENT: PRESENT, Status.LATE: LATE, Status.FLAGGED: FLAGGED}[status]
                paper.shapes([rounded(x, y, width, height, 10)], fill)
            x += width + 6

    def _axis(self, paper: Paper, left: float, right: float, top: float, bottom: float) -> None:
        """The heading, the late boundary with the zone behind it, and minutes since the start below."""
        paper.text(MARGIN, _BODY_TOP + 56, self.texts("report-chart-arrivals"), 32, bold=True)
        boundary = self._x(self.late_minute, left, right)
        paper.shapes([[(boundary, top), (right + 18, top), (right + 18, bottom), (boundary, bottom)]], LATE_ZONE)
        paper.line([(boundary, top), (boundary, bottom)], LATE, 4, dashed=True)
        label = self.texts("report-chart-late-from", time=clock(self.report.local(self.lesson.late_at)))
        label_x = min(boundary, WIDTH - MARGIN - text_width(label, 26))
        paper.text(label_x, top - 12, label, 26, colour="#9A5F00")
        paper.line([(left, bottom), (right + 18, bottom)], HOLLOW, 2)
        for minute in self._ticks(left, right):
            x = self._x(minute, left, right)
            paper.line([(x, bottom), (x, bottom + 10)], HOLLOW, 2)
            if minute:
                paper.text(x, bottom + 42, self.texts("report-chart-minutes", number=minute), 24, colour=MUTED, align="center")
            else:
                start = clock(self.report.local(self.lesson.opened_at))
                paper.text(x, bottom + 42, start, 24, colour=MUTED, align="center" if left > MARGIN else "left")

    def _ticks(self, left: float, right: float) -> Iterator[int]:
        step = next((tick for tick in _TICKS if (right - left) * tick / self.last_minute >= 130), _TICKS[-1])
        return iter(range(0, math.floor(self.last_minute) + 1, step))

    def _with(self, *statuses: Status) -> Named:
        return [(name, mark) for name, mark in self.marks if mark.status in statuses]

    def _why(self, mark: Mark) -> str:
        reasons = [reason for reason in mark.refused if reason in SUSPICIOUS]
        return reason_words(reasons, self.texts) or status_word(mark.status, self.texts)

    def _minutes(self, moment: datetime) -> float:
        return (moment - self.lesson.opened_at).total_seconds() / 60

    def _minute(self, mark: Mark) -> float:
        return max(0.0, self._minutes(mark.at)) if mark.at is not None else 0.0

    def _x(self, minute: float, left: float, right: float) -> float:
        return left + (right - left) * minute / self.last_minute


def legend(paper: Paper, counts: dict[Status, int], y: float, texts: Texts) -> None:
    """The four counts, each with its mark and its word."""
    width = _ROOM / len(STATUSES)
    for index, status in enumerate(STATUSES):
        x = MARGIN + index * width
        paper.mark(status, x + 18, y - 16, 34)
        paper.text(x + 52, y, str(counts[status]), 46, bold=True, colour=INK if counts[status] else HOLLOW)
        paper.text(x + 2, y + 46, status_word(status, texts), 28, colour=MUTED, room=width - 12)
