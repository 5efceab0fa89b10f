"""Which Rollcall this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """The installed version."""
    return metadata.version("rollcall")
