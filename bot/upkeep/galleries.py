"""Galleries follow the database, also for those who leave it."""

from __future__ import annotations

import logging
from collections.abc import Collection

from bot import metrics
from bot.services import App, Services
from rollcall.usecases import galleries

_log = logging.getLogger(__name__)


async def publish(services: Services, class_id: int) -> None:
    """Write a class's gallery anew."""
    await galleries.publish(services.database, services.keyring, services.galleries, class_id)


async def take_out(services: Services, person_id: int, class_ids: Collection[int]) -> None:
    """Take a person out of these galleries, before the database has let them go."""
    for class_id in class_ids:
        await services.galleries.drop(class_id, person_id)


async def publish_each(services: Services, class_ids: Collection[int]) -> None:
    """Write the galleries of these classes anew: somebody has left the database."""
    for class_id in class_ids:
        await publish(services, class_id)


async def compare_galleries(_application: App, services: Services) -> None:
    """Every gallery with the database: Redis may have lost its last writes, or the database come from a backup."""
    await services.queue.canary.keep()  # another installation's galleries are not ours to correct
    compared = await galleries.publish_all(services.database, services.keyring, services.galleries)
    if compared.mended:
        metrics.GALLERIES_MENDED.inc(compared.mended)
        _log.warning("galleries were not what the database says, and are again", extra={"galleries": compared.mended})


class QueueWatch:
    """Notices that Redis is another process, or another copy, than it was: who knows what that one remembers."""

    def __init__(self) -> None:
        self._known: tuple[str, str] | None = None

    async def watch(self, application: App, services: Services) -> None:
        """Compare the galleries where it is; at the start that is done anyway."""
        server, copies = await services.redis.info("server"), await services.redis.info("replication")
        found = str(server.get("run_id")), str(copies.get("master_replid"))
        if self._known not in (None, found):
            _log.info("Redis was started anew, or is another: the galleries are compared")
            await compare_galleries(application, services)
        self._known = found
