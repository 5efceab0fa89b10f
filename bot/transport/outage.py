"""Why Telegram is not heard: one plain line when it begins, seldom again, and for whoever asks whether we are ready."""

from __future__ import annotations

import logging
import time

from telegram.error import Conflict, EndPointNotFound, InvalidToken, TelegramError

_log = logging.getLogger(__name__)

_SERIOUS = 2
"""So many in a row: one among good answers is told by none."""
_HOLDS = 40.0
"""Seconds after which what was met is taken to be over, if nothing was heard of it; longer than a try and a pause."""
_TOLD_EVERY = 600.0

TOKEN = "Telegram refuses the token: copy it from @BotFather into ROLLCALL_TELEGRAM_TOKEN and start again"  # noqa: S105
COPY = "another copy of the bot polls Telegram with this token: stop it"
WEBHOOK = "a webhook is set for this token, so polling is refused: stop the bot that set it, then start this one again"
AWAY = "Telegram is out of reach"


class Trouble:
    """What stands between us and Telegram's updates. May be asked from any thread."""

    def __init__(self) -> None:
        self._words = ""
        self._in_a_row = 0
        self._met_at = self._told_at = float("-inf")
        self._told = ""

    @property
    def words(self) -> str | None:
        """What is wrong just now; None where nothing is."""
        return self._words if self._in_a_row >= _SERIOUS and time.monotonic() - self._met_at < _HOLDS else None

    def met(self, error: TelegramError) -> None:
        """Asking for updates failed so."""
        words, now = _words_for(error), time.monotonic()
        # Two copies that poll by turns each hear something between two refusals.
        lasting = words == self._words and now - self._met_at < _HOLDS
        self._in_a_row = self._in_a_row + 1 if lasting else 1
        self._words, self._met_at = words, now
        if self._in_a_row >= _SERIOUS and (words != self._told or now - self._told_at > _TOLD_EVERY):
            self._told, self._told_at = words, now
            log = _log.warning if words == AWAY else _log.error
            log(words, extra={"error": type(error).__name__})

    def heard(self) -> None:
        """Telegram answered."""
        if self._told and time.monotonic() - self._met_at > _HOLDS:
            _log.warning("Telegram is heard again")
            self._words = self._told = ""
        if self._words in (TOKEN, AWAY):
            self._in_a_row, self._met_at = 0, float("-inf")


def _words_for(error: TelegramError) -> str:
    if isinstance(error, InvalidToken | EndPointNotFound):
        return TOKEN
    if isinstance(error, Conflict):
        return WEBHOOK if "webhook" in str(error).lower() else COPY
    return AWAY
