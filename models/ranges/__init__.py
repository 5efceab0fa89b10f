"""How far values reach in a network: measured on speech by `evaluation.ranges`, shipped for `models.quantize`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

Ranges = Mapping[str, tuple[float, float]]
"""The least and the greatest value of a tensor, by its name in the graph."""


def has_ranges(weight_hash: str) -> bool:
    """Whether they were measured with these weights."""
    return _file(weight_hash).is_file()


def ranges_of(weight_hash: str) -> Ranges | None:
    """The ranges measured with these weights, or None where nobody has measured them."""
    if not has_ranges(weight_hash):
        return None
    return {name: (low, high) for name, (low, high) in json.loads(_file(weight_hash).read_text("utf-8")).items()}


def _file(weight_hash: str) -> Traversable:
    return resources.files(__name__) / f"{weight_hash[:16]}.json"
