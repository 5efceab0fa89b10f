"""The pages at a school (`tests.web.school`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rollcall.sealing.seal import Keyring
from tests.bot.school import ADMIN
from tests.web.school import Pages, open_pages


@pytest.fixture
async def pages(tmp_path: Path, keyring: Keyring) -> AsyncIterator[Pages]:
    """The pages, of a school with an admin."""
    async with open_pages(tmp_path, keyring, admins=frozenset({ADMIN})) as pages:
        yield pages
