"""Faults that no test notices because they change nothing that anybody could: why, one by one.

Each under its module and its name, as the table of `make mutate` gives it.
"""

from __future__ import annotations

EXPLAINED: dict[str, dict[str, str]] = {}
