"""Galleries follow the database: what is put into Redis is checked against it once more afterwards.

Between reading a voiceprint and writing it to Redis its owner may have had it erased, through another bot.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.outlooks import recalibrate
from bot.services import Services, now
from rollcall.storage.alike import note_alike
from rollcall.storage.voiceprints import is_enrolled, voiceprint_of, voiceprints_of_class


async def publish(services: Services, person_id: int, class_ids: Sequence[int]) -> None:
    """A person's voiceprint, into the galleries of these classes; nothing for someone without one."""
    async with services.database.session() as session:
        voiceprint = await voiceprint_of(session, services.keyring, person_id)
    if voiceprint is None:
        return
    for class_id in class_ids:
        await services.galleries.put(class_id, person_id, voiceprint)
        await recalibrate(services, class_id)
        async with services.database.session() as session:
            if await is_enrolled(session, person_id):
                await note_alike(session, services.keyring, class_id, person_id, now())
    async with services.database.session() as session:
        erased = not await is_enrolled(session, person_id)
    if erased:
        await withdraw(services, person_id, class_ids)


async def withdraw(services: Services, person_id: int, class_ids: Sequence[int]) -> None:
    """Take a person out of the galleries of these classes."""
    for class_id in class_ids:
        await services.galleries.drop(class_id, person_id)
        await recalibrate(services, class_id)


async def rebuild(services: Services, class_id: int) -> None:
    """Write a class's gallery anew: Redis was emptied or replaced."""
    async with services.database.session() as session:
        voiceprints = await voiceprints_of_class(session, services.keyring, class_id)
    await services.galleries.rebuild(class_id, voiceprints)
    async with services.database.session() as session:
        erased = [person_id for person_id in voiceprints if not await is_enrolled(session, person_id)]
    for person_id in erased:
        await services.galleries.drop(class_id, person_id)
    await recalibrate(services, class_id)
