"""Results come back from the workers: applied once, then answered."""

from __future__ import annotations

import logging
from datetime import timedelta

import redis
from sqlalchemy.exc import SQLAlchemyError

from bot.answers import answer
from bot.outlooks import recalibrate
from bot.recordings import keep_recordings
from bot.reviews import keep_reviews
from bot.services import App, Services, now
from rollcall.job import Result
from rollcall.replays import compare_ahead
from rollcall.settlement import apply_result
from rollcall.storage import attempts
from rollcall.storage.alike import note_alike
from rollcall.storage.classes import attended_classes
from rollcall.storage.tables import Person
from rollcall.storage.voiceprints import voiceprint_of
from rollcall.verdict import Purpose

_log = logging.getLogger(__name__)

_LOST_AFTER = timedelta(minutes=2)
_OVERDUE = timedelta(seconds=30)
"""An answer not sent this long after its result was left behind by a bot that stopped."""


async def collect_results(application: App, services: Services) -> None:
    """For ever: take a result, make it a fact, tell its sender."""
    await services.mailbox.open()
    async for entry, result in services.mailbox.results():
        try:
            for_the_teacher = await _settle(application, services, result)
        except (SQLAlchemyError, redis.RedisError, OSError):
            raise  # a service is out of reach: the result waits, and so do the others
        except Exception:
            # This one's own fault: the others must not wait for it. Its sender hears of it from `fail_lost`.
            _log.exception("a result cannot be applied", extra={"attempt": result.job_id})
            await services.mailbox.give_up(entry, result)
            continue
        await services.mailbox.done(entry)
        # In a task of its own: one slow chat must not hold up the class.
        application.create_task(_answer(application, services, result.job_id), name=f"answer:{result.job_id}")
        if for_the_teacher:
            application.create_task(_review(application, services), name=f"review:{result.job_id}")


async def answer_overdue(application: App, services: Services) -> None:
    """Send the answers that a stopped bot still owed."""
    async with services.database.session() as session:
        owed = await attempts.unanswered(session, now() - _OVERDUE)
    for attempt_id in owed:
        await answer(application, services, attempt_id)


async def fail_lost(services: Services) -> None:
    """A note still pending while nothing is on its way was lost with Redis: better an apology than silence."""
    if await services.mailbox.is_empty():
        async with services.database.session() as session:
            await attempts.fail_pending(session, now() - _LOST_AFTER, now())


async def _settle(application: App, services: Services, result: Result) -> bool:
    """Make it a fact; whether a teacher may have something new to see."""
    compared = await compare_ahead(services.database, services.keyring, result)
    async with services.database.session() as session:
        settled = await apply_result(session, services.keyring, result, now(), compared)
    if settled is None:
        return False
    if settled.enrolled:
        await _update_galleries(services, settled.attempt.person_id)
        # In a task of its own: fetching the notes once more must not hold up others' results.
        person_id = settled.attempt.person_id
        application.create_task(keep_recordings(application, services, person_id), name=f"recordings:{person_id}")
    if settled.lesson_id is not None:
        services.stale_boards.touch(settled.lesson_id)
    # Also after an acceptance: it may have answered what a teacher was asked.
    return settled.lesson_id is not None and settled.attempt.purpose is Purpose.CHECK_IN


async def _update_galleries(services: Services, person_id: int) -> None:
    """The new voiceprint, into the gallery of every class the person attends."""
    async with services.database.session() as session:
        person = await session.get(Person, person_id)
        voiceprint = await voiceprint_of(session, services.keyring, person_id)
        classes = await attended_classes(session, person) if person else []
    if voiceprint is not None:
        for school_class in classes:
            await services.galleries.put(school_class.id, person_id, voiceprint)
            await recalibrate(services, school_class.id)
            async with services.database.session() as session:
                await note_alike(session, services.keyring, school_class.id, person_id, now())


async def _review(application: App, services: Services) -> None:
    try:
        await keep_reviews(application, services)
    except Exception as error:
        # The upkeep makes up for it.
        _log.warning("the teachers' cards are not up to date yet", extra={"error": type(error).__name__})


async def _answer(application: App, services: Services, attempt_id: str) -> None:
    try:
        await answer(application, services, attempt_id)
    except Exception as error:
        # Still unanswered in the database; `answer_overdue` makes up for it.
        _log.warning("an answer was not sent yet", extra={"attempt": attempt_id, "error": type(error).__name__})
