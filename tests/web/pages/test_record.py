"""What is changed on a page is on record as it would be had it been changed in the chat."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from rollcall.config.settings import Settings
from rollcall.storage.database import Database
from tests.bot.door import open_door
from tests.bot.school import ADMIN, MARIA, a_colleague_joins, found, people_on
from tests.web.school import Pages
from web.app import build

CHANGES: tuple[tuple[int, str, dict[str, str], str], ...] = (
    (MARIA, "/lessons/1/marks/5", {"status": "late"}, "mark-set:1:5:late"),
    (MARIA, "/lessons/1/marks/5/excuse", {"reason": "illness"}, "mark-excuse:1:5:illness"),
    (MARIA, "/lessons/1/rest", {"status": "present"}, "rest-yes:1:present"),
    (MARIA, "/lessons/1/longer", {"minutes": "90"}, "longer:1:90"),
    (MARIA, "/lessons/1/close", {}, "close-now:1"),
    (MARIA, "/lessons/1/delete", {}, "lesson-delete-yes:1"),
    (MARIA, "/lessons/1/exports", {"form": "csv"}, "export-lesson-as:1:csv"),
    (MARIA, "/classes/1/exports", {"form": "csv", "period": "all"}, "export-as:1:all:csv"),
    (MARIA, "/classes/1/students/5/file", {}, "sheet-file:1:5"),
    (MARIA, "/classes/1/students/5/out", {}, "student-out-yes:1:5"),
    (MARIA, "/classes/1/list/1/take", {}, "roster:1:1:take"),
    (MARIA, "/classes/1/joiners/1", {"answer": "new"}, "joiner:1:1:new"),
    (MARIA, "/absences/1", {"answer": "excuse"}, "absence:1:yes"),
    (MARIA, "/appeals/1", {"answer": "present"}, "appealed:1:present"),
    (MARIA, "/reviews/1", {"answer": "yes"}, "review:1:yes"),
    (MARIA, "/claims/1", {"answer": "no"}, "claim:1:no"),
    (MARIA, "/classes/1/link", {}, "newlink:1"),
    (MARIA, "/classes/1/link/end", {}, "endlink:1"),
    (MARIA, "/classes/1/settings", {"what": "late", "value": "5"}, "set:1:late:5"),
    (MARIA, "/classes/1/timetable/term/remove", {}, "timetable:1:unterm"),
    (MARIA, "/classes/1/staff/7/out", {}, "staff-out:1:7"),
    (MARIA, "/classes/1/staff/7/owner", {"how": "stay"}, "staff-owner:1:7:stay"),
    (MARIA, "/classes/1/staff/revoke", {"invite": "cd" * 8}, "staff-revoke:1:" + "cd" * 8),
    (MARIA, "/classes/1/archive", {}, "archive-yes:1"),
    (ADMIN, "/all-classes/1/appoint", {"person": "3"}, "appoint-yes:1:3"),
    (ADMIN, "/all-classes/1/teachers/7/owner", {}, "any-owner:1:7"),
    (ADMIN, "/all-classes/1/teachers/2/out", {}, "any-out:1:2"),
    (ADMIN, "/teachers/3/end", {}, "unteach-yes:3"),
    (ADMIN, f"/invites/{'ab' * 8}/revoke", {}, "uninvite:" + "ab" * 8),
)
"""Who, the form, and the button that does the same."""


def records(file: Path, after: int) -> list[tuple[object, ...]]:
    """What was put on record after so many records, each with the accounts behind its pseudonyms."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        behind = {
            str(one.pseudonym): one.telegram_id for one in connection.execute(text("SELECT * FROM audit_pseudonyms"))
        }
        rows = connection.execute(
            text("SELECT * FROM audit_records WHERE sequence > :after ORDER BY sequence"), {"after": after}
        )
        found = [
            (
                behind.get(row.actor, row.actor),
                row.action,
                row.object,
                _drawn(behind.get(row.subject, row.subject)),
                json.loads(row.details),
            )
            for row in rows
        ]
    engine.dispose()
    return [one for one in found if "device" not in str(one[1]) and "batch" not in str(one)]


def _drawn(account: object) -> object:
    """A line of a list has a number that is drawn."""
    return "a line" if isinstance(account, int) and account < 0 else account


def last(file: Path) -> int:
    """How many records there are."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        number = connection.execute(text("SELECT COALESCE(MAX(sequence), 0) FROM audit_records")).scalar_one()
    engine.dispose()
    return int(number)


@pytest.mark.parametrize("several", [0, 1, 2])
async def test_a_form_leaves_the_record_that_the_button_leaves(tmp_path: Path, valkey_url: str, several: int) -> None:
    founded, file = tmp_path / "founded.sqlite3", tmp_path / "school.sqlite3"
    url = f"sqlite:///{file}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
        await found(door.services.database)
        await a_colleague_joins(door.services.database)
        await door.services.database.close()
        shutil.copy(file, founded)
        keyring, people = door.services.keyring, people_on(door.telegram)
        settings = Settings(
            data_dir=tmp_path, database_url=url, redis_url=valkey_url, admins=frozenset({ADMIN}), _env_file=None
        )
        for who, path, fields, button in CHANGES[several::3]:
            shutil.copy(founded, file)
            database = Database(url, keyring)
            app = build(settings, keyring, database)
            guest = await Pages(app, database).enter(who)
            before = last(file)
            assert (await guest.submit(path, **fields)).status_code == 200, path
            by_form = records(file, before)
            await app.state.site.outside.close()
            await database.close()
            shutil.copy(founded, file)
            door.use(Database(url, keyring))
            before = last(file)
            await door.press(people[who], button)
            await door.services.database.close()
            assert by_form == records(file, before), path
            assert by_form, path
