"""What every page of the register needs: the other numbers of a path, the way back, a page of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from starlette.responses import Response

from rollcall.usecases.access import number_in
from web.gate import nowhere
from web.visit import Visit

_T = TypeVar("_T")
_MOST_DIGITS = 19


def named(visit: Visit, name: str) -> int:
    """A number in the path beside the one that the permission is about; 0, which is no row's, where it cannot be."""
    return typed(str(visit.request.path_params.get(name, "")))


def typed(text: str) -> int:
    """The same of what a form or a query says."""
    return number_in(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else 0


def asked(visit: Visit, name: str) -> str:
    """A word of the query."""
    return visit.request.query_params.get(name, "")


def day_asked(visit: Visit, name: str) -> date | None:
    """A day of the query or of the form."""
    try:
        return date.fromisoformat(asked(visit, name) or visit.said(name))
    except ValueError:
        return None


def bot_link(visit: Visit, payload: str) -> str | None:
    """A link that opens the bot with this; None while no bot has said what it is called."""
    bot = visit.site.bot.username
    return f"https://t.me/{bot}?start={payload}" if bot else None


def gone(visit: Visit) -> Response:
    """What is not there, or not of this class: the same page as for what is none of the visitor's."""
    return nowhere(visit.site, visit.request, visit.texts)


def way_back(visit: Visit, default: str) -> str:
    """From where somebody came to a form, within the pages: kept in the form, so that they are led there again."""
    said = visit.said("back")
    if not said:
        came = urlsplit(visit.request.headers.get("referer", ""))
        mine = came.netloc == visit.request.headers.get("host", "")
        said = came.path + (f"?{came.query}" if came.query else "") if mine else ""
    # Browsers take a backslash for a slash, and pass over what cannot be seen.
    local = said.startswith("/") and not said.startswith("//") and "\\" not in said and said.isprintable()
    return said if local and urlsplit(said).path != visit.request.url.path else default


@dataclass(frozen=True)
class Part(Generic[_T]):
    """A page of a list: its entries, its number from 0, and how many pages there are."""

    entries: Sequence[_T]
    number: int
    pages: int
    total: int


def part(visit: Visit, found: Sequence[_T], size: int) -> Part[_T]:
    """The page that is asked for; of one that is not there, the last."""
    pages = max(1, -(-len(found) // size))
    number = min(typed(asked(visit, "page")), pages - 1)
    return Part(found[number * size : (number + 1) * size], number, pages, len(found))
