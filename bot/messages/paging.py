"""Long lists in the chat, a page at a time: Telegram takes 4096 characters and a hundred buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.messages.replies import Buttons
from bot.services import Context

PAGE = 20
"""Entries; with names of 128 characters still one message."""

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Page(Generic[Entry]):
    """Some entries of a list."""

    entries: Sequence[Entry]
    number: int
    pages: int

    @classmethod
    def of(cls, entries: Sequence[Entry], number: int) -> Page[Entry]:
        """The page of this number, from 0; of one that is not there, the last."""
        pages = pages_for(len(entries))
        number = min(number, pages - 1)
        return cls(entries[number * PAGE : (number + 1) * PAGE], number, pages)

    def turning(self, word: str) -> Buttons:
        """Buttons to the pages beside it, with callback data ``word:<page>``."""
        return turning(word, self.number, self.pages)


def pages_for(entries: int) -> int:
    """How many pages so many entries take; one for none."""
    return max(1, -(-entries // PAGE))


def turning(word: str, number: int, pages: int) -> Buttons:
    """A row of buttons to the page before and the one after, or nothing."""
    row = [(f"‹ {number}", f"{word}:{number - 1}")] if number > 0 else []
    if number + 1 < pages:
        row.append((f"{number + 2} ›", f"{word}:{number + 1}"))
    return [row] if row else []


def page_of(context: Context) -> int:
    """Which page a pressed button asks for; the first for a command."""
    match = context.match
    return int(match["page"] or 0) if isinstance(match, re.Match) and "page" in match.groupdict() else 0
