"""From a note that was written down to one that a worker can take: fetched from Telegram, posted to the queue."""

from __future__ import annotations

import hashlib
import logging
import time
from datetime import UTC, datetime, timedelta

from telegram.constants import FileSizeLimit
from telegram.error import BadRequest, TelegramError

from bot.gallery import rebuild
from bot.reviews import texts_for
from bot.services import App, Services, now
from rollcall.job import EarlierTry, Job
from rollcall.storage import attempts
from rollcall.storage.reviews import tries_before
from rollcall.storage.tables import Attempt, Person
from rollcall.verdict import Reason, Verdict

_log = logging.getLogger(__name__)

_WORTH_A_WORD = timedelta(seconds=15)
"""Whoever has to wait longer is told for about how long."""


async def queue(application: App, services: Services, attempt: Attempt) -> bool:
    """Download a pending note, compare it with what came before, post it; False where it was settled on the way."""
    if attempt.job_entry is not None and await services.mailbox.holds(attempt.job_entry):
        return True  # we stopped after posting it
    started = time.perf_counter()
    audio = await _download(application, attempt.file_id)
    downloaded = (time.perf_counter() - started) * 1000
    attempt, earlier = await _record_download(services, attempt.id, audio, downloaded)
    if attempt.verdict is not Verdict.PENDING or not audio:
        return False
    await _post(services, attempt, audio, earlier)
    await _tell_of_the_wait(application, services, attempt)
    return True


async def queue_again(application: App, services: Services, attempt: Attempt) -> None:
    """Once more, after Redis had lost the note."""
    audio = await _download(application, attempt.file_id)
    if audio:
        async with services.database.session() as session:
            earlier = await tries_before(session, attempt)
        await _post(services, attempt, audio, earlier)
    else:
        async with services.database.session() as session:
            await attempts.fail(session, attempt.id, now())


async def _download(application: App, file_id: str) -> bytes | None:
    """The file's bytes; empty for a file that Telegram no longer has; None for one that is too big.

    The message's word on its size is not enough: it may be missing, and a Bot API server of one's own has no limit.
    """
    try:
        file = await application.bot.get_file(file_id)
        if (file.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
            return None
        audio = bytes(await file.download_as_bytearray())
        return audio if len(audio) <= FileSizeLimit.FILESIZE_DOWNLOAD else None
    except BadRequest:
        return b""


async def _record_download(
    services: Services, attempt_id: str, audio: bytes | None, milliseconds: float
) -> tuple[Attempt, tuple[EarlierTry, ...]]:
    """The note with what its bytes tell, and the sender's tries before it."""
    async with services.database.session() as session:
        attempt = await session.get_one(Attempt, attempt_id, with_for_update=True)
        # Settled meanwhile: its sender asked to be forgotten.
        if attempt.verdict is Verdict.PENDING:
            attempt.timings = {**attempt.timings, "download": milliseconds}
            attempt.content_hash = hashlib.sha256(audio).hexdigest() if audio else None
            if audio is None:
                attempts.refuse(attempt, Reason.TOO_BIG, now())
            elif not audio:
                attempts.refuse(attempt, Reason.BROKEN_FILE, now())
            elif await attempts.was_seen_before(session, attempt):
                attempts.refuse(attempt, Reason.SEEN_BEFORE, now())
        return attempt, await tries_before(session, attempt)


async def _post(services: Services, attempt: Attempt, audio: bytes, earlier: tuple[EarlierTry, ...]) -> None:
    if attempt.class_id is not None and not await services.galleries.holds(attempt.class_id, attempt.person_id):
        await rebuild(services, attempt.class_id)
    job = Job(
        id=attempt.id,
        purpose=attempt.purpose,
        person_id=attempt.person_id,
        class_id=attempt.class_id,
        earlier=earlier,
        queued_at=datetime.now(UTC),  # how long it waits, the worker measures by the machines' clocks
    )
    entry = await services.mailbox.post(job, audio)
    async with services.database.session() as session:
        await attempts.queued(session, attempt.id, entry)


async def _tell_of_the_wait(application: App, services: Services, attempt: Attempt) -> None:
    """A line where the queue is long. Not worth an error, nor a second try: the answer is what counts."""
    wait = await services.mailbox.wait_ahead()
    if wait < _WORTH_A_WORD or attempt.waiting_message_id is not None:
        return
    async with services.database.session() as session:
        person = await session.get(Person, attempt.person_id)
        if person is None:
            return
        texts = await texts_for(session, person.telegram_id)
    try:
        text = texts("queue-wait", seconds=_rounded(wait.total_seconds()))
        sent = await application.bot.send_message(attempt.chat_id, text, rate_limit_args=0)
    except TelegramError as error:
        _log.info("someone could not be told of the wait", extra={"error": type(error).__name__})
        return
    async with services.database.session() as session:
        stored = await session.get(Attempt, attempt.id)
        if stored is not None:
            stored.waiting_message_id = sent.message_id


def _rounded(seconds: float) -> int:
    """To tens: more would be a promise."""
    return max(10, round(seconds / 10) * 10)
