"""Keeping enrolment recordings of those who agree, and asking the others to enrol again after a change of encoder."""

from __future__ import annotations

import logging
from datetime import timedelta

from telegram.error import BadRequest, Forbidden

from bot.outbox.review_cards import texts_for
from bot.services import App, Services, now
from bot.transport.fetching import Withheld, fetch
from rollcall.storage import recordings
from rollcall.storage.people import keeps_recordings
from rollcall.storage.tables import Person

_log = logging.getLogger(__name__)

_PATIENCE = timedelta(seconds=15)
"""Somebody waits for the answer to a tap."""


async def keep_recordings(application: App, services: Services, person_id: int) -> bool:
    """Fetch the notes of the voiceprint from Telegram and keep them, sealed. False: no agreement, no files."""
    async with services.database.session() as session:
        person = await session.get(Person, person_id)
        if person is None or not await session.run_sync(keeps_recordings, person.telegram_id):
            return False
        files = await session.run_sync(recordings.enrolment_files, person_id)
    audio: dict[str, bytes] = {}
    for attempt_id, file_id in files.items():
        try:
            audio[attempt_id] = await fetch(application.bot, services, file_id, _PATIENCE)
        except Withheld:
            _log.info("an enrolment recording is gone from Telegram", extra={"attempt": attempt_id})
    async with services.database.session() as session:
        # The agreement may have been withdrawn while we were fetching.
        if not audio or not await session.run_sync(keeps_recordings, person.telegram_id):
            return False
        await session.run_sync(recordings.keep, services.keyring, person_id, audio, now())
    return True


async def ask_to_enrol_again(application: App, services: Services) -> None:
    """Whoever's voiceprint the workers' encoder did not make, and whose recordings are not kept, is asked once."""
    encoder = await services.queue.encoder()
    if encoder is None:
        return
    model, weight_hash = encoder
    async with services.database.session() as session:
        outdated = await session.run_sync(recordings.outdated_people, model, weight_hash)
    for person, kept in outdated:
        if kept or person.asked_again_for == weight_hash:
            continue
        async with services.database.session() as session:
            if not await session.run_sync(recordings.take_asking, person.id, weight_hash):
                continue
            t = await session.run_sync(texts_for, person.telegram_id)
        try:
            await application.bot.send_message(person.telegram_id, t("enrol-anew"))
        except (Forbidden, BadRequest) as error:
            _log.info("someone cannot be asked to enrol again", extra={"error": type(error).__name__})
