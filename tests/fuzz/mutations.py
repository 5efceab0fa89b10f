"""Mutations that know a format: bytes at random rarely get past a checksum or a brace."""

from __future__ import annotations

import json
import random
import struct
from typing import Any

from worker.audio.ogg import page_checksum

_ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 10**30, 1e308, float("nan"), float("inf"), "", "0", "NaN", "\0", "\ud800",
    "\u202e",
    "a\nb", "=1+1", "A" * 5000, "٣", "-1", [], {}, [[]], {"": ""}, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z",
    "2026-01-01T00:00:00", "AAAA", "====",
)  # fmt: skip


def json_values(data: bytes, chance: random.Random) -> bytes:
    """Replace, drop, add or copy a value somewhere in a JSON document; anything else is left as it is."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return data
    for _ in range(chance.randint(1, 3)):
        document = _changed(document, chance)
    return json.dumps(document).encode()


def _changed(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        how = chance.random()
        if how < 0.1:
            return {name: inner for name, inner in value.items() if name != key}
        if how < 0.2:
            return {**value, chance.choice([*value, "extra", ""]): value[key]}
        return {**value, key: _changed(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        index = chance.randrange(len(value))
        return [*value[:index], _changed(value[index], chance), *value[index + chance.randint(0, 1) :]]
    return chance.choice(_ODD_VALUES)


def ogg_pages(data: bytes, chance: random.Random) -> bytes:
    """Repeat, drop, swap or bend pages of an Ogg file, and give each the checksum that it must have."""
    pages = [bytearray(b"OggS" + rest) for rest in data.split(b"OggS")[1:]]
    if not pages:
        return data
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(pages))
        how = chance.randrange(6)
        if how == 0:
            pages.insert(at, bytearray(pages[chance.randrange(len(pages))]))
        elif how == 1 and len(pages) > 1:
            del pages[at]
        elif how == 2 and len(pages[at]) > 27:
            field, value = chance.choice(((5, 1), (6, 8), (14, 4), (26, 1)))
            pages[at][field : field + value] = chance.randbytes(value)
        elif how == 3:
            pages[at][6:14] = struct.pack("<q", chance.choice((-1, 0, 1, 48_000 * 3600 * 5, 2**63 - 1, -(2**63))))
        else:
            place = chance.randrange(4, max(5, len(pages[at])))
            pages[at][place : place + 1] = chance.randbytes(chance.choice((1, 1, 1, 2)))
    return b"".join(_sealed(page) for page in pages)


def _sealed(page: bytearray) -> bytes:
    """With right lengths where only the end is missing, and with the right checksum."""
    if len(page) < 27:
        return bytes(page)
    page[22:26] = struct.pack("<I", page_checksum(bytes(page), 0, len(page)))
    return bytes(page)
