"""What a class may expect of its voices: worked out from its enrolment notes, and its cuts moved to match."""

from __future__ import annotations

import asyncio

from bot.services import Services
from rollcall.operating import operating_point
from rollcall.outlook import Outlook, outlook
from rollcall.storage.voiceprints import notes_of_class


async def outlook_of(services: Services, class_id: int) -> Outlook | None:
    """The class's outlook; None while fewer than two students are enrolled."""
    async with services.database.session() as session:
        notes, made_by = await notes_of_class(session, services.keyring, class_id)
    if made_by is None:
        return None
    return await asyncio.to_thread(outlook, notes, operating_point(*made_by))


async def recalibrate(services: Services, class_id: int) -> None:
    """After someone enrolled, joined or left: the workers learn by how much this class's cuts are moved."""
    found = await outlook_of(services, class_id)
    await services.galleries.recalibrate(class_id, found.raised if found else 0.0)
