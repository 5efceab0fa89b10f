"""Who waits for an answer, wherever the note is by now, and who has been told for about how long."""

from __future__ import annotations

import asyncio
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

_WAITED, _WAITED_LONG = 7.0, 8.0
"""Seconds after which somebody is told who will wait for a few more; and whoever still waits."""
_OURS_FOR = 2.0
"""Seconds for which we have a note at least, however long ago it was sent: as a rule its answer is there by then."""
_WAITED_LITTLE, _LONG, _CERTAIN = 3.0, 15.0, 4.0
"""The first again, where it is certain to take as long as the second: by the answers of so many seconds."""
_TOO_LATE = 10.0
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
_A_MOMENT, _NOT_HELD_BACK, _FEW_OF_THEM = 2.0, 60.0, 8
"""Seconds within which notes are answered as a rule, and after which a note waits for something of its own."""
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
        telling: what sends that message.
        near: the answer is ready, and stands in line.
    """

    number: int
    attempt_id: str
    chat_id: int
    since: float
    heard: float
    language: str | None
    told: bool = False
    message: int | None = None
    telling: asyncio.Task[None] | None = None
    near: bool = False


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

    def answered_elsewhere(self, attempt_id: str) -> Wait | None:
        """Another bot has answered it; who waited here."""
        return self._waits.pop(attempt_id, None)

    async def answer_comes(self, attempt_id: str) -> None:
        """Its answer is ready: what is just being said of the wait is said before it, and nothing more is."""
        wait = self._waits.get(attempt_id)
        if wait is None:
            return
        wait.near = True
        if wait.telling is not None and not wait.telling.done():
            await asyncio.wait({wait.telling})

    def answer_is_put_off(self, attempt_id: str) -> None:
        """Telegram did not take its answer."""
        wait = self._waits.get(attempt_id)
        if wait is not None:
            wait.near = False

    @property
    def many(self) -> bool:
        """Whether more than a few wait for an answer: what is not about a note can wait, too."""
        now = self._clock()
        late = sum(1 for wait in self._waits.values() if _A_MOMENT < now - wait.since < _NOT_HELD_BACK)
        return late > _FEW_OF_THEM

    @property
    def being_told(self) -> int:
        """How many words are on their way."""
        return sum(1 for wait in self._waits.values() if wait.telling is not None and not wait.telling.done())

    def goes_without(self, wait: Wait) -> bool:
        """Whether nothing needs to be said any more: its answer has come, or stands in line."""
        return wait.near or self._waits.get(wait.attempt_id) is not wait

    def said(self, wait: Wait, message: int) -> bool:
        """Somebody was told by this message. False where nobody waits any more, so that it may go at once."""
        wait.message = message
        return self._waits.get(wait.attempt_id) is wait

    def first(self, most: int) -> Sequence[str]:
        """Of the notes that wait so long that something was to be said, those that came first."""
        now = self._clock()
        return [wait.attempt_id for wait in self._waits.values() if now - wait.since >= _WAITED][:most]

    def overdue(self) -> list[tuple[Wait, float | None]]:
        """Those to be told, the most urgent first, each with the seconds that are about left.

        None where that is not known, or so few that whoever reads of them has the answer. Whoever is late already comes
        after those whom a word still reaches in time: else in a great rush it would reach everybody too late.
        """
        now = self._clock()
        for attempt_id in [wait.attempt_id for wait in self._waits.values() if now - wait.since > _FORGOTTEN]:
            del self._waits[attempt_id]
        (rate, lasted), in_line = self._rate(now), list(self._waits.values())
        passed = bisect_right([wait.number for wait in in_line], self._last_ended)
        found = []
        for ahead, wait in enumerate(in_line):
            overtaken_by = self._last_ended - wait.number - max(0, passed - 1 - ahead)
            left = (ahead + 1) / rate if rate is not None and overtaken_by <= _OVERTAKEN else None
            waited, soon = now - wait.since, left is not None and left <= _A_FEW
            certain = left is not None and left >= _LONG and lasted >= _CERTAIN
            begins = _WAITED_LONG if soon else _WAITED_LITTLE if certain else _WAITED
            if wait.told or wait.near or now - wait.heard < _OURS_FOR:
                continue
            if waited >= begins:
                found.append((wait, None if soon else left))
        return sorted(found, key=lambda due: (now - due[0].since > _TOO_LATE, due[0].since))

    def _rate(self, now: float) -> tuple[float | None, float]:
        """Answers a second of the last seconds, since the rush began, None where not known; and of how many seconds.

        Before the first answer of a rush there is a while without any, for none was asked for, and the first ones have
        their way to go: counted as if nothing had been done in it, everybody would be told to wait far too long.
        """
        while self._ended and now - self._ended[0] > _LATELY:
            self._ended.popleft()
        oldest = next(iter(self._waits.values()), None)
        rush = [at for at in self._ended if oldest is not None and at >= oldest.since]
        if not rush:
            return None, 0.0
        begins = rush[0] + _A_LOT
        counted, lasted = sum(1 for at in rush if at > begins), now - begins
        return counted / lasted if counted and lasted >= _LONG_ENOUGH else None, lasted
