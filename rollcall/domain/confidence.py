"""How sure we are, in words people trust: whole percents that never claim certainty."""

from __future__ import annotations

import math


def percent(confidence: float) -> int:
    """A posterior in [0, 1] as whole percent: rounded down, 99 at most, for no voice is ever proof."""
    # The small term keeps 0.29 at 29: in binary, 0.29 * 100 is a hair below it.
    return max(0, min(99, math.floor(confidence * 100 + 1e-9)))
