"""Whose score falls hears it: once, in the daytime, in no lesson, with a way out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.outbox.fresh_words import invite_anew
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.storage import people
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.renewal_tables import FreshWord
from rollcall.storage.tables import Attempt, Lesson, StoredVoiceprint
from rollcall.texts import texts_in
from rollcall.usecases.fresh_voices import NOT_AGAIN
from tests.bot.buttons import buttons_of
from tests.bot.door import Door, open_door
from tests.bot.school import ANNA, found, people_on

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WORD = texts_in("ru")("fresh-word")
Tell = Callable[..., Any]


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    url = f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset(), speaker_model="dummy") as door:
        await found(door.services.database)
        await door.ask(people_on(door.telegram)[ANNA], "/help")
        with door.services.database.session() as session:
            _age(session)
        yield door


def _age(session: Session, *, falls: bool = True) -> None:
    """Anna enrolled half a year ago; her score has fallen since, and no lesson is open."""
    person = people.find_person(session, ANNA)
    assert person
    session.execute(delete(VoiceClaim))
    for lesson in session.scalars(select(Lesson)):
        lesson.closed_at = NOON - timedelta(days=1)
    enrolled = NOON - timedelta(days=180)
    session.add(
        StoredVoiceprint(
            person_id=person.id, sealed=b"-", model="m", weight_hash="w", notes=3, enrolment="e", created_at=enrolled
        )
    )
    for number in range(18):
        at = enrolled + timedelta(days=10 * number)
        session.add(
            Attempt(
                id=f"a{number}", person_id=person.id, purpose=Purpose.CHECK_IN, chat_id=ANNA, message_id=100 + number,
                file_id="f", file_unique_id=f"x{number}", sent_at=at, received_at=at, settled_at=at, answered_at=at,
                verdict=Verdict.ACCEPTED, reason=Reason.MATCH, model="m", weight_hash="w", threshold=0.45,
                score=0.7 - 0.012 * number * falls, quality={"high_band": -20.0}, timings={},
            )
        )  # fmt: skip


async def told(door: Door, monkeypatch: pytest.MonkeyPatch, at: datetime) -> list[list[str]]:
    """The buttons of each invitation that is sent then."""
    monkeypatch.setattr("bot.outbox.fresh_words.now", lambda: at)
    seen = len(door.telegram.calls)
    await invite_anew(door.application, door.services)
    calls = [call for call in door.telegram.calls[seen:] if str(call.values.get("text")) == WORD]
    assert all(int(call.values["chat_id"]) == ANNA for call in calls)
    return [[data for _, data in buttons_of(call)] for call in calls]


async def test_it_is_said_once_and_after_weeks_once_more(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(door, monkeypatch, NOON) == [["enroll", "follow:ask", "follow:later"]]
    for days in range(1, 56, 9):
        assert await told(door, monkeypatch, NOON + timedelta(days=days)) == []
    with door.services.database.session() as session:
        people.agree_to_renew(session, ANNA, "1", "ru", NOON)
    assert await told(door, monkeypatch, NOON + NOT_AGAIN + timedelta(days=1)) == [["enroll", "follow:later"]]


async def test_nobody_hears_it_at_night_or_in_a_lesson(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(door, monkeypatch, NOON.replace(hour=3)) == []
    with door.services.database.session() as session:
        session.get_one(Lesson, 1).closed_at = None
    assert await told(door, monkeypatch, NOON) == []
    with door.services.database.session() as session:
        session.get_one(Lesson, 1).closed_at = NOON
        assert session.scalars(select(FreshWord)).one().tries == 0
    assert len(await told(door, monkeypatch, NOON + timedelta(hours=1))) == 1


async def test_a_chat_that_is_closed_to_us_is_left_alone(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.telegram.blocked.add(ANNA)
    assert len(await told(door, monkeypatch, NOON)) == 1
    with door.services.database.session() as session:
        assert session.scalars(select(FreshWord)).all() == []
    assert await told(door, monkeypatch, NOON + timedelta(minutes=5)) == []


async def test_whose_voice_waits_or_does_not_fall_hears_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    with door.services.database.session() as session:
        for attempt in session.scalars(select(Attempt).where(Attempt.id.like("a%"), Attempt.score.is_not(None))):
            attempt.score = 0.7
    assert await told(door, monkeypatch, NOON) == []
    with door.services.database.session() as session:
        assert session.scalars(select(StoredVoiceprint)).one().invited_at is None


async def test_who_has_recorded_the_voice_anew_hears_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    await told(door, monkeypatch, NOON.replace(hour=3))
    with door.services.database.session() as session:
        session.execute(delete(StoredVoiceprint))
    assert await told(door, monkeypatch, NOON) == []
    with door.services.database.session() as session:
        assert session.scalars(select(FreshWord)).all() == []
