"""Results come back from the workers: applied once, then answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import timedelta

import redis
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot import metrics
from bot.outbox.answers import answer, claim
from bot.queueing import queue_again
from bot.services import App, Services, now
from bot.transport.errors import out_of_reach
from bot.upkeep.galleries import publish, publish_each
from bot.upkeep.recordings import keep_recordings
from rollcall.domain.verdict import Verdict
from rollcall.errors import SealBroken
from rollcall.queue.job import Result
from rollcall.storage import attempts
from rollcall.storage.classes import classes_attended
from rollcall.storage.faults import Trouble
from rollcall.storage.tables import Attempt
from rollcall.usecases.answer_note import Answer, owed_answers
from rollcall.usecases.settlement import (
    MOST_TIMES_QUEUED,
    Judged,
    Settled,
    Unjudged,
    settle_all,
    take_unjudged,
    unfinished,
)

_log = logging.getLogger(__name__)

_LOST_AFTER = timedelta(seconds=30)
_MISSED_FOR = 30.0
_ORPHAN_AFTER = timedelta(minutes=5)
_RESULTS_LATE = timedelta(seconds=20)
_OVERDUE = timedelta(seconds=5)
"""An answer that nobody took on this long after its result."""
_AT_ONCE = 16


async def collect_results(application: App, services: Services) -> None:
    """For ever: take results, make them facts, tell their senders."""
    await services.queue.open()
    async for lot in services.queue.results():
        for begin in range(0, len(lot), _AT_ONCE):
            some = lot[begin : begin + _AT_ONCE]
            if not await _take_together(application, services, some):
                await _take_each(application, services, some)


Lot = Sequence[tuple[bytes, Result]]
"""Results, each with its place in the stream."""


async def _take_together(application: App, services: Services, lot: Lot) -> bool:
    """Make facts of several results in one transaction. False where none was made, for any may be the fault of it."""
    if len(lot) == 1 or any(result.verdict is Verdict.PENDING for _, result in lot):
        return False
    marks = [services.marks.take(result.job_id) for _, result in lot]
    judged = [Judged(result, mark.posted, mark.digest) for (_, result), mark in zip(lot, marks, strict=True)]
    try:
        hearing = await services.hearing.any_worker()
        settled = await services.database.run(
            settle_all, services.keyring, judged, now(), claim(services), hearing=hearing
        )
    except BaseException as error:
        for (_, result), mark in zip(lot, marks, strict=True):
            services.marks.put_back(result.job_id, mark)
        if not isinstance(error, Exception):
            raise
        return False
    done, failed = [], None
    for (entry, result), one in zip(lot, settled, strict=True):
        try:
            taken = await _follow_up(application, services, one)
        except (redis.RedisError, SQLAlchemyError, OSError) as error:
            failed = error  # of a gallery: this result comes again, and the others need not
            continue
        application.create_task(_answer(application, services, result.job_id, taken), name=f"answer:{result.job_id}")
        done.append(entry)
    if done:
        await services.queue.done(*done)
    if failed is not None:
        raise failed
    return True


async def _take_each(application: App, services: Services, lot: Lot) -> None:
    """Each in a transaction of its own, so that one which fails holds up none of the others."""
    for entry, result in lot:
        try:
            taken = await _settle(application, services, result)
        except Exception as error:
            # A row that clashes with another every time must not hold up the others: it is given up after a few tries.
            if isinstance(error, SealBroken):
                await services.queue.canary.keep()  # is it the result's fault, or ours?
            away = isinstance(error, redis.RedisError) or out_of_reach(error)
            damaged = services.database.troubles.saw(error) is Trouble.DAMAGED
            if away and not damaged and not isinstance(error, IntegrityError):
                raise  # a service is out of reach: the result waits, and so do the others
            # This one's own fault, or that of the rows it needs: the others must not wait for it.
            if not damaged:  # else it is told, and not at each try
                _log.exception("a result cannot be applied", extra={"attempt": result.job_id})
            if await services.queue.give_up(entry, result):
                await services.database.run(attempts.fail, result.job_id, now())
            continue
        # In a task of its own: one slow chat must not hold up the class. First, for it is ours to send now.
        application.create_task(_answer(application, services, result.job_id, taken), name=f"answer:{result.job_id}")
        await services.queue.done(entry)


async def recover_lost(application: App, services: Services) -> None:
    """Queue again the notes that Redis has lost: neither is their job in the stream, nor can a result be waiting."""
    waiting = await services.database.run(unfinished, now() - _ORPHAN_AFTER, now() - _LOST_AFTER, now())
    if not waiting or await services.queue.oldest_result_age() > _RESULTS_LATE:
        return
    for attempt in waiting:
        entry = attempt.job_entry
        if entry is None or await services.queue.holds(entry):
            services.missing.pop(attempt.id, None)
            continue
        # A result may have been taken from the stream at this very moment: only a note missed twice is lost.
        first_missed = services.missing.setdefault(attempt.id, time.monotonic())
        if time.monotonic() - first_missed < _MISSED_FOR:
            continue
        services.missing.pop(attempt.id, None)
        if attempt.times_queued >= MOST_TIMES_QUEUED:
            await services.database.run(attempts.fail, attempt.id, now())
            continue
        _log.warning("Redis has lost a note, it is queued again", extra={"attempt": attempt.id})
        # In a task of its own: Telegram may give the recording only after a while.
        application.create_task(_queue_again(application, services, attempt), name=f"again:{attempt.id}")


async def _queue_again(application: App, services: Services, attempt: Attempt) -> None:
    try:
        await queue_again(application, services, attempt)
    except Exception as error:
        # Missed once more soon, and queued then.
        _log.warning("a lost note is not queued yet", extra={"attempt": attempt.id, "error": type(error).__name__})


async def answer_overdue(application: App, services: Services) -> None:
    """Send the answers that a stopped bot owed, or that Telegram would not take."""
    owed = await services.database.run(owed_answers, services.holder, now() - _OVERDUE, now())
    places = asyncio.Semaphore(_AT_ONCE)

    async def send(attempt_id: str) -> None:
        async with places:
            await _answer(application, services, attempt_id)

    # Tasks that outlive this one: what Telegram has taken must be written down, also when we are asked to stop.
    sending = [application.create_task(send(attempt_id), name=f"answer:{attempt_id}") for attempt_id in owed]
    if sending:
        await asyncio.wait(sending)


async def _settle(application: App, services: Services, result: Result) -> Answer | None:
    """Make it a fact, and take its answer on. The teachers are asked by the answer that says so, or by the upkeep."""
    if result.verdict is Verdict.PENDING:
        if await _judge_again(application, services, result):
            return None
        result = result.model_copy(update={"verdict": Verdict.FAILED})
    mark = services.marks.take(result.job_id)
    judged = Judged(result, mark.posted, mark.digest)
    try:
        hearing = await services.hearing.any_worker()
        (settled,) = await services.database.run(
            settle_all, services.keyring, [judged], now(), claim(services), hearing=hearing
        )
    except BaseException:
        services.marks.put_back(result.job_id, mark)
        raise
    return await _follow_up(application, services, settled)


async def _follow_up(application: App, services: Services, settled: Settled | None) -> Answer | None:
    """What a new fact brings along; the answer that is ours to send."""
    if settled is None:
        return None
    if settled.enrolled:
        person_id = settled.attempt.person_id
        await publish_each(services, await services.database.run(classes_attended, person_id))
        # In a task of its own: fetching the notes once more must not hold up others' results.
        application.create_task(keep_recordings(application, services, person_id), name=f"recordings:{person_id}")
    if settled.lesson_id is not None:
        services.stale_boards.touch(settled.lesson_id)
    return settled.answer


async def _judge_again(application: App, services: Services, result: Result) -> bool:
    """A worker had no gallery to judge a note by: it is made, and the note queued once more.

    False where the sender's voiceprint is of another encoder than the worker's, and no gallery would help.
    """
    unjudged = await services.database.run(take_unjudged, result, now())
    if unjudged is Unjudged.NEVER:
        return False
    if isinstance(unjudged, Attempt) and unjudged.class_id is not None:
        metrics.JUDGED_AGAIN.inc()
        await publish(services, unjudged.class_id)
        application.create_task(_queue_again(application, services, unjudged), name=f"again:{unjudged.id}")
    return True


async def _answer(application: App, services: Services, attempt_id: str, taken: Answer | None = None) -> None:
    try:
        await answer(application, services, attempt_id, taken)
    except Exception as error:
        # Still unanswered in the database; `answer_overdue` makes up for it.
        _log.warning("an answer was not sent yet", extra={"attempt": attempt_id, "error": type(error).__name__})
