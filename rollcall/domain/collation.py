"""The order of names as people expect it: by the Unicode Collation Algorithm (UTS 10), whatever the script.

Ё is among Е, small letters beside their capitals, accents and hyphens where a dictionary has them.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyuca import Collator


@lru_cache(maxsize=5_000)
def sort_key(name: str) -> tuple[int, ...]:
    """What to sort a name by. Of the names that are listed again and again, as on boards, it is remembered."""
    key: tuple[int, ...] = _collator().sort_key(name)
    return key


@cache
def _collator() -> Collator:
    # At first use: its table takes about 0.3 s and 12 MB, and most processes list no names.
    from pyuca import Collator

    return Collator()
