"""Telegram's clock, kept by measuring: the one that every note, command and lesson goes by.

Telegram dates what people send in whole seconds; our own clock may be minutes off, may be set while a lesson is on, and
differs from another replica's. So the time of day of this machine is compared with nothing: what we keep is how far
Telegram's clock is ahead of a stopwatch that nobody sets, and every answer of Telegram's says it anew.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_SAME = 2.0
"""Seconds. Two clocks that tell whole seconds differ by this much only where they are two."""
_LATEST = 2.0**33
"""No clock tells a later second: what does is no clock."""


def stopwatch() -> float:
    """Seconds since some moment; they go on while the machine sleeps, where the system can tell."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class TelegramClock:
    """What time it is at Telegram.

    Each answer bounds it from both sides: the second it tells lay between our question and the answer's arrival. The
    bounds are narrowed with every answer, and dropped where an answer contradicts them (either clock was set, or the
    machine slept). What is told is the lower bound, the earliest that it can be: it errs by the second that Telegram
    does not tell and by the way of an answer, and in favour of whoever is just in time.

    An answer's ``Date`` header may be a proxy's. Where the dates of messages differ from it, they are right, and the
    difference (``bias``) is remembered for later headers.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, stopwatch: Callable[[], float] = stopwatch, bias: float = 0.0
    ) -> None:
        self._wall, self._stopwatch = wall, stopwatch
        self.bias = bias
        """Seconds by which the dates of messages are ahead of the headers'."""
        self.measured = False
        """Whether Telegram has told us anything; before that, our own clock must do."""
        self._low = wall() - stopwatch() + bias
        self._high = self._low + 1

    def now(self) -> datetime:
        """The present moment by Telegram's clock, UTC; never ahead of it."""
        return datetime.fromtimestamp(self._low + self._stopwatch(), UTC)

    @property
    def ahead(self) -> timedelta:
        """How far Telegram's clock is ahead of this machine's; negative where ours is fast. Good to a second."""
        middle = self._low + min(1.0, self._high - self._low) / 2
        return timedelta(seconds=middle + self._stopwatch() - self._wall())

    def header(self, second: float, asked: float, answered: float) -> None:
        """An answer's header told this second, in Unix time; asked and answered are our stopwatch's."""
        if 0 < second < _LATEST:
            self._narrow(second - answered + self.bias, second + 1 - asked + self.bias)

    def message(self, second: float, asked: float, answered: float) -> None:
        """A message that we had asked Telegram to send was dated so."""
        if not 0 < second < _LATEST:
            return
        low, high = second - answered, second + 1 - asked
        if low > self._high + _SAME or high < self._low - _SAME:
            self.bias += low - self._low
        self._narrow(low, high)

    def not_before(self, moment: datetime) -> None:
        """Something was dated so that has reached us: where the bounds leave room for it, it is as late as that."""
        low = moment.timestamp() - self._stopwatch()
        if self._low < low <= self._high:
            self._low = low

    def biased(self, bias: float) -> None:
        """An earlier run, or another replica, found by how much the headers are wrong here."""
        change, self.bias = bias - self.bias, bias
        self._low += change
        self._high += change

    def _narrow(self, low: float, high: float) -> None:
        overlap = max(low, self._low), min(high, self._high)
        agrees = self.measured and overlap[0] <= overlap[1]
        self._low, self._high = overlap if agrees else (low, high)
        self.measured = True


class _Process:
    """This process serves one bot, and so it has one clock."""

    clock = TelegramClock()


def telegram_clock() -> TelegramClock:
    """This process's clock."""
    return _Process.clock


def begin_anew() -> None:
    """Another bot, another Telegram: what was measured before says nothing any more."""
    _Process.clock = TelegramClock()


def whole_second(moment: datetime) -> datetime:
    """As Telegram would date it."""
    return datetime.fromtimestamp(math.floor(moment.timestamp()), UTC)
