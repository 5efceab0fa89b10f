"""Numbers in callback data that are no row of ours, on both databases: PostgreSQL refuses what fits no column."""

from pathlib import Path

import pytest

from rollcall.domain.permissions import ADMINS, PERMISSIONS, THE_STUDENT, Target
from rollcall.storage.database import Database
from rollcall.texts import texts_in
from tests.bot.door import changed, open_door, rows_of
from tests.bot.school import ADMIN, MARIA, found, people_on

NUMBERS = (0, 2**31 - 1, 2**31, 2**63, int("9" * 40))
WITH_NUMBERS = set(Target) - {Target.NONE, Target.INVITE}
TAILS = {
    "review": ":yes", "claim": ":no", "report": ":all", "open": ":20", "longer": ":60",
    "export": ":all", "export-back": ":all", "export-as": ":all:csv", "export-lesson-as": ":csv",
    "lessons": ":0", "set": ":late:5", "lesson-merge-yes": ":2",
    "roster": ":1:take", "students": ":0", "student": ":1", "student-name": ":1", "student-out": ":1",
    "student-out-yes": ":1", "student-back": ":1", "student-merge": ":1:0", "student-into": ":1:2",
    "student-into-yes": ":1:2", "student-move": ":1:0",
    "student-to": ":1:2", "student-to-yes": ":1:2",
    "student-free": ":1", "student-free-yes": ":1:ask",
    "joiner": ":1:new", "joiner-lines": ":1:0", "joiner-line": ":1:2", "alike": ":1:out",
    "staff-link": ":good", "staff-revoke": ":0123456789abcdef", "staff-one": ":1", "staff-out": ":1",
    "staff-give": ":1", "staff-owner": ":1:go",
    "mark": ":1", "marks": ":0", "mark-set": ":1:late", "mark-why": ":1", "mark-excuse": ":1:illness",
    "mark-undo": ":1:1", "rest": ":present", "rest-yes": ":excused", "rest-undo": ":0123456789abcdef",
    "sheet": ":1", "sheet-file": ":1", "mute": ":yes", "calls": ":off",
    "absence": ":yes", "appealed": ":late",
    "any-one": ":1", "any-owner": ":1", "any-out": ":1", "appoint": ":0", "appoint-yes": ":1",
}  # fmt: skip


async def test_a_number_that_is_no_row_gets_one_line_and_changes_nothing(
    database: Database, tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.pace.OVERALL", 10_000)
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    monkeypatch.setattr("bot.gate.spend", lambda *_: None)
    await found(database)
    before = await rows_of(database)
    url = f"sqlite:///{tmp_path / 'unused.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN})) as door:
        await door.services.database.close()
        door.use(database)
        people = people_on(door.telegram)
        for row in PERMISSIONS.values():
            if row.target in WITH_NUMBERS:
                by_admin = row.target is Target.PERSON or row.roles == ADMINS
                person = people[ADMIN if by_admin else MARIA]
                gone = "teacher-gone" if row.target is Target.PERSON else "class-not-yours"
                if row.roles == ADMINS and row.target is Target.CLASS:
                    gone = "class-not-there"
                if row.roles == THE_STUDENT:
                    gone = "here-closed" if row.target is Target.LESSON else "join-first"
                for number in NUMBERS:
                    name = row.action.removeprefix("button:")
                    data = f"{name}:{number}{TAILS.get(name, '')}"
                    assert await door.press(person, data) == [texts_in("ru")(gone)], data
    assert changed(before, await rows_of(database)) == set()
