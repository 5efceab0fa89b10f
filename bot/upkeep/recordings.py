"""Keeping enrolment recordings of those who agree, and asking the others to enrol again after a change of encoder."""

from __future__ import annotations

import logging
from datetime import timedelta

from telegram.error import BadRequest, Forbidden

from bot.services import App, Services, now
from bot.transport.fetching import Withheld, fetch
from rollcall.texts import texts_in
from rollcall.usecases import recordings

_log = logging.getLogger(__name__)

_PATIENCE = timedelta(seconds=15)
"""Somebody waits for the answer to a tap."""


async def keep_recordings(application: App, services: Services, person_id: int) -> bool:
    """Fetch the notes of the voiceprint from Telegram and keep them, sealed. False: no agreement, no files."""
    files = await services.database.run(recordings.files_to_keep, person_id)
    audio: dict[str, bytes] = {}
    for attempt_id, file_id in files.items():
        try:
            audio[attempt_id] = await fetch(application.bot, services, file_id, _PATIENCE)
        except Withheld:
            _log.info("an enrolment recording is gone from Telegram", extra={"attempt": attempt_id})
    if not audio:
        return False
    return await services.database.run(recordings.keep_recordings, services.keyring, person_id, audio, now())


async def ask_to_enrol_again(application: App, services: Services) -> None:
    """Whoever's voiceprint the workers' encoder did not make, and whose recordings are not kept, is asked once."""
    encoder = await services.queue.encoder()
    if encoder is None:
        return
    _, weight_hash = encoder
    for person_id in await services.database.run(recordings.people_to_ask, *encoder):
        taken = await services.database.run(recordings.take_asking, person_id, weight_hash)
        if taken is None:
            continue
        chat_id, locale = taken
        try:
            await application.bot.send_message(chat_id, texts_in(locale)("enrol-anew"))
        except (Forbidden, BadRequest) as error:
            _log.info("someone cannot be asked to enrol again", extra={"error": type(error).__name__})
