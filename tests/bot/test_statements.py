"""What an accepted check-in costs the database, from the update to the answer that is written down as sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, event, func, select
from telegram import Update

from bot.results import _take_each, _take_together, collect_results
from bot.services import now
from bot.transport.inbox import DurableQueue
from bot.upkeep.galleries import publish
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.voiceprint import Voiceprint
from rollcall.queue import worker_end
from rollcall.queue.job import Result
from rollcall.queue.worker_end import WorkerQueue
from rollcall.sealing.seal import fingerprint_binding, voiceprint_binding
from rollcall.storage import lessons, people
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt, StoredVoiceprint
from sandbox.person import Person
from tests.bot.door import Door, open_door
from tests.bot.school import ANNA, CLASS_ID, found, people_on
from tests.conftest import WaitUntil
from tests.end_to_end.product import synthetic

MOST_TRANSACTIONS, MOST_STATEMENTS = 4, 20
_PRINT = np.random.default_rng(5)


class Counted:
    """What the database is asked."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.transactions = 0

    def see(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            return
        self.statements.append(statement)

    def begin(self, _connection: Any) -> None:
        self.transactions += 1
        self.statements.append("-- begin")

    def __str__(self) -> str:
        return "\n".join(" ".join(statement.split())[:300] for statement in self.statements)


@contextmanager
def counting(database: Database) -> Iterator[Counted]:
    counted = Counted()
    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", counted.see)
        event.listen(engine, "begin", counted.begin)
    yield counted
    for engine in database.engines:
        event.remove(engine, "before_cursor_execute", counted.see)
        event.remove(engine, "begin", counted.begin)


@pytest.fixture
async def door(tmp_path: Path, database: Database, valkey_url: str) -> Any:
    url = database.engine.url.render_as_string(hide_password=False)
    async with open_door(tmp_path, url, valkey_url, admins="1") as made:
        await made.services.redis.flushdb()
        await made.services.queue.open()
        await found(made.services.database)
        yield made


def enrol(session: Any, services: Any) -> None:
    """Anna's voice is known since before the lesson, and no teacher has to stand for it."""
    anna = people.find_person(session, ANNA)
    assert anna
    session.execute(delete(VoiceClaim))
    sealed = services.keyring.seal(
        Voiceprint("campplus", "w1", np.full(192, 192**-0.5, np.float32)).pack(),
        voiceprint_binding(anna.id, "campplus", "w1"),
    )
    session.add(
        StoredVoiceprint(
            person_id=anna.id, sealed=sealed, model="campplus", weight_hash="w1", notes=3, enrolment=None,
            created_at=now() - timedelta(days=1),
        )
    )  # fmt: skip


async def check_in(door: Door, anna: Person, jobs: WorkerQueue, wait_until: WaitUntil, number: int) -> None:
    """A note arrives, a worker accepts it, and the answer is sent."""
    application, telegram = door.application, door.telegram
    queue, processor = application.update_queue, application.update_processor
    assert isinstance(queue, DurableQueue)
    await anna.voice(synthetic("zac", number))
    (raw,) = telegram.updates.pending
    update = Update.de_json(raw, application.bot)
    await queue.put(update)
    assert await queue.get() is update
    await processor.process_update(update, application.process_update(update))
    telegram.updates.confirm(raw["update_id"])
    (delivery,) = await asyncio.to_thread(jobs.claim, 1, timedelta(seconds=5))
    job, keyring = delivery.job, door.services.keyring
    print_ = keyring.seal(_PRINT.bytes(480), fingerprint_binding(job.id, job.person_id))
    result = Result(
        job_id=job.id, verdict=Verdict.ACCEPTED, reason=Reason.MATCH, model="campplus", weight_hash="w1", score=0.9,
        confidence=0.99, speech_seconds=3.0, fingerprint=print_, content_hash=job.content_hash,
    )  # fmt: skip
    await asyncio.to_thread(jobs.settle, delivery, result)


@pytest.mark.filterwarnings("ignore:Tasks created via")  # this application only handles what it is given
async def test_an_accepted_check_in_takes_few_transactions_and_statements(
    door: Door, valkey_url: str, wait_until: WaitUntil
) -> None:
    services = door.services
    anna = people_on(door.telegram)[ANNA]
    with worker_end.connect(valkey_url) as client:
        jobs = WorkerQueue(client, services.keyring, timedelta(seconds=30))
        await asyncio.to_thread(jobs.open)
        await services.database.run(enrol, services)
        await publish(services, CLASS_ID)
        collecting = asyncio.create_task(collect_results(door.application, services))
        # Once, so that what is made on a first note (the audit's head, names) is there.
        await services.database.run(_another_lesson)
        await check_in(door, anna, jobs, wait_until, 1)
        await wait_until(lambda: _answers(door) == 1)
        await wait_until(lambda: _written_down(services.database))  # or it is counted with the next one
        await services.database.run(_another_lesson)
        with counting(services.database) as counted:
            await check_in(door, anna, jobs, wait_until, 2)
            await wait_until(lambda: _answers(door) == 2)
            await wait_until(lambda: any("answered_at=" in one for one in counted.statements[-3:]))
        collecting.cancel()
    asked = [one for one in counted.statements if one != "-- begin"]
    assert counted.transactions <= MOST_TRANSACTIONS, str(counted)
    assert len(asked) <= MOST_STATEMENTS, f"{len(asked)} statements\n{counted}"


def _written_down(database: Database) -> bool:
    """Whether what was answered is on record as answered."""
    with database.session() as session:
        return session.scalar(select(func.count()).where(Attempt.answered_at.is_not(None))) == 1


def _answers(door: Door) -> int:
    return sum(
        call.method.lower() == "sendmessage" and "99" in str(call.values.get("text")) for call in door.telegram.calls
    )


def _another_lesson(session: Any) -> None:
    """The class's lesson is over, and the next one is open."""
    before = lessons.open_lesson_of(session, CLASS_ID)
    teacher = people.find_person(session, 11)
    assert before
    assert teacher
    lessons.close_lesson(session, before, now(), teacher)
    lessons.open_lesson(
        session, CLASS_ID, teacher, now() - timedelta(seconds=5), timedelta(hours=1), timedelta(minutes=10)
    )


@pytest.mark.filterwarnings("ignore:Tasks created via")
async def test_results_that_come_together_are_settled_in_one_transaction_and_one_that_fails_alone(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, settled = door.services, []
    lot = [
        (str(number).encode(), Result(job_id=str(number), verdict=Verdict.ACCEPTED, reason=Reason.MATCH))
        for number in range(4)
    ]

    def settle_all(_session: Any, _keyring: Any, judged: Any, *_: Any, hearing: bool) -> Any:
        settled.append([one.result.job_id for one in judged])
        if "2" in settled[-1]:
            raise ValueError("this one cannot be applied")
        return [None] * len(judged)

    monkeypatch.setattr("bot.results.settle_all", settle_all)
    assert await _take_together(door.application, services, lot[:2])
    assert not await _take_together(door.application, services, lot)
    await _take_each(door.application, services, lot)
    assert settled == [["0", "1"], ["0", "1", "2", "3"], ["0"], ["1"], ["2"], ["3"]]
