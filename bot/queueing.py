"""From a note that was written down to one that a worker can take: fetched from Telegram, posted to the queue."""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from telegram.error import TelegramError

from bot.outbox.answers import answer
from bot.outbox.review_cards import texts_for
from bot.services import App, Services, now
from bot.transport.backoff import Backoff
from bot.transport.errors import out_of_reach
from bot.transport.fetching import Withheld, fetch
from bot.transport.pace import Stopping, pace_of
from bot.upkeep.galleries import publish
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.errors import QueueFull, TooMuchAtOnce
from rollcall.queue.job import EarlierTry, Job
from rollcall.storage import attempts
from rollcall.storage.generations import generation_of
from rollcall.storage.reviews import tries_before
from rollcall.storage.tables import Attempt, Person
from rollcall.storage.votes import is_withheld

_log = logging.getLogger(__name__)

_WORTH_A_WORD = timedelta(seconds=10)
"""Whoever has to wait longer is told for about how long."""
_AGAIN_FIRST, _AGAIN_MOST = 1.0, 30.0
_A_MOMENT = 3.0
"""Seconds for which a full queue is waited for without a word."""


@dataclass(frozen=True)
class _Known:
    """What the database knows of a note that a worker has to know as well.

    Attributes:
        earlier: the sender's tries before it.
        voice_waits: whether a teacher has yet to stand for the voice.
        generation: of the class's gallery; see `rollcall.storage.generations`.
    """

    attempt: Attempt
    earlier: tuple[EarlierTry, ...]
    voice_waits: bool = False
    generation: int = 0


async def take_on(application: App, services: Services, attempt_id: str) -> None:
    """Bring a note to the workers, or to its answer: for as long as it takes, and whatever fails meanwhile.

    Raises:
        Stopping: the bot stops; the note is taken on anew after the next start.
    """
    backoff, since = Backoff(_AGAIN_FIRST, _AGAIN_MOST), time.monotonic()
    while True:
        try:
            if await _queue(application, services, attempt_id):
                return
            break
        except Stopping:
            raise
        except Exception as error:
            if not out_of_reach(error):
                _log.exception("a note cannot be queued", extra={"attempt": attempt_id})
                await _give_up(services, attempt_id, Reason.PROCESSING_FAILED)
                break
            _log.warning("tried again soon", extra={"attempt": attempt_id, "error": type(error).__name__})
            # Whoever sends more at once than anybody records needs no word for each.
            full = isinstance(error, QueueFull) and not isinstance(error, TooMuchAtOnce)
            if full and time.monotonic() - since > _A_MOMENT:
                with suppress(SQLAlchemyError, OSError):  # the database may be away as well
                    await _tell_once(application, services, attempt_id, "queue-full")
        await pace_of(application.bot).sleep(backoff.wait())
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
        audio = await fetch(application.bot, services, attempt.file_id)
        async with services.database.session() as session:
            known = await session.run_sync(_known_of, attempt)
        await _post(services, known, audio)
    except Withheld as withheld:
        await _give_up(services, attempt.id, withheld.reason)
    finally:
        services.fetching.discard(attempt.id)


async def _queue(application: App, services: Services, attempt_id: str) -> bool:
    """Download a pending note, compare it with what came before, post it; False where it was settled on the way."""
    async with services.database.session() as session:
        attempt = await session.get(Attempt, attempt_id)
    if attempt is None or attempt.verdict is not Verdict.PENDING:
        return False
    if attempt.job_entry is not None and await services.queue.holds(attempt.job_entry):
        return True  # we stopped after posting it
    await services.queue.find_room()
    await services.portions.find_room(services.queue, attempt_id, attempt.person_id)
    async with services.portions.turn(attempt.person_id):
        return await _fetch_and_post(application, services, attempt)


async def _fetch_and_post(application: App, services: Services, attempt: Attempt) -> bool:
    attempt_id = attempt.id
    started = time.perf_counter()
    try:
        audio = await fetch(application.bot, services, attempt.file_id)
    except Withheld as withheld:
        await _give_up(services, attempt_id, withheld.reason)
        return False
    downloaded = (time.perf_counter() - started) * 1000
    recorded = await _record_download(services, attempt_id, audio, downloaded)
    if recorded is None:
        return False
    await _post(services, recorded, audio)
    await _tell_of_the_wait(application, services, attempt)
    return True


async def _give_up(services: Services, attempt_id: str, reason: Reason) -> None:
    """Settled without a worker, by no fault of its sender's but where the file is too big."""
    async with services.database.session() as session:
        attempt = await session.get(Attempt, attempt_id, with_for_update=True)
        if attempt is None or attempt.verdict is not Verdict.PENDING:
            return  # its sender asked to be forgotten
        if reason is Reason.TOO_BIG:
            attempts.refuse(attempt, reason, now())
        else:
            await session.run_sync(attempts.fail, attempt_id, now(), reason)


async def _record_download(services: Services, attempt_id: str, audio: bytes, milliseconds: float) -> _Known | None:
    """The note with what its bytes tell, and what else a worker must know; None where none needs to hear it."""
    async with services.database.session() as session:
        attempt = await session.get(Attempt, attempt_id, with_for_update=True)
        if attempt is None or attempt.verdict is not Verdict.PENDING:
            return None  # meanwhile its sender asked to be forgotten
        attempt.timings = {**attempt.timings, "download": milliseconds}
        attempt.content_hash = hashlib.sha256(audio).hexdigest()
        if await session.run_sync(attempts.was_seen_before, attempt):
            attempts.refuse(attempt, Reason.SEEN_BEFORE, now())
            return None
        return await session.run_sync(_known_of, attempt)


def _known_of(session: Session, attempt: Attempt) -> _Known:
    earlier = tries_before(session, attempt)
    if attempt.class_id is None or attempt.purpose is not Purpose.CHECK_IN:
        return _Known(attempt, earlier)
    return _Known(
        attempt,
        earlier,
        voice_waits=is_withheld(session, attempt.class_id, attempt.person_id),
        generation=generation_of(session, attempt.class_id) or 0,
    )


async def _post(services: Services, known: _Known, audio: bytes) -> None:
    attempt = known.attempt
    if attempt.class_id is not None and not await _is_current(services, attempt.class_id, known):
        await publish(services, attempt.class_id)
    job = Job(
        id=attempt.id,
        purpose=attempt.purpose,
        person_id=attempt.person_id,
        class_id=attempt.class_id,
        earlier=known.earlier,
        voice_waits=known.voice_waits,
        generation=known.generation,
        queued_at=datetime.now(UTC),  # how long it waits, the worker measures by the machines' clocks
    )
    async with services.portions.place(services.queue, attempt.id, attempt.person_id, len(audio)) as place:
        place.entry = entry = await services.queue.post(job, audio)
    async with services.database.session() as session:
        wanted = await session.run_sync(attempts.queued, attempt.id, entry)
    if not wanted:
        await services.queue.withdraw(entry)


async def _is_current(services: Services, class_id: int, known: _Known) -> bool:
    """Whether the class's gallery is what the note has to be judged by."""
    if known.attempt.purpose is not Purpose.CHECK_IN:
        return True
    if await services.galleries.generation(class_id) != known.generation:
        return False
    return known.voice_waits or await services.galleries.holds(class_id, known.attempt.person_id)


async def _tell_of_the_wait(application: App, services: Services, attempt: Attempt) -> None:
    """A line where the queue is long. Not worth an error, nor a second try: the answer is what counts."""
    wait = await services.queue.wait_ahead()
    if wait >= _WORTH_A_WORD:
        await _tell_once(application, services, attempt.id, "queue-wait", seconds=_rounded(wait.total_seconds()))


async def _tell_once(application: App, services: Services, attempt_id: str, key: str, **facts: int) -> None:
    """One message about the wait, which goes when the answer comes."""
    async with services.database.session() as session:
        attempt = await session.get(Attempt, attempt_id)
        person = await session.get(Person, attempt.person_id) if attempt is not None else None
        if attempt is None or person is None or attempt.waiting_message_id is not None:
            return
        texts = await session.run_sync(texts_for, person.telegram_id)
    try:
        sent = await application.bot.send_message(attempt.chat_id, texts(key, **facts), rate_limit_args=0)
    except TelegramError as error:
        _log.info("someone could not be told of the wait", extra={"error": type(error).__name__})
        return
    async with services.database.session() as session:
        stored = await session.get(Attempt, attempt_id)
        if stored is not None:
            stored.waiting_message_id = sent.message_id


def _rounded(seconds: float) -> int:
    """To tens: more would be a promise."""
    return max(10, round(seconds / 10) * 10)
