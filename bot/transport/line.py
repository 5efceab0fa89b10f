"""The line of messages to Telegram, which takes about 30 a second."""

from __future__ import annotations

import time
from collections import deque

OVERALL, ALL_BOTS = 28, 27
"""Messages a second; and of several bots together, which see nothing of each other's network."""
A_SECOND = 1.05
"""With something for the clocks."""
_LOST = 3.0
"""Seconds after which a message without an answer does not count any more: it may hang for as long as it likes."""


class Evenly:
    """A line with places at even distances, handed out in the order in which they are asked for.

    Whoever has a place sleeps until its time. Hundreds may stand here in a rush, and none has to look again and again.
    The distances alone would not keep to the limit: where the loop was late, or the network, several arrive at once.
    So whoever's time has come also waits until fewer than the limit have been on their way within the last second;
    what Telegram counts lies between a message's leaving and its answer.
    """

    def __init__(self, a_second: int) -> None:
        self._apart = 1 / a_second
        self._most = a_second + 1
        self._next = 0.0
        self._on_their_way: dict[int, float] = {}
        self._arrived: deque[float] = deque()
        self._count = 0

    def take(self, deadline: float | None) -> float | None:
        """Seconds until the next place, which is the caller's now; None, and nobody's, where it comes too late."""
        now = time.monotonic()
        at = max(now, self._next)
        if deadline is not None and at > deadline:
            return None
        self._next = at + self._apart
        return at - now

    def too_soon(self) -> float:
        """Seconds to wait once more; 0 for whoever may go now."""
        now = time.monotonic()
        while self._arrived and now - self._arrived[0] > A_SECOND:
            self._arrived.popleft()
        for number in [number for number, left in self._on_their_way.items() if now - left > _LOST]:
            del self._on_their_way[number]
        if len(self._arrived) + len(self._on_their_way) < self._most:
            return 0.0
        return max(self._apart, self._arrived[0] + A_SECOND - now) if self._arrived else self._apart

    def leaves(self) -> int:
        """A message leaves; the number to name at `arrives`."""
        self._count += 1
        self._on_their_way[self._count] = time.monotonic()
        return self._count

    def arrives(self, number: int) -> None:
        """Telegram has answered, or never will."""
        if self._on_their_way.pop(number, None) is not None:
            self._arrived.append(time.monotonic())
