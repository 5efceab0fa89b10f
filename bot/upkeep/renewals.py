"""Voiceprints of those who agreed follow them: a step from each note that has waited a day."""

from __future__ import annotations

import logging

from bot.services import App, Services, now
from bot.upkeep.galleries import publish_each
from rollcall.usecases.renewing import ripe, take_step

_log = logging.getLogger(__name__)


async def renew_voices(_application: App, services: Services) -> None:
    """Take the steps that are due; each for itself, and the galleries follow."""
    taken = 0
    for person_id in await services.database.look(ripe, now()):
        class_ids = await services.database.run(take_step, services.keyring, person_id, now())
        await publish_each(services, class_ids)
        taken += bool(class_ids)
    if taken:
        _log.info("voiceprints took a step", extra={"voiceprints": taken})
