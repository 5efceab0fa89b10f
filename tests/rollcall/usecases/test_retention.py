"""Nothing is kept for longer than the settings say, and nothing is lost before."""

from datetime import datetime, timedelta
from functools import partial
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
    Invite,
    KeptRecording,
    Lesson,
    Person,
    SchoolClass,
    StaffNotice,
    StoredVoiceprint,
    Table,
)
from rollcall.usecases import erasure, retention, staff
from rollcall.usecases.erasure import Kind
from rollcall.usecases.retention import Periods
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

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
        with school.database.session() as session:
            result = school.result(note, reason=Reason.GOOD_NOTE, voice=voice, print_=print_)
            apply_result(session, school.keyring, result.model_copy(update={"score": 0.8}), NINE)


async def check_in(school: School) -> str:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    with school.database.session() as session:
        result = school.result(note, print_=np.random.default_rng(7).bytes(400)).model_copy(update={"score": 0.8})
        apply_result(session, school.keyring, result, NINE)
    await school.close(lesson)
    return note


async def test_a_notes_details_go_first_and_its_check_values_later_but_the_mark_stays(school: School) -> None:
    note = await check_in(school)
    assert await swept(school, NINE + 90 * DAY) == {}
    assert await swept(school, NINE + 91 * DAY) == {"details": 1}
    with school.database.session() as session:
        attempt = session.get_one(Attempt, note)
        assert (attempt.file_id, attempt.score, attempt.confidence, attempt.quality) == ("", None, None, {})
        assert attempt.fingerprint is not None
        assert attempt.reason is Reason.MATCH
    assert await swept(school, NINE + 366 * DAY) == {"check_values": 1}
    assert await swept(school, NINE + 367 * DAY) == {}, "done once"
    with school.database.session() as session:
        attempt = session.get_one(Attempt, note)
        assert (attempt.fingerprint, attempt.content_hash, attempt.file_unique_id) == (None, None, "")
        mark = session.get_one(Attendance, (attempt.lesson_id, attempt.person_id))
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
    with school.database.session() as session:
        recordings.keep(session, school.keyring, school.ids[ANNA], {"r": b"OggS"}, NINE)
    assert await swept(school, NINE + 365 * DAY) == {}
    assert await swept(school, NINE + 366 * DAY) == {"recordings": 1}
    with school.database.session() as session:
        assert count(session, KeptRecording) == 0


@on_sqlite
async def test_an_enrolment_that_was_left_is_dropped_and_one_that_was_finished_is_not(school: School) -> None:
    await enrol(school, ANNA)
    await enrol(school, BORIS, notes=2)
    assert await swept(school, NINE + 8 * DAY) == {"unfinished_enrolments": 2}
    with school.database.session() as session:
        owners = set(session.scalars(select(EnrolmentNote.person_id)))
    assert owners == {school.ids[ANNA]}


async def test_a_voice_that_is_not_used_is_found_after_half_a_year(school: School) -> None:
    await enrol(school, ANNA)
    await enrol(school, BORIS)
    with school.database.session() as session:
        session.execute(
            update(Attempt).where(Attempt.person_id == school.ids[BORIS]).values(received_at=NINE + 100 * DAY)
        )
        assert retention.unused_voices(session, PERIODS, NINE + 180 * DAY) == []
        found = retention.unused_voices(session, PERIODS, NINE + 181 * DAY)
    assert list(found) == [school.ids[ANNA]]


async def test_an_archived_class_goes_with_its_lessons_and_leaves_its_students_over(school: School) -> None:
    await check_in(school)
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).archived_at = NINE + DAY
    assert "classes" not in await swept(school, NINE + 366 * DAY)
    assert (await swept(school, NINE + 367 * DAY))["classes"] == 1
    with school.database.session() as session:
        for table in (SchoolClass, Lesson, Attendance, Attempt):
            assert count(session, table) == 0, table
        left = retention.left_over(session, PERIODS, NINE + 367 * DAY)
        assert set(left) == set(school.ids.values())
        for person_id in left:
            person = session.get_one(Person, person_id)
            erasure.erase_everything(session, person, f"r{person_id}", Kind.LEFT_OVER, NINE + 367 * DAY)
    with school.database.session() as session:
        assert [one.full_name for one in session.scalars(select(Person))] == ["Мария Ивановна"]


async def test_whoever_never_answered_our_question_is_forgotten_after_a_day(school: School) -> None:
    with school.database.session() as session:
        people.give_consent(session, 999, "1", "ru", NINE)
        people.set_step(session, 999, "name", {"class_id": 1}, NINE)
        people.give_consent(session, ANNA, "1", "ru", NINE)
        people.set_step(session, ANNA, "", {}, NINE)
    assert await swept(school, NINE + DAY) == {}
    assert await swept(school, NINE + 2 * DAY) == {"unanswered": 1}
    with school.database.session() as session:
        assert set(session.scalars(select(Conversation.telegram_id))) == {ANNA}
        assert set(session.scalars(select(Consent.telegram_id))) == {ANNA}


@on_sqlite
async def test_withdrawn_agreements_and_receipts_stay_three_years_as_a_proof(school: School) -> None:
    with school.database.session() as session:
        people.give_consent(session, ANNA, "1", "ru", NINE)
        person = session.get_one(Person, school.ids[ANNA])
        erasure.erase_voice(session, person, "r", Kind.VOICE, NINE)
        people.give_consent(session, ANNA, "1", "ru", NINE + DAY)
    assert await swept(school, NINE + 1095 * DAY) == {}
    assert await swept(school, NINE + 1096 * DAY) == {"agreements": 1, "receipts": 1}
    with school.database.session() as session:
        assert people.has_consent(session, ANNA), "one that holds stays"


@on_sqlite
async def test_handled_updates_are_forgotten_after_two_days(school: School) -> None:
    with school.database.session() as session:
        holder = Holder.this_process()
        digest = inbox.accept(session, [(1, "{}")], holder, NINE)[0]
        assert digest
        inbox.handled(session, [digest], NINE)
    await swept(school, NINE + 2 * DAY)
    with school.database.session() as session:
        assert count(session, IncomingUpdate) == 1
    await swept(school, NINE + 3 * DAY)
    with school.database.session() as session:
        assert count(session, IncomingUpdate) == 0


async def test_a_chore_is_done_by_one_bot_and_again_when_it_is_due(database: Database) -> None:
    async def take(at: datetime) -> bool:
        with database.session() as session:
            return chores.take(session, "sweep", at)

    assert await take(NINE)
    assert not await take(NINE), "another bot is at it"
    assert await take(NINE + timedelta(minutes=11)), "that bot was stopped"
    with database.session() as session:
        chores.done(session, "sweep", NINE + DAY)
    assert not await take(NINE + DAY - timedelta(seconds=1))
    assert await take(NINE + DAY)


@on_sqlite
async def test_someone_who_teaches_keeps_their_class_when_they_leave_as_a_student(school: School) -> None:
    with school.database.session() as session:
        teacher = people.find_person(session, 100)
        anna = people.find_person(session, ANNA)
        assert teacher
        assert anna
        anna.is_teacher = True
        own = classes.create_class(session, anna, "Своя", "UTC", NINE)
        lessons.open_lesson(session, own.id, anna, NINE, DAY, DAY)
    await check_in(school)
    with school.database.session() as session:
        anna = session.get_one(Person, school.ids[ANNA])
        erasure.erase_everything(session, anna, "r", Kind.EVERYTHING, NINE)
    with school.database.session() as session:
        anna = session.get_one(Person, school.ids[ANNA])
        assert [one.title for one in teaching.taught_classes(session, anna, NINE)] == ["Своя"]
        assert classes.attended_classes(session, anna) == []
        assert count(session, Lesson) == 2
        assert count(session, Attendance) == 1, "Boris's"


@on_sqlite
async def test_lessons_outlive_who_opened_them_and_may_no_longer_teach(school: School) -> None:
    with school.database.session() as session:
        anna = people.find_person(session, ANNA)
        assert anna
        anna.is_teacher = True
        own = classes.create_class(session, anna, "Своя", "UTC", NINE)
        lessons.open_lesson(session, own.id, anna, NINE, DAY, DAY)
        anna.is_teacher = False
        before = count(session, Lesson)
        erasure.erase_everything(session, anna, "r", Kind.EVERYTHING, NINE)
    with school.database.session() as session:
        assert count(session, Lesson) == before


@on_sqlite
async def test_of_a_student_who_was_a_substitute_once_nothing_is_left(school: School) -> None:
    with school.database.session() as session:
        teacher, anna = people.find_person(session, TEACHER), people.find_person(session, ANNA)
        assert teacher
        assert anna
        other = classes.create_class(session, teacher, "Химия", "UTC", NINE)
        token = staff.invite(session, teacher, other.id, NINE.date(), DAY, NINE)
        register = partial(people.register_person, telegram_id=ANNA, full_name="Анна", now=NINE)
        staff.accept(session, token, ANNA, register, NINE, may_invite=True)
    with school.database.session() as session:
        assert staff.end_substitutes(session, NINE + DAY) == 1
        anna = session.get_one(Person, school.ids[ANNA])
        assert not anna.is_teacher
        erasure.erase_everything(session, anna, "r", Kind.EVERYTHING, NINE + DAY)
    with school.database.session() as session:
        assert people.find_person(session, ANNA) is None
        assert [one.used_by for one in session.scalars(select(Invite))] == [0]
        assert session.scalars(select(StaffNotice).where(StaffNotice.chat_id == ANNA)).all() == []
        assert staff.accept(session, token, BORIS, register, NINE, may_invite=True) is staff.Refusal.UNUSABLE


@on_sqlite
async def test_nobody_is_found_behind_the_agreement_of_someone_who_never_joined(school: School) -> None:
    with school.database.session() as session:
        people.give_consent(session, 777, "1", "en", NINE)
        people.give_consent(session, 778, "1", "en", NINE)
    with school.database.session() as session:
        assert session.get(AuditPseudonym, 777)
        erasure.erase_stranger(session, 777)
    await retention.sweep(school.database, PERIODS, NINE + 2 * DAY)
    with school.database.session() as session:
        assert session.get(AuditPseudonym, 777) is None
        assert session.get(AuditPseudonym, 778) is None


async def test_an_erasure_counts_what_went_and_adds_up_under_one_receipt(school: School) -> None:
    await enrol(school, ANNA)
    await check_in(school)
    with school.database.session() as session:
        person = session.get_one(Person, school.ids[ANNA])
        erased = erasure.erase_voice(session, person, "r", Kind.VOICE, NINE)
        assert erased.class_ids == (school.class_id,)
        erasure.erase_everything(session, person, "r", Kind.EVERYTHING, NINE)
    with school.database.session() as session:
        row = session.get_one(Erasure, "r")
        assert row.kind == "everything"
        assert {key: n for key, n in row.counts.items() if n} == {
            "voiceprints": 1, "enrolment_notes": 3, "check_values": 4, "note_details": 4,
            "marks": 1, "notes": 4, "people": 1,
        }  # fmt: skip
        assert [one["text"] for one in row.agreements.values()] == ["1"]
        assert count(session, StoredVoiceprint) == 0
        assert people.find_person(session, ANNA) is None
