"""How often one person may do something: so generous that people never notice, so strict that no account floods us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """So many at once, and one more after every ``every``.

    It is kept as one moment, the generic cell rate algorithm of ITU-T I.371: when the person will have the whole burst
    again.
    """

    name: str
    burst: int
    every: timedelta

    @property
    def refill(self) -> timedelta:
        """How long an empty allowance takes to be whole again."""
        return self.burst * self.every

    def take(self, whole_at: datetime | None, now: datetime) -> datetime | timedelta:
        """When the allowance will be whole again after one more; or, where there is none, the wait for the next."""
        spent_until = max(self._sane(whole_at, now), now) + self.every
        too_much = spent_until - now - self.refill
        return too_much if too_much > timedelta() else spent_until

    def recovered(self, whole_at: datetime, now: datetime) -> bool:
        """Whether half of the burst is there again: a later refusal is another occasion, and told anew."""
        return self._sane(whole_at, now) - now <= self.refill / 2

    def _sane(self, whole_at: datetime | None, now: datetime) -> datetime:
        # Farther away than a whole refill it cannot be, unless a clock was set back: nobody is to wait for that.
        return now if whole_at is None or whole_at - now > self.refill else whole_at


MESSAGES = Limit("messages", 300, timedelta(seconds=0.5))
"""Commands, texts, buttons: a person taps once a second at the very most, and not for minutes."""
NOTES = Limit("notes", 100, timedelta(seconds=10))
"""Voice notes: a hundred wait in the queue for seconds; six a minute are more than anyone records for long."""
REPORTS = Limit("reports", 40, timedelta(seconds=5))
"""A report costs about a second of a processor."""
GUESSES = Limit("guesses", 10, timedelta(minutes=6))
"""Links that lead nowhere. A right one costs nothing."""
LIMITS = (MESSAGES, NOTES, REPORTS, GUESSES)
