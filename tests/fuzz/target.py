"""What is fuzzed: seeds, a mutation, and a check that any input must pass."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Check = Callable[[bytes], None]
"""Raises where an input does what no input may do. What the product refuses in its own words is no finding."""

Mutate = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Target:
    """One way for hostile bytes into the product.

    Attributes:
        seeds: ordinary inputs, from which the mutations start.
        inputs: how many of them `make fuzz` tries if not told otherwise.
        limit: seconds that one input may take.
        mutate: follows every second mutation of the fuzzer's own, with knowledge of the format; None for text and such.
        longest: bytes of an input.
        waits: whether the time is mostly another process's, so that the wall's clock counts and not the processor's.
    """

    check: Check
    seeds: Sequence[bytes]
    inputs: int
    limit: float = 1.0
    mutate: Mutate | None = None
    longest: int = 8192
    waits: bool = False
