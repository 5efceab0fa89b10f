"""Processor time, by who spends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

CROWD = "crowd"
"""The local Telegram, everyone on it, and who watches: what the measuring itself takes from the machine."""


@dataclass(frozen=True)
class Cost:
    """What each kind of process spends: ``bot``, ``worker``, … and `CROWD`.

    Attributes:
        at_load: milliseconds a note while all send, whatever else they do meanwhile included.
        alone: milliseconds a note that is sent while nothing else happens, beyond what quiet costs.
        quiet: milliseconds a second while nobody sends.
    """

    at_load: dict[str, float]
    alone: dict[str, float]
    quiet: dict[str, float]


def by_kind(seconds: Mapping[str, float]) -> dict[str, float]:
    """Processes of one kind, such as ``bot 1`` and ``bot 2``, taken together."""
    found: dict[str, float] = defaultdict(float)
    for name, used in seconds.items():
        found[name.partition(" ")[0]] += used
    return dict(found)


def spent(before: Mapping[str, float], after: Mapping[str, float], among: float) -> dict[str, float]:
    """Milliseconds for each of so many, by kind; both readings are seconds by process."""
    first, last = by_kind(before), by_kind(after)
    return {kind: 1000 * (last[kind] - first[kind]) / among for kind in last}
