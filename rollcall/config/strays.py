"""Settings that nobody reads: a slip of the pen, told with what was probably meant."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from dotenv import dotenv_values

from rollcall.config.settings import ENV_FILE, Settings

_PREFIX = "ROLLCALL_"
_OF_OTHERS = re.compile(r"ROLLCALL_TEST_|ROLLCALL_UP$|.*_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP))")
"""Our tests' own, our processes' word to each other, and what Kubernetes tells containers of the services around."""
_ALMOST = 0.85


def strays(settings: Settings) -> list[str]:
    """Each one in words: where it is, and the nearest setting that there is."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    return [_told(name, place, known) for name, place in _named(settings, known)]


def _named(settings: Settings, known: set[str]) -> Iterator[tuple[str, str]]:
    yield from ((name, "") for name in _unknown(os.environ, known))
    if Path(ENV_FILE).is_file():
        written = dotenv_values(ENV_FILE, encoding="utf-8-sig")
        for name in written:
            # In .env there are settings of compose too; only what almost is one of ours is told without our prefix.
            if name.upper().startswith(_PREFIX):
                yield from ((each, f" in {ENV_FILE}") for each in _unknown([name], known) if each not in os.environ)
            elif difflib.get_close_matches(name.upper(), known, 1, _ALMOST):
                yield name, f" in {ENV_FILE}"
    if settings.secrets_dir.is_dir():
        names = [path.name for path in sorted(settings.secrets_dir.iterdir())]
        yield from ((name, f" in {settings.secrets_dir}") for name in _unknown(names, known))


def _unknown(names: Iterable[str], known: set[str]) -> list[str]:
    return [
        name for name in names
        if name.upper().startswith(_PREFIX) and name.upper() not in known and not _OF_OTHERS.match(name.upper())
    ]  # fmt: skip


def _told(name: str, place: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name.upper(), known, 1)
    return f"{name}{place}" + (f" (did you mean {near[0]}?)" if near else "")
