"""Galleries follow the database, also for those who leave it."""

from __future__ import annotations

from collections.abc import Collection

from bot.services import App, Services
from rollcall import class_gallery


async def publish(services: Services, class_id: int) -> None:
    """Write a class's gallery anew."""
    await class_gallery.publish(services.database, services.keyring, services.galleries, class_id)


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
    await class_gallery.publish_all(services.database, services.keyring, services.galleries)
