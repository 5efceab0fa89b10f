"""The picture of one lesson: how many are here, and who came when."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from rollcall.domain.attendance import ATTENDED, BY_WEIGHT, MEANINGS, STATUSES, Status
from rollcall.domain.verdict import SUSPICIOUS
from rollcall.report.chart_head import lesson_head
from rollcall.report.drawing import (
    FAINT,
    FLAGGED,
    HOLLOW,
    INK,
    LATE,
    LATE_ZONE,
    MARGIN,
    MUTED,
    WIDTH,
    Paper,
    drawable,
    fitted,
    text_width,
)
from rollcall.report.model import Mark, Report
from rollcall.report.wording import capital, clock, count_word, one_line, reason_words, status_word
from rollcall.texts import Texts

_ROOM = WIDTH - 2 * MARGIN
_BODY_TOP = 610
_MOST_LANES = 16
_LANE = 58.0
_LANES_RIGHT = 896
_ZONE_BEYOND = 18
_TALLEST_STRIP = 260
_DOT_GAP = 3
_LIST_ROW = 46
_LIST_COLUMNS = {status: 1 if MEANINGS[status].suspicious else 2 for status in STATUSES}
"""A name with its reason takes the whole width."""
_LONGEST_LIST = 9
"""Rows of names; who is beyond them is in the message and the spreadsheet."""
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
        self.counts = {status: len(self._with(status)) for status in STATUSES}
        self.arrived = sorted(self._with(*ATTENDED), key=lambda pair: self._minute(pair[1]))
        arrivals = [self._minute(mark) for _, mark in self.arrived]
        self.late_minute = max(0.0, self._minutes(self.lesson.late_at))
        self.last_minute = max([*arrivals, self.late_minute, 1.0]) * 1.08
        widest = max((text_width(name, 30) for name, _ in self.marks), default=0.0)
        self.lanes_left = MARGIN + max(230.0, min(400.0, widest)) + 40

    def lanes(self) -> bytes:
        """A row per student: those who came in the order in which they came, then who is flagged, then the others."""
        rows = self.arrived + [pair for status in BY_WEIGHT if status not in ATTENDED for pair in self._with(status)]
        arrived_bottom = _BODY_TOP + 116 + _LANE * len(self.arrived)
        gap = 40 if self.arrived and len(rows) > len(self.arrived) else 0
        height = _BODY_TOP + 116 + _LANE * len(rows) + gap + (70 if self.arrived else 0) + 24
        paper = lesson_head(self.report, self.counts, height, self.texts)
        if not self.arrived:
            arrived_bottom -= 24
            paper.text(MARGIN, _BODY_TOP + 64, self.texts("report-chart-nobody"), 30, colour=MUTED)
        else:
            self._axis(paper, self.lanes_left, _LANES_RIGHT, _BODY_TOP + 92, arrived_bottom)
        y = _BODY_TOP + 116 + _LANE / 2
        for index, (name, mark) in enumerate(rows):
            if index == len(self.arrived):
                y += gap + (56 if self.arrived else 0)
            self._lane(paper, y, name, mark)
            y += _LANE
        return paper.png()

    def _lane(self, paper: Paper, y: float, name: str, mark: Mark) -> None:
        came = mark.status in ATTENDED
        paper.text(MARGIN, y + 11, name, 30, colour=INK if came else MUTED, room=self.lanes_left - MARGIN - 34)
        if came:
            x = self._x(self._minute(mark), self.lanes_left, _LANES_RIGHT)
            paper.line([(self.lanes_left, y), (x, y)], FAINT, 3)
            paper.mark(mark.status, x, y, 30)
            if mark.at is not None:
                time = clock(self.report.local(mark.at))
                paper.text(WIDTH - MARGIN, y + 11, time, 30, bold=MEANINGS[mark.status].named, align="right")
            return
        paper.mark(mark.status, self.lanes_left, y, 30)
        flagged = MEANINGS[mark.status].suspicious
        words = self._why(mark) if flagged else status_word(mark.status, self.texts)
        if mark.waiting:
            words += " · " + self.texts("report-waiting")
        room = WIDTH - MARGIN - self.lanes_left - 32
        paper.text(self.lanes_left + 32, y + 11, words, 28, colour=FLAGGED if flagged else MUTED, room=room)

    def strip(self) -> bytes:
        """A dot per student along the time axis; below, by name, those who were late, are flagged or not there."""
        lists = [(status, pairs) for status in BY_WEIGHT if MEANINGS[status].named and (pairs := self._with(status))]
        size, stacks = self._stacks()
        bottom = _BODY_TOP + 92 + 24 + max(90, (size + _DOT_GAP) * max(map(len, stacks.values()), default=0))
        lists_top = bottom + 130 if self.arrived else _BODY_TOP + 110
        heights = [76 + _LIST_ROW * self._list_rows(status, pairs) + 40 for status, pairs in lists]
        paper = lesson_head(self.report, self.counts, lists_top + sum(heights), self.texts)
        if self.arrived:
            self._axis(paper, MARGIN, WIDTH - MARGIN - _ZONE_BEYOND, _BODY_TOP + 92, bottom)
            for column, statuses in stacks.items():
                for level, status in enumerate(statuses):
                    x = MARGIN + (column + 0.5) * (size + _DOT_GAP)
                    paper.mark(status, x, bottom - 6 - (level + 0.5) * (size + _DOT_GAP), size)
        else:
            paper.text(MARGIN, _BODY_TOP + 64, self.texts("report-chart-nobody"), 30, colour=MUTED)
        for (status, pairs), height in zip(lists, heights, strict=True):
            self._list(paper, lists_top, status, pairs)
            lists_top += height
        return paper.png()

    def _stacks(self) -> tuple[int, dict[int, list[Status]]]:
        """Dots by their column, stacked where several came together; as large as the tallest stack allows."""
        stacks: dict[int, list[Status]] = {}
        for size in range(40, 5, -1):
            stacks = {}
            for _, mark in self.arrived:
                x = self._x(self._minute(mark), 0, _ROOM - _ZONE_BEYOND)
                stacks.setdefault(int(x // (size + _DOT_GAP)), []).append(mark.status)
            if max(map(len, stacks.values()), default=0) * (size + _DOT_GAP) <= _TALLEST_STRIP:
                return size, stacks
        return size, stacks

    def _list_rows(self, status: Status, pairs: Named) -> int:
        columns = _LIST_COLUMNS[status]
        shown = min(len(pairs), _LONGEST_LIST * columns)
        return math.ceil(shown / columns) + (len(pairs) > shown)

    def _list(self, paper: Paper, top: float, status: Status, pairs: Named) -> None:
        if status in ATTENDED:
            pairs = [pair for pair in self.arrived if pair[1].status is status]
        word = capital(count_word(status, len(pairs), self.texts, single=True))
        heading = self.texts("report-count", word=word, number=len(pairs))
        paper.mark(status, MARGIN + 16, top - 11, 30)
        paper.text(MARGIN + 48, top, heading, 32, bold=True)
        columns = _LIST_COLUMNS[status]
        shown = pairs[: _LONGEST_LIST * columns]
        per_column = math.ceil(len(shown) / columns)
        width = (_ROOM - 48 - 32 * (columns - 1)) / columns
        for index, (name, mark) in enumerate(shown):
            x = MARGIN + 48 + (index // per_column) * (width + 32)
            y = top + 56 + _LIST_ROW * (index % per_column)
            if MEANINGS[status].suspicious:
                name = fitted(name, 28, width * 0.5)
                paper.text(x, y, name, 28)
                left = text_width(name, 28) + 20
                paper.text(x + left, y, self._why(mark), 26, colour=FLAGGED, room=width - left)
            elif status in ATTENDED and mark.at is not None:
                paper.text(x, y, name, 28, room=width - 110)
                paper.text(x + width, y, clock(self.report.local(mark.at)), 28, colour=MUTED, align="right")
            else:
                paper.text(x, y, name, 28, room=width)
        if len(pairs) > len(shown):
            more = self.texts("report-chart-more", number=len(pairs) - len(shown))
            paper.text(MARGIN + 48, top + 56 + _LIST_ROW * per_column, more, 28, colour=MUTED)

    def _axis(self, paper: Paper, left: float, right: float, top: float, bottom: float) -> None:
        """The heading, the late boundary with the zone behind it, and minutes since the start below."""
        paper.text(MARGIN, _BODY_TOP + 36, self.texts("report-chart-arrivals"), 32, bold=True)
        boundary = self._x(self.late_minute, left, right)
        paper.shapes(
            [[(boundary, top), (right + _ZONE_BEYOND, top), (right + _ZONE_BEYOND, bottom), (boundary, bottom)]],
            LATE_ZONE,
        )
        paper.line([(boundary, top), (boundary, bottom)], LATE, 4, dashed=True)
        label = self.texts("report-chart-late-from", time=clock(self.report.local(self.lesson.late_at)))
        label_x = min(boundary, WIDTH - MARGIN - text_width(label, 26))
        paper.text(label_x, top - 12, label, 26, colour="#9A5F00")
        paper.line([(left, bottom), (right + _ZONE_BEYOND, bottom)], HOLLOW, 2)
        for minute in self._ticks(left, right):
            x = self._x(minute, left, right)
            paper.line([(x, bottom), (x, bottom + 10)], HOLLOW, 2)
            if minute:
                paper.text(
                    x, bottom + 42, self.texts("report-chart-minutes", number=minute), 24, colour=MUTED, align="center"
                )
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
