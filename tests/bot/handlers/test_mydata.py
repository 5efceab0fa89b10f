"""/mydata: what is in the file is said in words, whatever is kept of somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rollcall.texts import texts_in
from tests.bot.door import Door, open_door
from tests.bot.school import ANNA, found, people_on

T = texts_in("ru")


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str) -> AsyncIterator[Door]:
    url = f"sqlite:///{tmp_path / 'mydata.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset(), speaker_model="dummy") as door:
        await found(door.services.database)
        yield door


async def test_a_message_says_what_the_file_holds_and_passes_over_what_is_empty(door: Door) -> None:
    (parts, _caption) = await door.ask(people_on(door.telegram)[ANNA], "/mydata")
    lines = parts.splitlines()
    assert lines[0] == T("mydata-parts")
    assert "• classes — классы, в которых вы состоите или состояли: 1" in lines
    assert not any("kept_recordings" in line for line in lines)
