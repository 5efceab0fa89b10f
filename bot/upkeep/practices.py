"""Practice classes are erased a day later, with the voice that was recorded for them alone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from bot.services import App, Services, now
from bot.upkeep.galleries import publish_each, take_out
from rollcall.storage import chores
from rollcall.usecases import retention
from rollcall.usecases.erasure import Kind
from rollcall.usecases.practice import Over, erase_practice, practices_over

_HOUR = timedelta(hours=1)


async def end_practices(_application: App, services: Services) -> None:
    """Every hour: those whose day is over."""
    at, run = now(), services.database.run
    if not await run(chores.take, "practices", at):
        return
    await erase_each(services, await run(practices_over, at))
    await run(chores.done, "practices", at + _HOUR)


async def erase_each(services: Services, over: Sequence[Over]) -> None:
    """The voice first, and the galleries before the rows: stopped in between, the next hour goes on from there."""
    for one in over:
        if one.voice is not None:
            class_ids = await services.database.run(retention.classes_of, one.voice)
            await take_out(services, one.voice, class_ids)
            await services.database.run(retention.erase, one.voice, str(uuid.uuid4()), Kind.UNUSED_VOICE, now())
        await publish_each(services, [one.class_id])
        await services.database.run(erase_practice, one.class_id)
    if over:
        await services.database.scrub()
