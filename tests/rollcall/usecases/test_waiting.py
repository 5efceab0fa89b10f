"""What waits for a teacher's word in a class is found, and nothing of another class."""

from __future__ import annotations

from pathlib import Path

from rollcall.domain.attendance import Status
from rollcall.sealing.seal import Keyring
from rollcall.storage import people, rosters
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import SchoolClass
from rollcall.usecases import absences, appeals, join_requests
from rollcall.usecases.waiting import waiting
from tests.bot.school import MARIA, found


async def test_all_that_waits_is_found_until_it_is_answered(tmp_path: Path, keyring: Keyring) -> None:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite3'}", keyring)
    await migrate(database)
    await found(database)
    with database.session() as session:
        maria = people.find_person(session, MARIA)
        assert maria
        now = session.get_one(SchoolClass, 1).created_at
        rosters.add_line(session, session.get_one(SchoolClass, 1), "Новиков Ян", maria, now)
        one = waiting(session, 1)
        assert [joiner.name for joiner in one.joiners] == ["Яна Ян"]
        assert [name for _, name in one.lines] == ["Новиков Ян"]
        assert [(absence.name, absence.reason) for absence in one.absences] == [("Анна Ан", "family")]
        assert [(appeal.name, appeal.lesson_id, appeal.status) for appeal in one.appeals] == [("Анна Ан", 1, None)]
        assert one.voices == 2, "one to confirm in a lesson, one that was recorded"
        assert one.total == 5
        assert waiting(session, 2).total == 0
        join_requests.decide(session, maria, keyring, 1, 1, now, accepted=False)
        absences.decide(session, maria, 1, excused=True, anew=False, now=now)
        appeals.decide(session, maria, 1, Status.PRESENT, now)
        session.flush()
        left = waiting(session, 1)
        assert (left.joiners, left.absences, left.appeals) == ([], [], [])
    await database.close()
