"""How the bot tries again: ever more seldom, and never in step with others who try again."""

from __future__ import annotations

import random


class Backoff:
    """Waits between tries, in seconds: doubled each time up to a most, each drawn from the upper half of that.

    Drawn, because all who met one fault would otherwise come back at one moment.
    """

    def __init__(self, first: float, most: float) -> None:
        self._next = first
        self._most = most

    def wait(self) -> float:
        """How long to wait before the next try."""
        wait = self._next * random.uniform(0.5, 1.0)
        self._next = min(self._next * 2, self._most)
        return wait
