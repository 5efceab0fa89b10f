"""The daily sweep reaches the galleries, and is one bot's work."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from bot.services import Services
from bot.upkeep.galleries import publish
from bot.upkeep.retention import sweep
from rollcall.config.settings import Settings
from rollcall.domain.voiceprint import Voiceprint
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import Keyring, voiceprint_binding
from rollcall.storage import classes, people
from rollcall.storage.database import Database
from rollcall.storage.tables import Erasure, Person, SchoolClass, StoredVoiceprint
from rollcall.storage.voiceprints import voiceprint_of

NINE = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def services(database: Database, keyring: Keyring, valkey_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    with connect(valkey_url) as client:
        client.flushall()
    settings = Settings(data_dir=tmp_path, redis_url=valkey_url, keep_archived_classes_days=100, _env_file=None)
    services = Services.open(settings, keyring, database)
    yield services
    await services.redis.aclose()


async def enrolled(services: Services) -> tuple[int, int]:
    """A class with one student, whose voice is in the database and in the gallery: class and person."""
    print_ = Voiceprint("campplus", "w1", np.array([1, 0, 0], np.float32))
    with services.database.session() as session:
        teacher = people.register_person(session, 100, "Мария Ивановна", NINE)
        teacher.is_teacher = True
        school_class = classes.create_class(session, teacher, "Физика 9Б", "UTC", NINE)
        anna = people.register_person(session, 201, "Анна Белова", NINE)
        classes.join_class(session, anna, school_class, NINE)
        people.give_consent(session, 201, "1", "ru", NINE)
        sealed = services.keyring.seal(print_.pack(), voiceprint_binding(anna.id, "campplus", "w1"))
        session.add(
            StoredVoiceprint(
                person_id=anna.id, sealed=sealed, model="campplus", weight_hash="w1", notes=3, created_at=NINE
            )
        )
    await publish(services, school_class.id)
    return school_class.id, anna.id


async def test_an_unused_voice_is_erased_everywhere_and_its_owner_stays(services: Services) -> None:
    class_id, anna = await enrolled(services)
    assert (await sweep(services, NINE + 180 * DAY))["unused_voices"] == 0
    assert await services.galleries.holds(class_id, anna)
    assert (await sweep(services, NINE + 181 * DAY))["unused_voices"] == 1
    assert not await services.galleries.holds(class_id, anna)
    with services.database.session() as session:
        assert voiceprint_of(session, services.keyring, anna) is None
        assert not people.has_consent(session, 201)
        assert (session.get_one(Person, anna)).full_name == "Анна Белова"
        assert [one.kind for one in session.scalars(select(Erasure))] == ["unused_voice"]


async def test_a_class_that_was_put_away_long_ago_takes_its_students_along(services: Services) -> None:
    class_id, anna = await enrolled(services)
    with services.database.session() as session:
        session.get_one(SchoolClass, class_id).archived_at = NINE
    swept = await sweep(services, NINE + 101 * DAY)
    assert (swept["classes"], swept["left_over"]) == (1, 1)
    assert not await services.galleries.holds(class_id, anna)
    with services.database.session() as session:
        assert session.get(Person, anna) is None
        assert people.agreements_of(session, 201) == []
        assert [one.kind for one in session.scalars(select(Erasure))] == ["left_over"]
    assert sum((await sweep(services, NINE + 102 * DAY)).values()) == 0
