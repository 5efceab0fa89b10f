"""Nothing is kept for longer than the settings say, and nothing is lost before."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.domain.verdict import Reason
from rollcall.storage import chores, classes, inbox, lessons, people, recordings, teaching
from rollcall.storage.audit_tables import AuditPseudonym
from rollcall.storage.database import Database
from rollcall.storage.holder import Holder
from rollcall.storage.tables import (
    Attempt,
    Attendance,
    Consent,
    Conversation,
    EnrolmentNote,
    Erasure,
    IncomingUpdate,
    KeptRecording,
    Lesson,
    Person,
    SchoolClass,
    StoredVoiceprint,
    Table,
)
from rollcall.usecases import erasure, retention
from rollcall.usecases.erasure import Kind
from rollcall.usecases.retention import Periods
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

DAY = timedelta(days=1)
PERIODS = Periods.of(Settings(_env_file=None))

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Where the other database does nothing of its own."""


async def swept(school: School, at: datetime) -> dict[str, int]:
    found = await retention.sweep(school.database, PERIODS, at)
    return {name: count for name, count in found.items() if count}


def count(session: Session, table: type[Table]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


async def enrol(school: School, who: int, notes: int = 3) -> None:
    await school.begin_enrolment(who, f"e{who}")
    for number in range(notes):
        note = await school.note(who, enrolment=f"e{who}")
        voice = np.array([1, 0, 0] if who == ANNA else [0, 1, 0], np.float32)
        print_ = np.random.default_rng(who * 10 + number).bytes(400)
        async with school.database.session() as session:
            result = school.result(note, reason=Reason.GOOD_NOTE, voice=voice, print_=print_)
            await session.run_sync(apply_result, school.keyring, result.model_copy(update={"score": 0.8}), NINE)


async def check_in(school: School) -> str:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    async with school.database.session() as session:
        result = school.result(note, print_=np.random.default_rng(7).bytes(400)).model_copy(update={"score": 0.8})
        await session.run_sync(apply_result, school.keyring, result, NINE)
    await school.close(lesson)
    return note


async def test_a_notes_details_go_first_and_its_check_values_later_but_the_mark_stays(school: School) -> None:
    note = await check_in(school)
    assert await swept(school, NINE + 90 * DAY) == {}
    assert await swept(school, NINE + 91 * DAY) == {"details": 1}
    async with school.database.session() as session:
        attempt = await session.get_one(Attempt, note)
        assert (attempt.file_id, attempt.score, attempt.confidence, attempt.quality) == ("", None, None, {})
        assert attempt.fingerprint is not None
        assert attempt.reason is Reason.MATCH
    assert await swept(school, NINE + 366 * DAY) == {"check_values": 1}
    assert await swept(school, NINE + 367 * DAY) == {}, "done once"
    async with school.database.session() as session:
        attempt = await session.get_one(Attempt, note)
        assert (attempt.fingerprint, attempt.content_hash, attempt.file_unique_id) == (None, None, "")
        mark = await session.get_one(Attendance, (attempt.lesson_id, attempt.person_id))
        assert mark.confidence == pytest.approx(0.97)


@on_sqlite
async def test_however_much_there_is_no_transaction_changes_more_than_a_little(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    await enrol(school, ANNA)
    await enrol(school, BORIS, notes=2)
    changed: list[int] = []
    remove = retention._REMOVED["details"]

    def counted(*args: Any) -> int:
        changed.append(remove(*args))
        return changed[-1]

    monkeypatch.setitem(retention._REMOVED, "details", counted)
    assert (await swept(school, NINE + 91 * DAY))["details"] == 5
    assert changed == [2, 2, 1, 0]


@on_sqlite
async def test_kept_recordings_go_after_their_time(school: School) -> None:
    async with school.database.session() as session:
        await session.run_sync(recordings.keep, school.keyring, school.ids[ANNA], {"r": b"OggS"}, NINE)
    assert await swept(school, NINE + 365 * DAY) == {}
    assert await swept(school, NINE + 366 * DAY) == {"recordings": 1}
    async with school.database.session() as session:
        assert await session.run_sync(count, KeptRecording) == 0


@on_sqlite
async def test_an_enrolment_that_was_left_is_dropped_and_one_that_was_finished_is_not(school: School) -> None:
    await enrol(school, ANNA)
    await enrol(school, BORIS, notes=2)
    assert await swept(school, NINE + 8 * DAY) == {"unfinished_enrolments": 2}
    async with school.database.session() as session:
        owners = set(await session.scalars(select(EnrolmentNote.person_id)))
    assert owners == {school.ids[ANNA]}


async def test_a_voice_that_is_not_used_is_found_after_half_a_year(school: School) -> None:
    await enrol(school, ANNA)
    await enrol(school, BORIS)
    async with school.database.session() as session:
        await session.execute(
            update(Attempt).where(Attempt.person_id == school.ids[BORIS]).values(received_at=NINE + 100 * DAY)
        )
        assert await session.run_sync(retention.unused_voices, PERIODS, NINE + 180 * DAY) == []
        found = await session.run_sync(retention.unused_voices, PERIODS, NINE + 181 * DAY)
    assert list(found) == [school.ids[ANNA]]


async def test_an_archived_class_goes_with_its_lessons_and_leaves_its_students_over(school: School) -> None:
    await check_in(school)
    async with school.database.session() as session:
        (await session.get_one(SchoolClass, school.class_id)).archived_at = NINE + DAY
    assert "classes" not in await swept(school, NINE + 366 * DAY)
    assert (await swept(school, NINE + 367 * DAY))["classes"] == 1
    async with school.database.session() as session:
        for table in (SchoolClass, Lesson, Attendance, Attempt):
            assert await session.run_sync(count, table) == 0, table
        left = await session.run_sync(retention.left_over, PERIODS, NINE + 367 * DAY)
        assert set(left) == set(school.ids.values())
        for person_id in left:
            person = await session.get_one(Person, person_id)
            await session.run_sync(erasure.erase_everything, person, f"r{person_id}", Kind.LEFT_OVER, NINE + 367 * DAY)
    async with school.database.session() as session:
        assert [one.full_name for one in await session.scalars(select(Person))] == ["Мария Ивановна"]


async def test_whoever_never_answered_our_question_is_forgotten_after_a_day(school: School) -> None:
    async with school.database.session() as session:
        await session.run_sync(people.give_consent, 999, "1", "ru", NINE)
        await session.run_sync(people.set_step, 999, "name", {"class_id": 1}, NINE)
        await session.run_sync(people.give_consent, ANNA, "1", "ru", NINE)
        await session.run_sync(people.set_step, ANNA, "", {}, NINE)
    assert await swept(school, NINE + DAY) == {}
    assert await swept(school, NINE + 2 * DAY) == {"unanswered": 1}
    async with school.database.session() as session:
        assert set(await session.scalars(select(Conversation.telegram_id))) == {ANNA}
        assert set(await session.scalars(select(Consent.telegram_id))) == {ANNA}


@on_sqlite
async def test_withdrawn_agreements_and_receipts_stay_three_years_as_a_proof(school: School) -> None:
    async with school.database.session() as session:
        await session.run_sync(people.give_consent, ANNA, "1", "ru", NINE)
        person = await session.get_one(Person, school.ids[ANNA])
        await session.run_sync(erasure.erase_voice, person, "r", Kind.VOICE, NINE)
        await session.run_sync(people.give_consent, ANNA, "1", "ru", NINE + DAY)
    assert await swept(school, NINE + 1095 * DAY) == {}
    assert await swept(school, NINE + 1096 * DAY) == {"agreements": 1, "receipts": 1}
    async with school.database.session() as session:
        assert await session.run_sync(people.has_consent, ANNA), "one that holds stays"


@on_sqlite
async def test_handled_updates_are_forgotten_after_two_days(school: School) -> None:
    async with school.database.session() as session:
        holder = Holder.this_process()
        digest = await session.run_sync(inbox.accept, 1, "{}", holder, NINE)
        assert digest
        await session.run_sync(inbox.handled, [digest], NINE)
    await swept(school, NINE + 2 * DAY)
    async with school.database.session() as session:
        assert await session.run_sync(count, IncomingUpdate) == 1
    await swept(school, NINE + 3 * DAY)
    async with school.database.session() as session:
        assert await session.run_sync(count, IncomingUpdate) == 0


async def test_a_chore_is_done_by_one_bot_and_again_when_it_is_due(database: Database) -> None:
    async def take(at: datetime) -> bool:
        async with database.session() as session:
            return await session.run_sync(chores.take, "sweep", at)

    assert await take(NINE)
    assert not await take(NINE), "another bot is at it"
    assert await take(NINE + timedelta(minutes=11)), "that bot was stopped"
    async with database.session() as session:
        await session.run_sync(chores.done, "sweep", NINE + DAY)
    assert not await take(NINE + DAY - timedelta(seconds=1))
    assert await take(NINE + DAY)


@on_sqlite
async def test_someone_who_teaches_keeps_their_class_when_they_leave_as_a_student(school: School) -> None:
    async with school.database.session() as session:
        teacher = await session.run_sync(people.find_person, 100)
        anna = await session.run_sync(people.find_person, ANNA)
        assert teacher
        assert anna
        anna.is_teacher = True
        own = await session.run_sync(classes.create_class, anna, "Своя", "UTC", NINE)
        await session.run_sync(lessons.open_lesson, own.id, anna, NINE, DAY, DAY)
    await check_in(school)
    async with school.database.session() as session:
        anna = await session.get_one(Person, school.ids[ANNA])
        await session.run_sync(erasure.erase_everything, anna, "r", Kind.EVERYTHING, NINE)
    async with school.database.session() as session:
        anna = await session.get_one(Person, school.ids[ANNA])
        assert [one.title for one in await session.run_sync(teaching.taught_classes, anna, NINE)] == ["Своя"]
        assert await session.run_sync(classes.attended_classes, anna) == []
        assert await session.run_sync(count, Lesson) == 2
        assert await session.run_sync(count, Attendance) == 1, "Boris's"


@on_sqlite
async def test_lessons_outlive_who_opened_them_and_may_no_longer_teach(school: School) -> None:
    async with school.database.session() as session:
        anna = await session.run_sync(people.find_person, ANNA)
        assert anna
        anna.is_teacher = True
        own = await session.run_sync(classes.create_class, anna, "Своя", "UTC", NINE)
        await session.run_sync(lessons.open_lesson, own.id, anna, NINE, DAY, DAY)
        anna.is_teacher = False
        before = await session.run_sync(count, Lesson)
        await session.run_sync(erasure.erase_everything, anna, "r", Kind.EVERYTHING, NINE)
    async with school.database.session() as session:
        assert await session.run_sync(count, Lesson) == before


@on_sqlite
async def test_nobody_is_found_behind_the_agreement_of_someone_who_never_joined(school: School) -> None:
    async with school.database.session() as session:
        await session.run_sync(people.give_consent, 777, "1", "en", NINE)
        await session.run_sync(people.give_consent, 778, "1", "en", NINE)
    async with school.database.session() as session:
        assert await session.get(AuditPseudonym, 777)
        await session.run_sync(erasure.erase_stranger, 777)
    await retention.sweep(school.database, PERIODS, NINE + 2 * DAY)
    async with school.database.session() as session:
        assert await session.get(AuditPseudonym, 777) is None
        assert await session.get(AuditPseudonym, 778) is None


async def test_an_erasure_counts_what_went_and_adds_up_under_one_receipt(school: School) -> None:
    await enrol(school, ANNA)
    await check_in(school)
    async with school.database.session() as session:
        person = await session.get_one(Person, school.ids[ANNA])
        erased = await session.run_sync(erasure.erase_voice, person, "r", Kind.VOICE, NINE)
        assert erased.class_ids == (school.class_id,)
        await session.run_sync(erasure.erase_everything, person, "r", Kind.EVERYTHING, NINE)
    async with school.database.session() as session:
        row = await session.get_one(Erasure, "r")
        assert row.kind == "everything"
        assert {key: n for key, n in row.counts.items() if n} == {
            "voiceprints": 1, "enrolment_notes": 3, "check_values": 4, "note_details": 4,
            "marks": 1, "notes": 4, "people": 1,
        }  # fmt: skip
        assert [one["text"] for one in row.agreements.values()] == ["1"]
        assert await session.run_sync(count, StoredVoiceprint) == 0
        assert await session.run_sync(people.find_person, ANNA) is None
