"""The upper part of a lesson's picture: the class, the big number, the bar, and what its colours mean."""

from __future__ import annotations

from rollcall.domain.attendance import ATTENDED, BY_WEIGHT, MEANINGS, Shape, Status
from rollcall.report.columns import statuses_drawn
from rollcall.report.drawing import HOLLOW, INK, MARGIN, MUTED, PAPER, PRESENT, WIDTH, Paper, rounded, shrunk
from rollcall.report.model import Report
from rollcall.report.wording import count_word, lesson_when, one_line
from rollcall.texts import Texts

_ROOM = WIDTH - 2 * MARGIN
_GAP = 6


def lesson_head(report: Report, counts: dict[Status, int], height: float, texts: Texts) -> Paper:
    """A picture of that height with its upper 550 pixels drawn."""
    paper = Paper(height)
    paper.text(MARGIN, 112, one_line(report.class_title), 54, bold=True, room=_ROOM)
    paper.text(MARGIN, 164, lesson_when(report, report.lessons[0], texts), 31, colour=MUTED, room=_ROOM)
    here = sum(counts[status] for status in ATTENDED)
    width = paper.text(MARGIN - 8, 330, str(here), 156, bold=True, colour=PRESENT)
    rest = texts("report-chart-here", total=sum(counts.values()))
    paper.text(MARGIN + width + 16, 330, rest, 60, colour=MUTED, room=_ROOM - width - 16)
    _bar(paper, counts, 378, 44)
    _legend(paper, report, counts, 496, texts)
    return paper


def _bar(paper: Paper, counts: dict[Status, int], y: float, height: float) -> None:
    shown = [status for status in BY_WEIGHT if counts[status]]
    unit = (_ROOM - _GAP * (len(shown) - 1)) / max(1, sum(counts.values()))
    x = float(MARGIN)
    for status in shown:
        width = counts[status] * unit
        colour = MEANINGS[status].colour
        if MEANINGS[status].shape is Shape.HOLLOW:
            paper.shapes([rounded(x + 2, y + 2, width - 4, height - 4, 8)], PAPER, edge=colour, width=4)
        else:
            paper.shapes([rounded(x, y, width, height, 10)], colour)
        x += width + _GAP


def _legend(paper: Paper, report: Report, counts: dict[Status, int], y: float, texts: Texts) -> None:
    shown = statuses_drawn(report)
    width = _ROOM / len(shown)
    words = {status: count_word(status, counts[status], texts, single=report.is_single) for status in shown}
    size = shrunk(words.values(), 28, width - 12)
    for index, status in enumerate(shown):
        x = MARGIN + index * width
        paper.mark(status, x + 18, y - 16, 34)
        paper.text(x + 52, y, str(counts[status]), 46, bold=True, colour=INK if counts[status] else HOLLOW)
        paper.text(x + 2, y + 46, words[status], size, colour=MUTED, room=width - 12)
