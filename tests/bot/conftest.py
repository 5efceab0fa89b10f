"""The bot's door at a school (`tests.bot.school`), for tests of handlers; a module that needs another has its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.person import Person
from tests.bot.door import Door, open_door
from tests.bot.school import found, people_on


@pytest.fixture
def admins() -> frozenset[int]:
    """Nobody; a module that needs some has its own."""
    return frozenset()


@pytest.fixture
async def door(
    tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch, admins: frozenset[int]
) -> AsyncIterator[Door]:
    """The door, unhurried: tests say more in a second than Telegram takes."""
    monkeypatch.setattr("bot.transport.pace.OVERALL", 10_000)
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    monkeypatch.setattr("bot.transport.pace._GROUP", (10_000, 1.0))
    url = f"sqlite:///{tmp_path / 'school.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=admins, speaker_model="dummy") as door:
        await found(door.services.database)
        yield door


@pytest.fixture
def people(door: Door) -> dict[int, Person]:
    """Everyone's account."""
    return people_on(door.telegram)
