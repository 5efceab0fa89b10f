"""Voiceprints that follow their owners: a step each, and one that fails holds up none of the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from bot.upkeep.renewals import Renewals
from rollcall.errors import WrongKey
from rollcall.sealing.seal import Keyring
from tests.bot.door import Door
from tests.bot.school import CLASS_ID


async def test_one_that_fails_is_put_off_alone(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def ripe(_session: Session, _now: datetime) -> Sequence[int]:
        return [1, 2, 3]

    def step(_session: Session, _keyring: Keyring, person_id: int, _now: datetime) -> Sequence[int]:
        tried.append(person_id)
        if person_id == 2:
            raise RuntimeError("a fault of ours")
        return [CLASS_ID]

    monkeypatch.setattr("bot.upkeep.renewals.ripe", ripe)
    monkeypatch.setattr("bot.upkeep.renewals.take_step", step)
    renewals = Renewals()
    await renewals.take(door.application, door.services)
    await renewals.take(door.application, door.services)
    assert tried == [1, 2, 3, 1, 3]


async def test_a_key_that_is_not_ours_is_nobodys_alone(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(*_: object) -> Sequence[int]:
        raise WrongKey("another key")

    monkeypatch.setattr("bot.upkeep.renewals.ripe", lambda *_: [1])
    monkeypatch.setattr("bot.upkeep.renewals.take_step", step)
    with pytest.raises(WrongKey):
        await Renewals().take(door.application, door.services)
