"""A class's gallery, made of what the database says: the one way in which galleries come to be.

Bots, ``rollcall doctor --rebuild``, ``restore``, ``reembed`` and a change of keys all call `publish`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.domain.operating import narrow_point, operating_point
from rollcall.domain.recalibration import Outlook, outlook
from rollcall.domain.second_print import second_notes
from rollcall.domain.voiceprint import Voiceprint, centroid
from rollcall.errors import UnknownEncoder
from rollcall.queue import bot_end
from rollcall.queue.galleries import Content, GalleryWriter
from rollcall.sealing.seal import Keyring, load_keyring
from rollcall.storage.database import Database
from rollcall.storage.generations import generation_of
from rollcall.storage.tables import SchoolClass
from rollcall.storage.voiceprints import both_notes_of_class, notes_of_class, voiceprints_of_class

_Notes = tuple[dict[int, NDArray[np.float32]], tuple[str, str] | None]
"""The notes behind every voiceprint, and the model that made them."""


class Compared(NamedTuple):
    """How many classes there are, and how many galleries were not what the database says."""

    classes: int
    mended: int


async def publish(database: Database, keyring: Keyring, writer: GalleryWriter, class_id: int) -> bool:
    """Write a class's whole gallery: its students' voiceprints, and by how much its own voices raise the cuts.

    That of a class that was put away is empty. Whether it was not so already.
    """
    await writer.heed_encoder()

    async def read() -> Content:
        generation, voiceprints, (notes, made_by), narrow = await database.run(_content, keyring, class_id)
        found = await _outlook(notes, made_by)
        raised = found.raised if found else 0.0
        if made_by is None or not narrow:
            return Content(voiceprints, raised, generation)
        point = narrow_point(made_by[1])
        # A key that was dropped from the ring may have sealed one of a person's two, and not the other.
        second = {one: second_notes(each, notes[one], point) for one, each in narrow.items() if one in notes}
        prints = {person_id: Voiceprint(*made_by, centroid(list(each))) for person_id, each in second.items()}
        by_telephone = await asyncio.to_thread(outlook, second, point) if point is not None else None
        return Content(voiceprints, raised, generation, prints, by_telephone.raised if by_telephone else 0.0)

    return await writer.write(class_id, read)


def _content(
    session: Session, keyring: Keyring, class_id: int
) -> tuple[int | None, dict[int, Voiceprint], _Notes, dict[int, NDArray[np.float32]]]:
    # First: what changes after it makes the gallery seem older than it is, never newer.
    generation = generation_of(session, class_id)
    voiceprints = voiceprints_of_class(session, keyring, class_id)
    notes, narrow, made_by = both_notes_of_class(session, keyring, class_id)
    return (
        generation, voiceprints, (notes, made_by),
        {person_id: each for person_id, each in narrow.items() if person_id in voiceprints},
    )  # fmt: skip


async def publish_all(database: Database, keyring: Keyring, writer: GalleryWriter) -> Compared:
    """Write every class's gallery, and remove those of classes that are gone."""
    class_ids = await database.look(_class_ids)
    mended = 0
    for class_id in sorted(class_ids | await writer.class_ids()):
        mended += await publish(database, keyring, writer, class_id)
    return Compared(len(class_ids), mended)


def _class_ids(session: Session) -> set[int]:
    return set(session.scalars(select(SchoolClass.id)))


async def rebuild(settings: Settings) -> int:
    """The same for an installation, beside its bots or without them.

    Raises:
        redis.RedisError, OSError: the queue is out of reach.
    """
    keyring = load_keyring(settings)
    database = Database(settings.effective_database_url)
    client = bot_end.connect(settings.effective_redis_url)
    try:
        return (await publish_all(database, keyring, GalleryWriter(client, keyring))).classes
    finally:
        await client.aclose()
        await database.close()


async def outlook_of(database: Database, keyring: Keyring, class_id: int) -> Outlook | None:
    """What to expect of the class's voices; None while fewer than two students are enrolled."""
    notes, made_by = await database.look(notes_of_class, keyring, class_id)
    return await _outlook(notes, made_by)


async def _outlook(notes: Mapping[int, NDArray[np.float32]], made_by: tuple[str, str] | None) -> Outlook | None:
    """Holding no session: SQLite has but one, and a class of hundreds takes a while."""
    if made_by is None:
        return None
    try:
        point = operating_point(*made_by)
    except UnknownEncoder:  # nobody's voice is judged by it
        return None
    return await asyncio.to_thread(outlook, notes, point)
