"""Numbers in callback data that are no row of ours, on both databases: PostgreSQL refuses what fits no column."""

from pathlib import Path

import pytest

from rollcall.domain.permissions import PERMISSIONS, THE_STUDENT, Target
from rollcall.storage.database import Database
from rollcall.texts import texts_in
from tests.bot.door import changed, open_door, rows_of
from tests.bot.school import ADMIN, MARIA, found, people_on

NUMBERS = (0, 99_999, 2**31 - 1, 2**31, 2**63, int("9" * 40))
WITH_NUMBERS = {Target.CLASS, Target.LESSON, Target.REVIEW, Target.CLAIM, Target.PERSON}
TAILS = {
    "button:review": ":yes", "button:claim": ":no", "button:report": ":all", "button:open": ":20",
    "button:export": ":all", "button:export-back": ":all", "button:export-as": ":all:csv",
    "button:alike": ":1:out", "button:longer": ":60",
    "button:lessons": ":0", "button:set": ":late:5", "button:lesson-merge-yes": ":2",
}  # fmt: skip


async def test_a_number_that_is_no_row_gets_one_line_and_changes_nothing(
    database: Database, tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.pace._OVERALL", 10_000)
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    await found(database)
    before = await rows_of(database)
    url = f"sqlite:///{tmp_path / 'unused.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN})) as door:
        await door.services.database.close()
        door.use(database)
        people = people_on(door.telegram)
        for row in PERMISSIONS.values():
            if row.target in WITH_NUMBERS:
                person = people[ADMIN if row.target is Target.PERSON else MARIA]
                gone = "class-not-yours" if row.roles != THE_STUDENT else "here-closed"
                gone = "teacher-gone" if row.target is Target.PERSON else gone
                for number in NUMBERS:
                    data = f"{row.action.removeprefix('button:')}:{number}{TAILS.get(row.action, '')}"
                    assert await door.press(person, data) == [texts_in("ru")(gone)], data
    assert changed(before, await rows_of(database)) == set()
