"""The picture of how voices move away from their voiceprints: score against days since enrolment. It names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from rollcall.domain.drift import Heard
from rollcall.domain.sent_as import RECORDED, SentAs
from rollcall.report.drawing import (
    FAINT,
    FLAGGED,
    HOLLOW,
    INK,
    LATE,
    MARGIN,
    MUTED,
    PRESENT,
    WIDTH,
    Paper,
    Points,
    disc,
    rounded,
    text_width,
)

_TOP, _HEIGHT = 300.0, 560.0
_LEFT, _RIGHT = MARGIN + 64.0, WIDTH - MARGIN
_BAND = "#D5E6EA"
_MOST_STRETCHES, _FEWEST_IN_ONE = 12, 5
_STEPS = (1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730)
_MOST_DRAWN = 3000
"""More dots would be one blot, and a file of megabytes: of more, as many, evenly chosen."""


def kind_of(sent_as: SentAs | None) -> str:
    """How a note was sent, in the words of the picture and of the table."""
    if sent_as in (SentAs.VOICE, None):
        return "voice note"
    return "round video" if sent_as in RECORDED else "file"


KINDS = ("voice note", "round video", "file")
_COLOURS = dict(zip(KINDS, (PRESENT, LATE, FLAGGED), strict=True))


def drift_chart(notes: Sequence[Heard], voices: int) -> bytes:
    """A PNG.

    Args:
        notes: of everybody, one at least.
        voices: how many people they are of.
    """
    return _DriftChart(notes, voices).png()


class _DriftChart:
    def __init__(self, notes: Sequence[Heard], voices: int) -> None:
        self.notes, self.voices = sorted(notes, key=lambda note: note.days), voices
        self.longest = max(1.0, self.notes[-1].days)
        self.cut = median(note.cut for note in self.notes)
        scores = [note.score for note in self.notes] + [self.cut]
        self.low, self.high = np.floor(10 * min(scores) - 0.5) / 10, min(1.0, np.ceil(10 * max(scores)) / 10)

    def png(self) -> bytes:
        """The finished picture."""
        paper = Paper(_TOP + _HEIGHT + 210)
        paper.text(MARGIN, 104, "Voices over time", 54, bold=True)
        counts = f"Voices: {self.voices} · accepted notes: {len(self.notes)}"
        paper.text(MARGIN, 158, counts, 31, colour=MUTED)
        words = "A sign for each note; the line is their median, the band the middle half"
        paper.text(MARGIN, 206, words, 25, colour=MUTED, room=WIDTH - 2 * MARGIN)
        self._axes(paper)
        self._band(paper)
        self._dots(paper)
        self._middle(paper)
        self._legend(paper)
        return paper.png()

    def _axes(self, paper: Paper) -> None:
        for tick in np.arange(self.low, self.high + 0.01, 0.1):
            y = self._y(float(tick))
            paper.line([(_LEFT, y), (_RIGHT, y)], FAINT, 2)
            paper.text(_LEFT - 16, y + 9, f"{tick:.1f}", 25, colour=MUTED, align="right")
        step = next((one for one in _STEPS if self.longest / one <= 8), 365 * max(1, round(self.longest / 365 / 8)))
        for day in range(0, int(self.longest) + 1, step):
            paper.text(self._x(day), _TOP + _HEIGHT + 42, str(day), 25, colour=MUTED, align="center")
        paper.text(_RIGHT, _TOP + _HEIGHT + 86, "days since enrolment", 25, colour=MUTED, align="right")
        paper.text(MARGIN, _TOP - 34, "score", 25, colour=MUTED)

    def _band(self, paper: Paper) -> None:
        stretches = self._stretches()
        if len(stretches) > 1:
            upper = [(x, self._y(high)) for x, _, _, high in stretches]
            lower = [(x, self._y(low)) for x, low, _, _ in reversed(stretches)]
            paper.shapes([upper + lower], _BAND)

    def _middle(self, paper: Paper) -> None:
        stretches = self._stretches()
        if len(stretches) > 1:
            points = [(x, self._y(middle)) for x, _, middle, _ in stretches]
            # As shapes: a line would lie under the band.
            paper.shapes([_stroke(one, other) for one, other in pairwise(points)], INK)
            paper.shapes([disc(x, y, 8) for x, y in points], INK)
        y = self._y(self.cut)
        paper.line([(_LEFT, y), (_RIGHT, y)], FLAGGED, 4, dashed=True)
        paper.text(_RIGHT, y + 34, f"accepted from {self.cut:.2f}", 25, colour=FLAGGED, bold=True, align="right")

    def _dots(self, paper: Paper) -> None:
        every = -(-len(self.notes) // _MOST_DRAWN)
        size = 7.0 if len(self.notes) < 400 else 4.0
        drawn: dict[str, list[Points]] = {kind: [] for kind in KINDS}
        for note in self.notes[::every]:
            x, y, kind = self._x(note.days), self._y(note.score), kind_of(note.sent_as)
            drawn[kind].append(_sign(kind, x, y, size))
        for kind, shapes in drawn.items():
            paper.shapes(shapes, _COLOURS[kind])

    def _legend(self, paper: Paper) -> None:
        x, y = float(MARGIN), _TOP + _HEIGHT + 150
        for kind in KINDS:
            count = sum(kind_of(note.sent_as) == kind for note in self.notes)
            paper.shapes([_sign(kind, x + 12, y - 10, 11)], _COLOURS[kind] if count else HOLLOW)
            words = f"{kind}: {count}"
            paper.text(x + 38, y, words, 28, colour=INK if count else HOLLOW)
            x += 38 + text_width(words, 28) + 48

    def _stretches(self) -> list[tuple[float, float, float, float]]:
        """Where along the picture, the lower quartile, the median and the upper one, of so many notes each."""
        parts = min(_MOST_STRETCHES, len(self.notes) // _FEWEST_IN_ONE)
        edges = np.linspace(0, self.longest, parts + 1) if parts else np.zeros(0)
        days = np.array([note.days for note in self.notes])
        scores = np.array([note.score for note in self.notes])
        found = []
        for first, last in pairwise(edges.tolist()):
            own = scores[(days >= first) & ((days < last) | (last == edges[-1]))]
            if len(own) >= _FEWEST_IN_ONE:
                low, middle, high = np.quantile(own, (0.25, 0.5, 0.75))
                found.append((self._x((first + last) / 2), float(low), float(middle), float(high)))
        return found

    def _x(self, days: float) -> float:
        return float(_LEFT + (_RIGHT - _LEFT - 12) * days / self.longest)

    def _y(self, score: float) -> float:
        return float(_TOP + _HEIGHT * (self.high - score) / (self.high - self.low))


def _stroke(one: tuple[float, float], other: tuple[float, float]) -> Points:
    """A line from left to right that can lie on top."""
    (x, y), (there, down), half = one, other, 2.5
    return [(x, y - half), (there, down - half), (there, down + half), (x, y + half)]


def _sign(kind: str, x: float, y: float, size: float) -> Points:
    """A disc, a diamond or a square, so that nobody has to tell colours apart."""
    if kind == "round video":
        reach = size * 1.2
        return [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
    if kind == "file":
        return rounded(x - size, y - size, 2 * size, 2 * size, size * 0.3)
    return disc(x, y, size)
