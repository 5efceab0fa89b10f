"""The start page: the teacher's classes."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.responses import Response

from rollcall.storage.classes import ClassSummary, summaries
from web.visit import Visit


async def start(visit: Visit) -> Response:
    """GET /: the classes, each with what can be done."""
    return visit.page("classes.html", classes=await visit.look(_summaries, visit))


def _summaries(session: Session, visit: Visit) -> list[ClassSummary]:
    return summaries(session, visit.person, visit.now)
