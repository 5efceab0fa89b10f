"""Whether a process lives and whether it is ready: named checks, asked by probes and by the watchdog."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

Check = Callable[[], str | None]
"""None where all is well, otherwise what is wrong, without personal data. May be called from any thread."""


@dataclass
class Vitals:
    """A process's checks, by name.

    Attributes:
        live: one that fails is mended by a restart and by nothing else.
        ready: what the process needs to do its work; it may be elsewhere.
    """

    live: dict[str, Check] = field(default_factory=dict)
    ready: dict[str, Check] = field(default_factory=dict)


def examine(checks: Mapping[str, Check]) -> dict[str, str]:
    """What is wrong, by check; empty where all is well."""
    return {name: wrong for name, check in checks.items() if (wrong := _ask(check)) is not None}


def _ask(check: Check) -> str | None:
    try:
        return check()
    except Exception as error:
        return type(error).__name__


class Pulse:
    """When something last moved. Beats cost next to nothing and may come from any thread."""

    def __init__(self) -> None:
        self._beat_at: float | None = None

    def beat(self) -> None:
        """It moves."""
        self._beat_at = time.monotonic()

    @property
    def age(self) -> float | None:
        """Seconds since the last beat; None before the first."""
        beat_at = self._beat_at
        return None if beat_at is None else time.monotonic() - beat_at

    def stopped_for(self, limit: timedelta) -> Check:
        """A check that fails once nothing has moved for so long; what has not begun is not late."""

        def check() -> str | None:
            age = self.age
            return f"has not moved for {age:.0f} s" if age is not None and age > limit.total_seconds() else None

        return check
