"""How the installation is, at a glance: the queue, the workers, what is owed, the clock."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import redis
from starlette.responses import Response

from rollcall.queue.figures import QueueFigures, queue_figures
from rollcall.storage.figures import Figures, figures
from rollcall.system.clock_skew import seconds_ahead
from rollcall.texts import Texts
from web.visit import Visit

_SKEW_BORNE = 5.0
"""As `rollcall doctor` has it."""
_LONG = 60.0
"""Seconds that a note or a message waits before somebody should look."""
_FULL = 0.8
Line = tuple[str, str, bool]
"""What, how much, and whether that is as it should be."""
Group = tuple[str, bool, list[Line]]


async def health(visit: Visit) -> Response:
    """GET /health."""
    t = visit.texts
    found, queue, skew = await asyncio.gather(
        visit.look(figures, visit.now), _queue(visit), _skew(visit.site.settings.telegram_api_url)
    )
    groups = [
        _group(t, "web-health-queue", _queue_lines(queue, t)),
        _group(t, "web-health-workers", _worker_lines(queue, t)),
        _group(t, "web-health-database", _database_lines(found, t)),
        _group(t, "web-health-clock", [_skew_line(skew, t)]),
    ]
    local = visit.now.astimezone(ZoneInfo(visit.site.settings.timezone))
    return visit.page("health.html", tab="health", groups=groups, at=_clock(local))


def _group(t: Texts, head: str, lines: list[Line]) -> Group:
    return t(head), all(fine for _, _, fine in lines), lines


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


async def _queue(visit: Visit) -> QueueFigures | None:
    try:
        return await queue_figures(visit.site.outside.queue)
    except (redis.RedisError, OSError):
        return None


async def _skew(url: str) -> float | None:
    try:
        return await asyncio.to_thread(seconds_ahead, url)
    except (OSError, ValueError):
        return None


def _queue_lines(found: QueueFigures | None, t: Texts) -> list[Line]:
    if found is None:
        return [(t("web-health-queue"), t("web-health-unreachable"), False)]
    return [
        (t("web-health-waiting"), str(found.waiting), True),
        (t("web-health-pending"), str(found.pending), True),
        (t("web-health-oldest"), _seconds(found.oldest, t), found.oldest < _LONG),
        (t("web-health-results"), str(found.results), True),
        (t("web-health-dead"), str(found.dead), not found.dead),
        (t("web-health-memory"), t("web-health-share", percent=round(found.memory * 100)), found.memory < _FULL),
    ]


def _worker_lines(found: QueueFigures | None, t: Texts) -> list[Line]:
    if found is None:
        return [(t("web-health-count"), t("web-health-unreachable"), False)]
    return [(t("web-health-count"), str(found.workers), found.workers > 0)]


def _database_lines(found: Figures, t: Texts) -> list[Line]:
    return [
        (t("web-health-inbox"), str(found.inbox), True),
        (t("web-health-inbox-age"), _seconds(found.inbox_age, t), found.inbox_age < _LONG),
        (t("web-health-owed"), str(found.answers_owed), True),
        (t("web-health-lessons"), str(found.lessons_open), True),
    ]


def _skew_line(ahead: float | None, t: Texts) -> Line:
    label = t("web-health-skew")
    if ahead is None:
        return label, t("web-health-unreachable"), False
    return label, _seconds(abs(ahead), t), abs(ahead) <= _SKEW_BORNE


def _seconds(seconds: float, t: Texts) -> str:
    return t("web-health-seconds", seconds=round(seconds))
