"""Durations as people write them: ``30s``, ``5m``, ``1h30m``, ``7d``, or ``00:05:00``."""

from __future__ import annotations

import re
from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PARTS = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])[a-z]*\s*", re.IGNORECASE)
_LONGEST = 1_000_000 * _SECONDS["d"]


def parse(text: str) -> timedelta | None:
    """The duration, or None where the text is not one in letters; ISO 8601 and clock time are for others to read."""
    seconds, end = 0.0, 0
    for part in _PARTS.finditer(text):
        if part.start() != end:
            return None
        seconds, end = seconds + float(part[1]) * _SECONDS[part[2].lower()], part.end()
    return timedelta(seconds=seconds) if text and end == len(text) and seconds <= _LONGEST else None
