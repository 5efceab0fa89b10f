"""Voiceprints of those who agreed follow them: a step from each note that has waited a day."""

from __future__ import annotations

import logging

from bot.services import App, Services, now
from bot.upkeep.galleries import publish_each
from bot.upkeep.tries import Tries
from rollcall.usecases.renewing import ripe, take_step

_log = logging.getLogger(__name__)


class Renewals:
    """The steps that are due; each for itself, and the galleries follow."""

    def __init__(self) -> None:
        self._tries: Tries[int] = Tries("a voiceprint's step")

    async def take(self, _application: App, services: Services) -> None:
        """All of them; one that fails is put off alone."""
        taken = 0

        async def one(person_id: int) -> None:
            nonlocal taken
            class_ids = await services.database.run(take_step, services.keyring, person_id, now())
            taken += bool(class_ids)
            await publish_each(services, class_ids)

        await self._tries.each(services, await services.database.look(ripe, now()), one)
        if taken:
            _log.info("voiceprints took a step", extra={"voiceprints": taken})
