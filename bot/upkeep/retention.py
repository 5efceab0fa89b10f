"""The daily sweep: one bot removes, for all of them, what has been kept for as long as the settings allow."""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import datetime, timedelta

from bot.services import App, Services, now
from bot.upkeep.galleries import publish_each, take_out
from rollcall.queue.files import KEPT_FOR, remove_set_aside
from rollcall.storage import chores
from rollcall.usecases import retention
from rollcall.usecases.erasure import Kind
from rollcall.usecases.file_scrubbing import grown, rewrite_queue_log

_log = logging.getLogger(__name__)

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


async def keep_only_as_long(_application: App, services: Services) -> None:
    """The sweep, if a day has passed since the last one."""
    at, run = now(), services.database.run
    if not await run(chores.take, "sweep", at):
        return
    swept = await sweep(services, at)
    await run(chores.done, "sweep", at + _DAY)
    _log.info("swept", extra={name: count for name, count in swept.items() if count})


async def sweep(services: Services, at: datetime) -> dict[str, int]:
    """Remove what is past its time at that moment; how much, by what it was."""
    database, periods = services.database, retention.Periods.of(services.settings)
    await publish_each(services, await database.run(retention.archived_classes, periods, at))
    counts = await retention.sweep(database, periods, at)
    unused = await database.run(retention.unused_voices, periods, at)
    for person_id in unused:
        await _erase(services, person_id, Kind.UNUSED_VOICE, at)
    left_over = await database.run(retention.left_over, periods, at)
    for person_id in left_over:
        await _erase(services, person_id, Kind.LEFT_OVER, at)
    if any(counts.values()) and not (unused or left_over):
        # After an erasure the stores are written anew anyway.
        await database.scrub()
    return {**counts, "unused_voices": len(unused), "left_over": len(left_over)}


async def keep_queue_log_short(_application: App, services: Services) -> None:
    """Every hour: what was settled leaves the queue's append-only file, the notes' sealed audio with it."""
    if not await services.database.run(chores.take, "queue log", now()):
        return
    await asyncio.to_thread(remove_set_aside, services.settings.data_dir, KEPT_FOR)
    if await grown(services.redis):
        await rewrite_queue_log(services.redis)
    await services.database.run(chores.done, "queue log", now() + _HOUR)


async def _erase(services: Services, person_id: int, kind: Kind, at: datetime) -> None:
    class_ids = await services.database.run(retention.classes_of, person_id)
    # The galleries first: should we stop in between, nobody would come back to them. A missing centroid is put back.
    await take_out(services, person_id, class_ids)
    if await services.database.run(retention.erase, person_id, str(uuid.uuid4()), kind, at):
        await publish_each(services, class_ids)
