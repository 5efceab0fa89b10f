"""From a note that was written down to one that a worker can take: fetched from Telegram, posted to the queue."""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import TelegramError

from bot.outbox.answers import answer
from bot.services import App, Services, now
from bot.transport.backoff import Backoff
from bot.transport.errors import out_of_reach
from bot.transport.fetching import Withheld, fetch
from bot.transport.pace import ONCE, Stopping, pace_of
from bot.upkeep.galleries import publish
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.errors import QueueFull, TooMuchAtOnce
from rollcall.queue.job import Job, SpokenChallenge
from rollcall.storage.tables import Attempt
from rollcall.texts import texts_in
from rollcall.usecases.take_note import Known, Posted, give_up, not_told_to_wait, still_pending

_log = logging.getLogger(__name__)

_AGAIN_FIRST, _AGAIN_MOST = 1.0, 30.0
_A_MOMENT = 3.0
"""Seconds for which a full queue is waited for without a word."""


async def take_on(application: App, services: Services, note: Known) -> None:
    """Bring a note to the workers, or to its answer: for as long as it takes, and whatever fails meanwhile.

    Args:
        note: as it was written down.

    Raises:
        Stopping: the bot stops; the note is taken on anew after the next start.
    """
    backoff, since = Backoff(_AGAIN_FIRST, _AGAIN_MOST), time.monotonic()
    attempt_id, known = note.attempt.id, note if note.attempt.verdict is Verdict.PENDING else None
    while True:
        try:
            if known is None or not await _queue(application, services, known):
                break
            return
        except Stopping:
            raise
        except Exception as error:
            if not out_of_reach(error):
                _log.exception("a note cannot be queued", extra={"attempt": attempt_id})
                await services.database.run(give_up, attempt_id, Reason.PROCESSING_FAILED, now())
                break
            _log.warning("tried again soon", extra={"attempt": attempt_id, "error": type(error).__name__})
            # Whoever sends more at once than anybody records needs no word for each.
            full = isinstance(error, QueueFull) and not isinstance(error, TooMuchAtOnce)
            if full and time.monotonic() - since > _A_MOMENT:
                with suppress(SQLAlchemyError, OSError):  # the database may be away as well
                    await _tell_that_it_is_full(application, services, attempt_id)
        await pace_of(application.bot).sleep(backoff.wait())
        with suppress(SQLAlchemyError, OSError):  # else as it was
            known = await services.database.run(still_pending, attempt_id)
    try:
        await answer(application, services, attempt_id)
    except Exception as error:
        # Settled in the database, and owed there: the upkeep sends it.
        _log.warning("an answer was not sent yet", extra={"attempt": attempt_id, "error": type(error).__name__})


async def queue_again(application: App, services: Services, attempt: Attempt) -> None:
    """Once more, after Redis had lost the note."""
    if attempt.id in services.fetching:
        return
    services.fetching.add(attempt.id)
    try:
        audio, milliseconds = await _fetched(application, services, attempt)
        known = await services.database.run(still_pending, attempt.id)
        if known is not None:
            await _post(services, known, audio, milliseconds)
    except Withheld as withheld:
        await services.database.run(give_up, attempt.id, withheld.reason, now())
    finally:
        services.fetching.discard(attempt.id)


async def _queue(application: App, services: Services, known: Known) -> bool:
    """Download a pending note and post it; False where it was settled on the way."""
    attempt = known.attempt
    if services.marks.is_posted(attempt.id):
        return True
    if attempt.job_entry is not None and await services.queue.holds(attempt.job_entry):
        return True  # we stopped after posting it
    await services.queue.find_room()
    await services.portions.find_room(services.queue, attempt.id, attempt.person_id)
    async with services.portions.turn(attempt.person_id):
        try:
            audio, milliseconds = await _fetched(application, services, attempt)
        except Withheld as withheld:
            await services.database.run(give_up, attempt.id, withheld.reason, now())
            return False
        await _post(services, known, audio, milliseconds)
    return True


async def _fetched(application: App, services: Services, attempt: Attempt) -> tuple[bytes, float]:
    """The recording, and the milliseconds that its download took."""
    started = time.perf_counter()
    audio = await fetch(application.bot, services, attempt.file_id)
    return audio, (time.perf_counter() - started) * 1000


async def _post(services: Services, known: Known, audio: bytes, milliseconds: float) -> None:
    attempt = known.attempt
    if attempt.class_id is not None and not await _is_current(services, attempt.class_id, known):
        await publish(services, attempt.class_id)
    content_hash = hashlib.sha256(audio).hexdigest()
    said = known.challenge
    spoken = SpokenChallenge(language=said.language, items=said.items) if said is not None else None
    job = Job(
        id=attempt.id,
        purpose=attempt.purpose,
        person_id=attempt.person_id,
        class_id=attempt.class_id,
        earlier=known.earlier,
        voice_waits=known.voice_waits,
        generation=known.generation,
        queued_at=datetime.now(UTC),  # how long it waits, the worker measures by the machines' clocks
        content_hash=content_hash,
        challenge=spoken,
        follows=known.follows,
    )
    async with services.portions.place(services.queue, attempt.id, attempt.person_id, len(audio)) as place:
        place.entry = entry = await services.queue.post(job, audio)
    services.marks.note_posted(attempt.id, Posted(entry, content_hash, milliseconds))


async def _is_current(services: Services, class_id: int, known: Known) -> bool:
    """Whether the class's gallery is what the note has to be judged by."""
    if known.attempt.purpose is not Purpose.CHECK_IN:
        return True
    if known.voice_waits:
        return await services.galleries.generation(class_id) == known.generation
    return await services.galleries.knows(class_id, known.attempt.person_id, known.generation)


async def _tell_that_it_is_full(application: App, services: Services, attempt_id: str) -> None:
    """One message about the wait, which goes when the answer comes. How long it takes, nobody can tell."""
    telling = await services.database.run(not_told_to_wait, attempt_id)
    if telling is None:
        return
    chat_id, locale = telling
    try:
        sent = await application.bot.send_message(chat_id, texts_in(locale)("queue-full"), rate_limit_args=ONCE)
    except TelegramError as error:
        _log.info("someone could not be told of the wait", extra={"error": type(error).__name__})
        return
    services.told.begin((attempt_id, sent.message_id))
