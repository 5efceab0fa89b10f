"""How often somebody may look, counted in this process: in the database it would cost more than the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rollcall.domain.limits import Limit

_MOST = 10_000
"""Of whom we count at a time; beyond that all begin anew."""


class Rates:
    """What everybody has left of the limits."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._whole_at: dict[tuple[str, str], datetime] = {}

    def spend(self, who: str, limit: Limit) -> timedelta | None:
        """Count one; how long to wait for it where it is too much."""
        key, now = (who, limit.name), self._now()
        taken = limit.take(self._whole_at.get(key), now)
        if isinstance(taken, timedelta):
            return taken
        if len(self._whole_at) >= _MOST:
            self._whole_at = {one: at for one, at in self._whole_at.items() if at > now}
        if len(self._whole_at) >= _MOST:
            self._whole_at.clear()
        self._whole_at[key] = taken
        return None
