"""Who waits for an answer, wherever the note is by now, and who has been told for about how long."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from telegram import Message

from bot.messages.attachments import MAY_HOLD_SPEECH
from bot.messages.recording import describe

_WAITED, _WAITED_LONG = 7.0, 9.0
"""Seconds after which somebody is told who will wait for a few more; and whoever still waits."""
_A_FEW = 3.0
_FORGOTTEN = 900.0
"""Seconds: another bot has answered, or nobody will."""
_LATELY = 10.0
_MOST = 20_000


@dataclass
class Wait:
    """A note without an answer.

    Attributes:
        since: as `time.monotonic` tells it.
        language: of the sender's Telegram.
        message: that told its sender how long it will take.
    """

    attempt_id: str
    chat_id: int
    since: float
    language: str | None
    told: bool = False
    message: int | None = None


class Waits:
    """The notes that this bot has received and not answered."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waits: dict[str, Wait] = {}
        self._ended: deque[float] = deque()

    def began(self, message: Message) -> None:
        """A note has come."""
        user = message.from_user
        if user is not None and len(self._waits) < _MOST:
            wait = Wait(describe(message).attempt_id, message.chat_id, self._clock(), user.language_code)
            self._waits.setdefault(wait.attempt_id, wait)

    def ended(self, attempt_id: str) -> int | None:
        """It is answered; the message that told its sender how long it would take, which may go now."""
        self._ended.append(self._clock())
        wait = self._waits.pop(attempt_id, None)
        return None if wait is None else wait.message

    def gone(self, message: Message | None) -> None:
        """It will not be answered, for its sender heard something else."""
        if message is not None and MAY_HOLD_SPEECH.filter(message):
            self._waits.pop(describe(message).attempt_id, None)

    def overdue(self) -> list[tuple[Wait, float | None]]:
        """Those to be told, the longest waiting first, each with the seconds that are about left, if known."""
        now = self._clock()
        while self._ended and now - self._ended[0] > _LATELY:
            self._ended.popleft()
        for attempt_id in [wait.attempt_id for wait in self._waits.values() if now - wait.since > _FORGOTTEN]:
            del self._waits[attempt_id]
        rate = len(self._ended) / _LATELY
        found = []
        for ahead, wait in enumerate(self._waits.values()):
            waited, left = now - wait.since, (ahead + 1) / rate if rate else None
            if waited < _WAITED:
                break  # they came in order
            if not wait.told and (left is None or left > _A_FEW or waited > _WAITED_LONG):
                found.append((wait, left))
        return found
