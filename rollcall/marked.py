"""Text with some of it bold or folded away. It reads, compares and is stored as the plain text that it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_TAG = re.compile(r"<(/?)(b|fold)>")
_ANGLE = "\ufdd0"
"""Stands for an angle bracket of a value while tags are looked for; Unicode promises that no text contains it."""


class Style(StrEnum):
    """What a stretch of text looks like; the value is its tag in the Fluent files."""

    BOLD = "b"
    FOLDED = "fold"
    """Quoted, and only its first lines shown until it is pressed."""


@dataclass(frozen=True)
class Stretch:
    """From one character to before another, by Python's count."""

    start: int
    end: int
    style: Style


class Marked(str):
    """A text with its stretches; adding to it keeps them, anything else gives the plain text."""

    __slots__ = ("stretches",)
    stretches: tuple[Stretch, ...]

    def __new__(cls, text: str, stretches: Iterable[Stretch] = ()) -> Marked:
        """The text and what of it is marked."""
        made = super().__new__(cls, text)
        made.stretches = tuple(stretches)
        return made

    def __add__(self, other: str) -> Marked:
        return _joined(self, other)

    def __radd__(self, other: str) -> Marked:
        return _joined(other, self)


def shielded(value: object) -> object:
    """A value to be put into a text: whatever a name contains, it marks nothing."""
    return value.replace("<", _ANGLE) if isinstance(value, str) else value


def read(text: str) -> str:
    """The text without its tags; `Marked` if it had any. Angle brackets of shielded values are themselves again."""
    plain, stretches, opened = [], [], dict[str, int]()
    length, last = 0, 0
    for tag in _TAG.finditer(text):
        plain.append(text[last : tag.start()])
        length += tag.start() - last
        last = tag.end()
        if tag[1]:
            stretches.append(Stretch(opened.pop(tag[2]), length, Style(tag[2])))
        else:
            opened[tag[2]] = length
    if opened:
        raise ValueError(f"a tag is never closed: {', '.join(opened)}")
    whole = ("".join(plain) + text[last:]).replace(_ANGLE, "<")
    return Marked(whole, stretches) if stretches else whole


def folded(text: str) -> Marked:
    """The text, folded away as a whole: for what is too long to be a value of a Fluent message."""
    return Marked(text, [Stretch(0, len(text), Style.FOLDED)])


def one_below_the_other(parts: Iterable[str], between: str = "\n") -> str:
    """Like ``between.join(parts)``, with what is marked in them."""
    first, *others = parts
    for part in others:
        first = first + between + part
    return first


def _joined(one: str, other: str) -> Marked:
    moved = [Stretch(it.start + len(one), it.end + len(one), it.style) for it in getattr(other, "stretches", ())]
    return Marked(str.__add__(one, other), [*getattr(one, "stretches", ()), *moved])
