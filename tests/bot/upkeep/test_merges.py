"""Two accounts of one student, to be made one: asked for in the browser, done by the bot."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.services import now
from bot.upkeep.merges import Merges
from rollcall.storage import classes, people
from rollcall.storage.merge_tables import Merge
from rollcall.storage.tables import Attempt, Erasure, Person, SchoolClass, StoredVoiceprint
from rollcall.usecases.merges import ask_to_merge, begin_owed, merges_owed
from tests.bot.door import Door
from tests.bot.school import ANNA, CLASS_ID, MARIA, STRANGER


def _known(session: Session, account: int) -> Person:
    found = people.find_person(session, account)
    assert found
    return found


def _asked(session: Session) -> int:
    """Anna has another telephone; her new number among the people."""
    new = people.register_person(session, STRANGER, "Анна Ан", now())
    classes.join_class(session, new, session.get_one(SchoolClass, CLASS_ID), now())
    anna = _known(session, ANNA)
    session.add(
        StoredVoiceprint(
            person_id=anna.id, sealed=b"her voice", model="dummy", weight_hash="w", notes=3, created_at=now()
        )
    )
    assert ask_to_merge(session, _known(session, MARIA), CLASS_ID, anna.id, new.id, now())
    return new.id


def _left(session: Session, new_id: int) -> tuple[int, int, int, bool, list[bool]]:
    """How much is owed, how many voices and receipts, whether the lost account is known, whose the notes are."""
    owed, voices, receipts = (
        session.scalar(select(func.count()).select_from(table)) or 0 for table in (Merge, StoredVoiceprint, Erasure)
    )
    theirs = [one == new_id for one in session.scalars(select(Attempt.person_id))]
    return owed, voices, receipts, people.find_person(session, ANNA) is not None, theirs


async def test_the_voice_goes_from_everywhere_and_the_marks_are_the_new_accounts(door: Door) -> None:
    database = door.services.database
    new_id = await database.run(_asked)
    assert await database.run(_left, new_id) == (1, 1, 0, True, [False])
    await Merges().keep(door.application, door.services)
    assert await database.run(_left, new_id) == (0, 0, 1, False, [True])
    deleted = [one.values for one in door.telegram.calls if one.method.lower() == "deletemessage"]
    assert [(int(one["chat_id"]), int(one["message_id"])) for one in deleted] == [(ANNA, 5)]
    await Merges().keep(door.application, door.services)
    assert await database.run(_left, new_id) == (0, 0, 1, False, [True])


async def test_a_bot_that_died_half_way_is_followed_by_one_that_ends_it(door: Door) -> None:
    database = door.services.database
    new_id = await database.run(_asked)
    (one,) = await database.run(merges_owed)
    assert await database.run(begin_owed, one, now())
    assert await database.run(_left, new_id) == (1, 0, 1, True, [False])
    await Merges().keep(door.application, door.services)
    assert await database.run(_left, new_id) == (0, 0, 1, False, [True])


async def test_what_cannot_be_done_any_more_is_owed_no_more(door: Door) -> None:
    database = door.services.database
    new_id = await database.run(_asked)

    def taught(session: Session) -> None:
        people.make_teacher(session, _known(session, ANNA), None)

    await database.run(taught)
    await Merges().keep(door.application, door.services)
    assert await database.run(_left, new_id) == (0, 1, 0, True, [False])


async def test_one_that_fails_is_put_off_alone_and_the_others_go_on(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, merges, tried = door.services.database, Merges(), []
    new_id = await database.run(_asked)

    def owed(session: Session) -> list[Merge]:
        """Another one before it, of people who are not there."""
        first = Merge(old_id=998, new_id=999, class_id=CLASS_ID, asked_by=1, asked_at=now(), receipt="first")
        return [first, *merges_owed(session)]

    def begin(session: Session, one: Merge, at: datetime) -> Any:
        tried.append(one.old_id)
        if one.old_id == 998:
            raise RuntimeError("a fault of ours")
        return begin_owed(session, one, at)

    monkeypatch.setattr("bot.upkeep.merges.merges_owed", owed)
    monkeypatch.setattr("bot.upkeep.merges.begin_owed", begin)
    await merges.keep(door.application, door.services)
    assert await database.run(_left, new_id) == (0, 0, 1, False, [True])
    await merges.keep(door.application, door.services)
    assert tried.count(998) == 1, "it is not tried again at once"
    later = now() + timedelta(minutes=1)
    monkeypatch.setattr("bot.upkeep.tries.now", lambda: later)
    await merges.keep(door.application, door.services)
    assert tried.count(998) == 2
