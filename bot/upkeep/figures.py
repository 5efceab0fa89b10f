"""The gauges of what all bots and workers share, read every few seconds; unknown (NaN) while a service is away."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from bot import metrics
from bot.services import App, Services, now
from rollcall.queue.figures import queue_figures
from rollcall.storage.figures import figures

_QUEUE: dict[str, Gauge] = {
    "waiting": metrics.QUEUE_WAITING,
    "pending": metrics.QUEUE_PENDING,
    "oldest": metrics.QUEUE_AGE,
    "results": metrics.RESULTS_WAITING,
    "dead": metrics.DEAD_LETTERS,
    "workers": metrics.WORKERS,
    "memory": metrics.QUEUE_MEMORY,
}
_DATABASE: dict[str, Gauge] = {
    "inbox": metrics.INBOX_WAITING,
    "inbox_age": metrics.INBOX_AGE,
    "answers_owed": metrics.ANSWERS_OWED,
    "lessons_open": metrics.LESSONS_OPEN,
}


async def read_queue(_application: App, services: Services) -> None:
    """Once: how full the queue is."""
    with _unknown_on_error(_QUEUE):
        await services.queue.open()
        _show(_QUEUE, await queue_figures(services.redis))


async def read_database(_application: App, services: Services) -> None:
    """Once: what waits in the database."""
    with _unknown_on_error(_DATABASE):
        _show(_DATABASE, await services.database.run(figures, now()))


@contextmanager
def _unknown_on_error(gauges: dict[str, Gauge]) -> Iterator[None]:
    try:
        yield
    except Exception:
        for gauge in gauges.values():
            gauge.set(math.nan)
        raise


def _show(gauges: dict[str, Gauge], found: object) -> None:
    for name, gauge in gauges.items():
        gauge.set(getattr(found, name))
