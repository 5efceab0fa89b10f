"""How a class's people are named where everybody in the room reads along."""

from __future__ import annotations

from enum import StrEnum


class ScreenNames(StrEnum):
    """What the projector shows of a name."""

    FULL = "full"
    SHORT = "short"
    """The first word and the first letters of the others."""
    INITIALS = "initials"


def as_shown(name: str, how: ScreenNames) -> str:
    """A name as it is shown. What was added to tell two of a name apart is a word like the others."""
    words = name.split()
    if how is ScreenNames.FULL or not words:
        return name
    letters = [f"{word[0].upper()}." for word in words]
    return " ".join(letters if how is ScreenNames.INITIALS else [words[0], *letters[1:]])
