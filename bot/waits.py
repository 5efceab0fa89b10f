"""Who waits for an answer, wherever the note is by now, and who has been told for about how long."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from telegram import Message

from bot.messages.attachments import MAY_HOLD_SPEECH
from bot.messages.recording import describe
from bot.transport.clock import telegram_clock

_WAITED, _WAITED_LONG = 7.0, 8.5
"""Seconds after which somebody is told who will wait for a few more; and whoever still waits."""
_OURS_FOR = 2.0
"""Seconds for which we have a note at least, however long ago it was sent: as a rule its answer is there by then."""
_A_FEW = 4.0
_FORGOTTEN = 900.0
"""Seconds: another bot has answered, or nobody will."""
_LATELY = 10.0
"""Seconds of which the answers tell how fast it goes."""
_A_LOT = 0.5
"""Answers come in lots. The first lot of a rush only says that it has begun, so what comes so soon is not counted."""
_LONG_ENOUGH = 1.5
"""Seconds of answers at least, or nobody knows yet how fast it goes."""
_OVERTAKEN = 50
"""A note that so many later ones were answered before does not wait in line: nobody knows how long it takes."""
_TELEGRAMS_GRAIN = 1.0
"""Messages are dated in whole seconds."""
_MOST = 20_000


@dataclass
class Wait:
    """A note without an answer.

    Attributes:
        number: in the order in which we heard of them.
        since: when it was sent, as `time.monotonic` tells it.
        heard: when we got it, likewise.
        language: of the sender's Telegram.
        message: that told its sender how long it will take.
    """

    number: int
    attempt_id: str
    chat_id: int
    since: float
    heard: float
    language: str | None
    told: bool = False
    message: int | None = None


class Waits:
    """The notes that this bot has received and not answered."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waits: dict[str, Wait] = {}
        self._ended: deque[float] = deque()
        self._count = 0
        self._last_ended = -1

    def began(self, message: Message) -> None:
        """A note has come; or comes once more, from the inbox of a bot that has stopped."""
        user = message.from_user
        if user is not None and MAY_HOLD_SPEECH.filter(message):
            age = telegram_clock().now() - message.date - timedelta(seconds=_TELEGRAMS_GRAIN)
            self.goes_on(describe(message).attempt_id, message.chat_id, age, user.language_code)

    def goes_on(self, attempt_id: str, chat_id: int, age: timedelta, language: str | None) -> None:
        """Somebody waits who sent a note so long ago."""
        if attempt_id in self._waits or len(self._waits) >= _MOST:
            return
        heard = self._clock()
        since = heard - max(0.0, age.total_seconds())
        self._waits[attempt_id] = Wait(self._count, attempt_id, chat_id, since, heard, language)
        self._count += 1

    def ended(self, attempt_id: str) -> int | None:
        """It is answered; the message that told its sender how long it would take, which may go now."""
        self._ended.append(self._clock())
        wait = self._waits.pop(attempt_id, None)
        if wait is None:
            return None
        self._last_ended = max(self._last_ended, wait.number)
        return wait.message

    def gone(self, message: Message | None) -> None:
        """It will not be answered, for its sender heard something else."""
        if message is not None and MAY_HOLD_SPEECH.filter(message):
            self.answered_elsewhere(describe(message).attempt_id)

    def answered_elsewhere(self, attempt_id: str) -> None:
        """Another bot has answered it."""
        self._waits.pop(attempt_id, None)

    def first(self, most: int) -> Sequence[str]:
        """Of the notes that wait so long that something was to be said, those that came first."""
        now = self._clock()
        return [wait.attempt_id for wait in self._waits.values() if now - wait.since >= _WAITED][:most]

    def overdue(self) -> list[tuple[Wait, float | None]]:
        """Those to be told, the longest waiting first, each with the seconds that are about left.

        None where that is not known, or so few that whoever reads of them has the answer.
        """
        now = self._clock()
        for attempt_id in [wait.attempt_id for wait in self._waits.values() if now - wait.since > _FORGOTTEN]:
            del self._waits[attempt_id]
        rate, in_line = self._rate(now), list(self._waits.values())
        passed = bisect_right([wait.number for wait in in_line], self._last_ended)
        found = []
        for ahead, wait in enumerate(in_line):
            overtaken_by = self._last_ended - wait.number - max(0, passed - 1 - ahead)
            left = (ahead + 1) / rate if rate is not None and overtaken_by <= _OVERTAKEN else None
            waited, soon = now - wait.since, left is not None and left <= _A_FEW
            if wait.told or now - wait.heard < _OURS_FOR:
                continue
            if waited >= (_WAITED_LONG if soon else _WAITED):
                found.append((wait, None if soon else left))
        return found

    def _rate(self, now: float) -> float | None:
        """Answers a second since the rush began, of the last seconds; None where that is not known.

        Before the first answer of a rush there is a while without any, for none was asked for, and the first ones have
        their way to go: counted as if nothing had been done in it, everybody would be told to wait far too long.
        """
        while self._ended and now - self._ended[0] > _LATELY:
            self._ended.popleft()
        oldest = next(iter(self._waits.values()), None)
        rush = [at for at in self._ended if oldest is not None and at >= oldest.since]
        if not rush:
            return None
        begins = rush[0] + _A_LOT
        counted, lasted = sum(1 for at in rush if at > begins), now - begins
        return counted / lasted if counted and lasted >= _LONG_ENOUGH else None
