"""A sheet of paper to draw a chart on: coordinates in pixels from the top left, text that never breaks.

Matplotlib's object-oriented interface only: no global state, so charts may be drawn in several threads at once.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from rollcall.domain.attendance import MEANINGS, Shape, Status

WIDTH = 1080
MARGIN = 64

PAPER, INK, MUTED, FAINT = "#FFFFFF", "#1B2B34", "#5F6F7A", "#E3E8EB"
PRESENT, LATE, FLAGGED, HOLLOW = (
    MEANINGS[status].colour for status in (Status.PRESENT, Status.LATE, Status.FLAGGED, Status.ABSENT)
)
LATE_ZONE = "#FEF5E4"

_DPI = 150
_FAMILY = "DejaVu Sans"  # ships with matplotlib, and has Latin, Cyrillic, Greek, Hebrew and Arabic letters
Points = list[tuple[float, float]]


class Paper:
    """One picture, `WIDTH` pixels wide."""

    def __init__(self, height: float) -> None:
        self.height = math.ceil(height)
        figure = Figure(figsize=(WIDTH / _DPI, self.height / _DPI), dpi=_DPI, facecolor=PAPER)
        self._canvas: Any = FigureCanvasAgg(figure)
        self._axes: Any = figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(self.height, 0)

    def png(self) -> bytes:
        """The finished picture."""
        out = io.BytesIO()
        self._canvas.print_png(out)
        return out.getvalue()

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        colour: str = INK,
        bold: bool = False,
        align: str = "left",
        room: float | None = None,
    ) -> float:
        """Write on the baseline ``y``, ellipsized where it is wider than ``room``. Returns the width in pixels."""
        words = fitted(words, size, room, bold=bold) if room is not None else drawable(words, bold=bold)
        self._axes.text(
            x,
            y,
            words,
            fontproperties=_font(size, bold),
            color=colour,
            ha=align,
            va="baseline",
            parse_math=False,
            clip_on=False,
        )
        return text_width(words, size, bold=bold)

    def line(self, points: Points, colour: str, width: float, *, dashed: bool = False) -> None:
        """A line through the points, ``width`` pixels thick."""
        xs, ys = zip(*points, strict=True)
        self._axes.plot(
            xs, ys, color=colour, linewidth=_points(width), linestyle=(0, (3, 3)) if dashed else "-", zorder=1.5
        )

    def shapes(self, shapes: Iterable[Points], fill: str, *, edge: str | None = None, width: float = 0) -> None:
        """Filled polygons."""
        polygons = list(shapes)
        if polygons:
            self._axes.add_collection(
                PolyCollection(
                    polygons,
                    facecolors=fill,
                    edgecolors=edge if edge is not None else "none",
                    linewidths=_points(width),
                    zorder=2,
                ),
                autolim=False,
            )

    def mark(self, status: Status, x: float, y: float, size: float) -> None:
        """A status as a dot: full, a diamond, barred, hollow, or a square with an exclamation mark."""
        half, shape, colour = size / 2, MEANINGS[status].shape, MEANINGS[status].colour
        if shape is Shape.FULL:
            self.shapes([disc(x, y, half)], colour)
        elif shape is Shape.CUT:
            reach = half * 1.18
            self.shapes([[(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]], colour)
        elif shape is Shape.BARRED:
            self.shapes([disc(x, y, half)], colour)
            self.shapes([_bar(x, y, size * 0.56, size * 0.2)], PAPER)
        elif shape is Shape.HOLLOW:
            edge = max(2.0, size * 0.11)
            self.shapes([disc(x, y, half - edge / 2)], PAPER, edge=colour, width=edge)
        else:
            self.shapes([rounded(x - half, y - half, size, size, size * 0.2)], colour)
            self.exclaim(x, y, size * 0.62)

    def exclaim(self, x: float, y: float, size: float) -> None:
        """A white exclamation mark, centred."""
        wide = size * 0.2
        self.shapes(
            [
                rounded(x - wide / 2, y - size / 2, wide, size * 0.6, wide * 0.3),
                disc(x, y + size / 2 - wide * 0.6, wide * 0.62),
            ],
            PAPER,
        )

    def cells(self, status: Status, boxes: Iterable[tuple[float, float, float, float]]) -> None:
        """A status as cells (x, y, width, height) of a grid: full, a corner cut off, barred, hollow, or marked."""
        places = list(boxes)
        if not places:
            return
        radius, shape, colour = min(6.0, min(places[0][2:]) * 0.18), MEANINGS[status].shape, MEANINGS[status].colour
        if shape is Shape.FULL:
            self.shapes([rounded(*box, radius) for box in places], colour)
        elif shape is Shape.CUT:
            self.shapes([_cut(*box) for box in places], colour)
        elif shape is Shape.BARRED:
            self.shapes([rounded(*box, radius) for box in places], colour)
            self.shapes([_bar(x + w / 2, y + h / 2, w * 0.5, h * 0.18) for x, y, w, h in places], PAPER)
        elif shape is Shape.HOLLOW:
            edge = 1.5 if min(places[0][2:]) < 16 else 2.5
            inset = edge / 2
            hollow = [(x + inset, y + inset, w - edge, h - edge) for x, y, w, h in places]
            self.shapes([rounded(*box, radius) for box in hollow], PAPER, edge=colour, width=edge)
        else:
            self.shapes([rounded(*box, radius) for box in places], colour)
            for x, y, w, h in places:
                self.exclaim(x + w / 2, y + h / 2, min(w * 1.6, h) * 0.68)


def rounded(x: float, y: float, w: float, h: float, r: float) -> Points:
    """A rectangle with round corners."""
    r = max(0.0, min(r, w / 2, h / 2))
    corners = ((x + w - r, y + r, -90), (x + w - r, y + h - r, 0), (x + r, y + h - r, 90), (x + r, y + r, 180))
    angles = [(cx, cy, math.radians(start + step)) for cx, cy, start in corners for step in (0, 30, 60, 90)]
    return [(cx + r * math.cos(angle), cy + r * math.sin(angle)) for cx, cy, angle in angles]


def disc(x: float, y: float, r: float) -> Points:
    """A circle, near enough."""
    return [(x + r * math.cos(step * math.pi / 24), y + r * math.sin(step * math.pi / 24)) for step in range(48)]


def _cut(x: float, y: float, w: float, h: float) -> Points:
    corner = min(w, h) * 0.55
    return [(x + corner, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y + corner)]


def _bar(x: float, y: float, w: float, h: float) -> Points:
    return rounded(x - w / 2, y - h / 2, w, h, h / 2)


def shrunk(words: Iterable[str], size: float, room: float) -> float:
    """That size, or as much less as the widest of the words needs to fit."""
    widest = max((text_width(drawable(word), size) for word in words), default=0.0)
    return size if widest <= room else size * room / widest


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """How many pixels wide drawable words come out."""
    font = get_font(findfont(_font(size, bold)))
    font.set_size(_points(size), _DPI)
    font.set_text(words, 0.0)
    width, _ = font.get_width_height()
    return float(width) / 64


def fitted(words: str, size: float, room: float, *, bold: bool = False) -> str:
    """Drawable words, ended by an ellipsis where they would be wider than ``room``."""
    words = drawable(words, bold=bold)
    if text_width(words, size, bold=bold) <= room:
        return words
    shortest, longest = 0, len(words)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if text_width(words[:middle].rstrip() + "…", size, bold=bold) <= room:
            shortest = middle
        else:
            longest = middle - 1
    return words[:shortest].rstrip() + "…"


def drawable(words: str, *, bold: bool = False) -> str:
    """What the font can draw of these words: fancy letters made plain, emoji and other unknown signs left out."""
    known = _known_characters(bold)
    plain = "".join(
        char if ord(char) in known else unicodedata.normalize("NFKC", char) for char in " ".join(words.split())
    )
    kept = (char for char in plain if ord(char) in known and not _is_invisible(char))
    return " ".join("".join(kept).split())


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char).startswith("C") or "\ufe00" <= char <= "\ufe0f"


@cache
def _known_characters(bold: bool) -> frozenset[int]:
    return frozenset(get_font(findfont(_font(20, bold))).get_charmap())


def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(family=_FAMILY, weight="bold" if bold else "normal", size=_points(size))


def _points(pixels: float) -> float:
    return pixels * 72 / _DPI
