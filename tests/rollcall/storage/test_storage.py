"""Consents, invitations, classes, lessons, the inbox and migrations, on SQLite and on PostgreSQL."""

import asyncio
import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, update

from rollcall.domain.attendance import Status
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.report.model import Period
from rollcall.storage import attempts, classes, inbox, invites, lessons, people, teaching
from rollcall.storage.database import Database, _prepare_sqlite
from rollcall.storage.holder import LEASE, Holder, Watch
from rollcall.storage.migrate import is_current, migrate
from rollcall.storage.tables import Attempt, Attendance, Consent, Person, SchoolClass, Table
from rollcall.usecases import erasure
from rollcall.usecases.report import build_report
from rollcall.usecases.settlement import apply_result
from rollcall.usecases.take_note import Posted, write_marks
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

HOLDER, OTHER = Holder("one host", 1, "a"), Holder("another host", 2, "b")
LATE = timedelta(seconds=16)


def test_a_commit_in_sqlite_is_on_the_disk(tmp_path: Path) -> None:
    # As it was imported: for all other tests of this process there is one that does not wait.
    with closing(sqlite3.connect(tmp_path / "kept.sqlite3")) as connection:
        _prepare_sqlite(connection, None)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"


async def test_migrating_twice_changes_nothing_and_the_schema_is_what_the_tables_say(database: Database) -> None:
    await migrate(database)
    assert await is_current(database)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))

    with database.engine.connect() as connection:
        assert differences(connection) == []


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        with database.session() as session:
            people.register_person(session, 1, "Анна", NINE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    with database.session() as session:
        assert people.find_person(session, 1) is None


async def test_times_come_back_in_utc_and_naive_ones_are_refused(database: Database) -> None:
    with database.session() as session:
        people.register_person(session, 1, "Анна", NINE)
    with database.session() as session:
        person = people.find_person(session, 1)
        assert person is not None
        assert person.created_at == NINE
        assert person.created_at.utcoffset() == timedelta(0)
    with pytest.raises(Exception, match="time zone"), database.session() as session:
        people.register_person(session, 2, "Борис", NINE.replace(tzinfo=None))


async def test_consent_is_recorded_once_and_its_withdrawal_keeps_the_record(database: Database) -> None:
    with database.session() as session:
        assert not people.has_consent(session, ANNA)
        for _ in range(2):
            people.give_consent(session, ANNA, "2026-11", "ru", NINE)
        assert people.has_consent(session, ANNA)
        people.withdraw_consent(session, ANNA, NINE + timedelta(days=1))
        assert not people.has_consent(session, ANNA)
        (record,) = session.scalars(select(Consent))
        assert (record.text_version, record.language, record.given_at) == ("2026-11", "ru", NINE)


async def test_an_invitation_works_once_for_one_person_and_expires(database: Database) -> None:
    with database.session() as session:
        token = invites.create_invite(session, 1, timedelta(days=7), NINE)
        stale = invites.create_invite(session, 1, timedelta(days=7), NINE)
        assert invites.redeem_invite(session, token, 5, NINE)
        assert invites.redeem_invite(session, token, 5, NINE)
        assert not invites.redeem_invite(session, token, 6, NINE)
        assert not invites.redeem_invite(session, stale, 6, NINE + timedelta(days=8))
        assert not invites.redeem_invite(session, "made-up", 6, NINE)


async def test_a_class_is_reached_by_its_own_teacher_only(school: School) -> None:
    with school.database.session() as session:
        other = people.register_person(session, 300, "Другой учитель", NINE)
        other.is_teacher = True
        teacher = people.find_person(session, TEACHER)
        assert teacher
        assert teaching.taught_class(session, teacher, school.class_id, NINE) is not None
        assert teaching.taught_class(session, other, school.class_id, NINE) is None
        student = people.find_person(session, ANNA)
        assert student
        assert teaching.taught_class(session, student, school.class_id, NINE) is None


async def test_an_archived_class_takes_nobody(school: School) -> None:
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        assert classes.class_by_code(session, school_class.join_code, NINE) is not None
        school_class.archived_at = NINE
        session.flush()
        assert classes.class_by_code(session, school_class.join_code, NINE) is None


async def test_joining_twice_is_joining_once(school: School) -> None:
    with school.database.session() as session:
        anna = people.find_person(session, ANNA)
        school_class = session.get_one(SchoolClass, school.class_id)
        assert anna
        assert not classes.join_class(session, anna, school_class, NINE)
        assert classes.student_count(session, school.class_id) == 2


async def test_a_lesson_takes_notes_sent_while_it_was_open(school: School) -> None:
    lesson = await school.open(NINE)
    await school.close(lesson, NINE + timedelta(minutes=45))
    with school.database.session() as session:
        anna = people.find_person(session, ANNA)
        assert anna
        for minutes, open_then in ((-1, False), (0, True), (45, True), (46, False)):
            found = lessons.lessons_to_check_in(session, anna, NINE + timedelta(minutes=minutes))
            assert bool(found) is open_then, minutes


async def test_opening_an_open_lesson_again_keeps_it(school: School) -> None:
    assert await school.open(NINE) == await school.open(NINE + timedelta(minutes=5))


async def test_a_file_seen_before_is_known_from_anyone(school: School) -> None:
    await school.note(ANNA, unique="the same file")
    again = await school.note(BORIS, unique="the same file", sent_at=NINE + timedelta(minutes=1))
    fresh = await school.note(BORIS, sent_at=NINE + timedelta(minutes=2))
    with school.database.session() as session:
        assert attempts.was_seen_before(session, session.get_one(Attempt, again))
        assert not attempts.was_seen_before(session, session.get_one(Attempt, fresh))


async def test_a_note_we_failed_to_process_may_be_sent_again_by_its_sender(school: School) -> None:
    failed = await school.note(ANNA, unique="the same file")
    with school.database.session() as session:
        result = school.result(failed, Verdict.FAILED, Reason.PROCESSING_FAILED)
        apply_result(session, school.keyring, result, NINE)
    again = await school.note(ANNA, unique="the same file", sent_at=NINE + timedelta(minutes=1))
    with school.database.session() as session:
        assert not attempts.was_seen_before(session, session.get_one(Attempt, again))


async def test_a_file_that_was_never_judged_may_be_sent_again_and_a_judged_one_may_not(school: School) -> None:
    cases = {
        (Verdict.REFUSED, Reason.SILENCE): False,
        (Verdict.REFUSED, Reason.NOISY): False,
        (Verdict.FAILED, Reason.PROCESSING_FAILED): False,
        (Verdict.REFUSED, Reason.SEEN_BEFORE): False,
        (Verdict.REFUSED, Reason.FORWARDED): True,
        (Verdict.REFUSED, Reason.SAME_RECORDING): True,
        (Verdict.UNSURE, Reason.UNSURE): True,
        (Verdict.ACCEPTED, Reason.MATCH): True,
    }
    found = {}
    for verdict, reason in cases:
        first = await school.note(ANNA, unique=reason)
        with school.database.session() as session:
            apply_result(session, school.keyring, school.result(first, verdict, reason), NINE)
        for sender in (ANNA, BORIS):
            again = await school.note(sender, unique=reason, sent_at=NINE + timedelta(minutes=1))
            with school.database.session() as session:
                attempt = session.get_one(Attempt, again)
                found[verdict, reason] = attempts.was_seen_before(session, attempt)
                session.delete(attempt)
            assert found[verdict, reason] is cases[verdict, reason], (reason, sender)


def in_queue(entry: str) -> Posted:
    return Posted(entry, content_hash="", milliseconds=1.0)


async def test_notes_that_wait_for_a_result_are_found_once_they_are_queued(school: School) -> None:
    queued = await school.note(ANNA, sent_at=NINE)
    await school.note(ANNA, sent_at=NINE + timedelta(seconds=1))
    with school.database.session() as session:
        assert write_marks(session, {queued: in_queue("1-1")}, [], NINE) == []
    with school.database.session() as session:
        found = attempts.waiting(session, NINE + timedelta(minutes=4), NINE + timedelta(minutes=4))
        assert [(one.id, one.times_queued) for one in found] == [(queued, 1)]
        assert list(attempts.waiting(session, NINE - timedelta(seconds=1), NINE)) == []


async def test_the_entry_of_a_note_whose_sender_was_erased_meanwhile_is_not_wanted(school: School) -> None:
    kept, refused = await school.note(ANNA), await school.note(BORIS)
    with school.database.session() as session:
        assert write_marks(session, {kept: in_queue("1-1")}, [], NINE) == []
        boris = session.get_one(Person, school.ids[BORIS])
        assert erasure.notes_in_the_queue(session, boris) == {refused: None}
        erasure.erase_voice(session, boris, "receipt", erasure.Kind.VOICE, NINE)
        marks = {refused: in_queue("2-2"), "unknown": in_queue("3-3")}
        assert write_marks(session, marks, [], NINE) == [refused, "unknown"]
        assert erasure.notes_in_the_queue(session, boris) == {refused: "2-2"}, "for a second try"


async def test_a_note_whose_handler_failed_is_given_up_but_not_while_any_update_waits(school: School) -> None:
    note = await school.note(ANNA, sent_at=NINE)
    later = NINE + timedelta(minutes=10)
    with school.database.session() as session:
        digest = inbox.accept(session, [(1, "an update")], HOLDER, NINE)[0]
        assert digest
        assert list(attempts.orphans(session, later, later)) == []
        inbox.handled(session, [digest], NINE)
        assert list(attempts.orphans(session, NINE - timedelta(seconds=1), NINE)) == []
        assert list(attempts.orphans(session, later, later)) == [note]
        attempts.fail(session, note, later)
    with school.database.session() as session:
        assert (session.get_one(Attempt, note)).reason is Reason.PROCESSING_FAILED


async def test_settled_notes_without_an_answer_are_found(school: School) -> None:
    note = await school.note(ANNA)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note), NINE)
    with school.database.session() as session:
        assert list(attempts.owed(session, NINE, NINE)) == [note]
        assert list(attempts.owed(session, NINE - timedelta(seconds=1), NINE)) == []


async def test_of_two_bots_one_sends_the_answer_and_the_other_only_once_its_time_is_up(school: School) -> None:
    note = await school.note(ANNA)
    later = NINE + timedelta(minutes=3)
    with school.database.session() as session:
        assert not attempts.claim_answer(session, note, later, NINE, HOLDER)  # there is none yet
        apply_result(session, school.keyring, school.result(note), NINE)

    async def claim(now: datetime) -> bool:
        with school.database.session() as session:
            return attempts.claim_answer(session, note, now + timedelta(minutes=2), now, HOLDER)

    assert sorted(await asyncio.gather(*(claim(NINE) for _ in range(4)))) == [False, False, False, True]
    assert await claim(later)
    with school.database.session() as session:
        session.get_one(Attempt, note).unanswerable = "blocked"
    assert not await claim(later + timedelta(hours=1))


async def test_a_suspicious_note_that_is_settled_late_flags_who_was_counted_absent(school: School) -> None:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    await school.close(lesson)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note, Verdict.UNKNOWN, Reason.UNKNOWN_VOICE), NINE)
    with school.database.session() as session:
        marks = {mark.person_id: mark.status for mark in session.scalars(select(Attendance))}
    assert sorted(marks.values()) == [Status.ABSENT, Status.FLAGGED]


async def test_the_report_of_a_lesson_counts_everyone_once(school: School) -> None:
    lesson = await school.open()
    with school.database.session() as session:
        note = await school.note(ANNA, lesson_id=lesson)
        apply_result(session, school.keyring, school.result(note), NINE)
    with school.database.session() as session:
        suspicious = await school.note(BORIS, lesson_id=lesson)
        result = school.result(suspicious, Verdict.UNKNOWN, Reason.UNKNOWN_VOICE)
        apply_result(session, school.keyring, result, NINE)
    for closed in (False, True):
        if closed:
            await school.close(lesson)
        with school.database.session() as session:
            school_class = session.get_one(SchoolClass, school.class_id)
            report = build_report(session, school_class, Period.LESSON, NINE)
        assert [line.full_name for line in report.students] == ["Анна Белова", "Борис Громов"]
        assert [report.count(status) for status in Status] == [1, 0, 0, 0, 1]
        assert report.students[1].marks[0] is not None
        assert report.students[1].marks[0].refused == (Reason.UNKNOWN_VOICE,)


async def test_a_period_covers_its_days_in_the_classs_time_zone(school: School) -> None:
    # 22:30 UTC is already the next day in Moscow.
    evening = NINE.replace(hour=22, minute=30)
    for at in (NINE - timedelta(days=10), NINE, evening):
        await school.close(await school.open(at), at + timedelta(minutes=10))
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        now = evening + timedelta(hours=1)
        found = {period: build_report(session, school_class, period, now) for period in Period}
    assert {period: len(report.lessons) for period, report in found.items()} == {
        Period.LESSON: 1, Period.TODAY: 1, Period.WEEK: 2, Period.MONTH: 3, Period.ALL: 3,
    }  # fmt: skip


async def test_a_lesson_over_midnight_is_one_of_both_days_also_while_it_is_open(school: School) -> None:
    before = NINE.replace(hour=20, minute=45)  # 23:45 in Moscow; midnight is at 21:00
    lesson_id = await school.open(before)
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        open_ = build_report(session, school_class, Period.TODAY, before + timedelta(minutes=30))
    await school.close(lesson_id, before + timedelta(minutes=45))
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        closed = build_report(session, school_class, Period.TODAY, before + timedelta(hours=10))
        week_on = build_report(session, school_class, Period.WEEK, before + timedelta(days=6, hours=23))
        too_late = build_report(session, school_class, Period.WEEK, before + timedelta(days=7, hours=23))
    assert [len(report.lessons) for report in (open_, closed, week_on, too_late)] == [1, 1, 1, 0]


class Stopwatch:
    """Seconds that pass only when told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def expired() -> Watch:
    """A watch to which every other holder has been silent for a lease."""
    watch = Watch(timedelta(seconds=-1))
    watch.silent({})
    return watch


async def test_an_update_is_kept_until_it_is_handled_and_known_when_it_comes_again(database: Database) -> None:
    with database.session() as session:
        digest = inbox.accept(session, [(1, '{"update_id": 1}')], HOLDER, NINE)[0]
        assert digest
        assert inbox.accept(session, [(1, '{"update_id": 1}')], HOLDER, NINE)[0] is None
        assert inbox.holds(session, HOLDER, digest)
        assert inbox.take_over(session, OTHER, expired(), NINE) == [(digest, '{"update_id": 1}')]
        assert not inbox.holds(session, HOLDER, digest)
        assert inbox.holds(session, OTHER, digest)
        inbox.handled(session, [digest], NINE)
        assert not inbox.holds(session, OTHER, digest)
        assert inbox.take_over(session, HOLDER, expired(), NINE) == []
        assert inbox.accept(session, [(1, '{"update_id": 1}')], HOLDER, NINE)[0] is None


async def test_what_a_living_bot_holds_is_not_taken_over_until_it_stops_renewing(database: Database) -> None:
    stopwatch = Stopwatch()
    watch, others = Watch(LEASE, stopwatch), Watch(LEASE, stopwatch)
    with database.session() as session:
        assert inbox.accept(session, [(1, "one")], HOLDER, NINE)[0]
        for tick in range(10):
            stopwatch.seconds += LEASE.total_seconds() / 2
            inbox.renew(session, HOLDER, NINE + tick * LATE)
            assert inbox.take_over(session, OTHER, watch, NINE) == []
        stopwatch.seconds += LEASE.total_seconds() + 1
        assert len(inbox.take_over(session, OTHER, watch, NINE)) == 1
        assert inbox.take_over(session, HOLDER, others, NINE) == []
        inbox.release(session, OTHER)
        assert len(inbox.take_over(session, HOLDER, others, NINE)) == 1


@pytest.mark.parametrize("jump", [timedelta(hours=-30), timedelta(hours=30)])
async def test_a_lease_holds_and_ends_whatever_is_done_to_the_clock(database: Database, jump: timedelta) -> None:
    stopwatch = Stopwatch()
    watch = Watch(LEASE, stopwatch)
    with database.session() as session:
        inbox.accept(session, [(1, "one")], HOLDER, NINE)[0]
        assert inbox.take_over(session, OTHER, watch, NINE) == []
        stopwatch.seconds += 1
        assert inbox.take_over(session, OTHER, watch, NINE + jump) == []  # the clock of the other one was set
        inbox.renew(session, HOLDER, NINE + jump)  # and its own
        stopwatch.seconds += LEASE.total_seconds() - 1
        assert inbox.take_over(session, OTHER, watch, NINE + jump) == []
        stopwatch.seconds += LEASE.total_seconds() + 1
        assert len(inbox.take_over(session, OTHER, watch, NINE)) == 1


def test_who_could_not_look_itself_counts_the_others_silence_anew() -> None:
    stopwatch = Stopwatch()
    watch = Watch(LEASE, stopwatch)
    assert watch.silent({"a": 1, "b": 1}) == set()
    stopwatch.seconds += LEASE.total_seconds() + 1
    assert watch.silent({"a": 1, "b": 2}) == {"a"}
    watch.forget()
    assert watch.silent({"a": 1, "b": 2}) == set()


async def test_an_answer_that_a_dead_process_of_this_machine_was_sending_is_owed_at_once(school: School) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    alive = Holder.this_process()
    note = await school.note(ANNA, lesson_id=await school.open())
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note), NINE)
        for other, free in ((Holder(alive.host, os.getppid(), "t"), False), (Holder(alive.host, gone.pid, "t"), True)):
            session.execute(update(Attempt).values(answer_from=None))
            assert attempts.claim_answer(session, note, NINE + timedelta(minutes=2), NINE, other)
            attempts.release_answers_of_the_dead(session, alive)
            assert list(attempts.owed(session, NINE, NINE)) == ([note] if free else [])


async def test_an_answer_and_a_lost_note_do_not_wait_for_a_clock_that_was_set_back(school: School) -> None:
    lesson = await school.open()
    settled, lost = await school.note(ANNA, lesson_id=lesson), await school.note(BORIS, lesson_id=lesson)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(settled), NINE)
        assert attempts.claim_answer(session, settled, NINE + timedelta(minutes=2), NINE, HOLDER)
        write_marks(session, {lost: in_queue("1-1")}, [], NINE)
        yesterday = NINE - timedelta(days=1)
        just_before = yesterday - timedelta(seconds=5)
        assert list(attempts.owed(session, just_before, yesterday)) == [settled]
        assert [row.id for row in attempts.waiting(session, just_before, yesterday)] == [lost]
        assert list(attempts.owed(session, NINE, NINE)) == []


async def test_what_a_dead_process_of_this_machine_held_is_taken_over_at_once(database: Database) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    alive = Holder.this_process()
    dead = Holder(alive.host, gone.pid, "token")
    started_anew = Holder(alive.host, alive.pid, "another token")
    parent = Holder(alive.host, os.getppid(), "token")
    with database.session() as session:
        for number, holder in enumerate((dead, started_anew, parent)):
            inbox.accept(session, [(number, f"of {number}")], holder, NINE)[0]
        assert [payload for _, payload in inbox.take_over(session, alive, Watch(), NINE)] == [
            "of 0",
            "of 1",
        ]


async def test_a_bot_api_server_that_counts_anew_is_not_mistaken_for_a_second_delivery(database: Database) -> None:
    with database.session() as session:
        assert inbox.accept(session, [(1, '{"update_id": 1, "text": "a"}')], HOLDER, NINE)[0]
        assert inbox.accept(session, [(1, '{"update_id": 1, "text": "b"}')], HOLDER, NINE)[0]


async def test_old_digests_are_swept_and_unhandled_updates_never(database: Database) -> None:
    with database.session() as session:
        old = inbox.accept(session, [(1, "old")], HOLDER, NINE)[0]
        assert old
        inbox.handled(session, [old], NINE)
        inbox.accept(session, [(2, "waiting")], HOLDER, NINE)[0]
        inbox.sweep(session, NINE + timedelta(days=3))
        assert [payload for _, payload in inbox.take_over(session, OTHER, expired(), NINE)] == ["waiting"]
        assert inbox.accept(session, [(1, "old")], HOLDER, NINE)[0]


async def test_a_note_that_comes_a_second_time_keeps_its_row(school: School) -> None:
    first = await school.note(ANNA, unique="same")
    with school.database.session() as session:
        session.get_one(Attempt, first).reason = Reason.NOISY
    school.sent -= 1
    assert await school.note(ANNA, unique="same") == first
    with school.database.session() as session:
        assert (session.get_one(Attempt, first)).reason is Reason.NOISY


async def test_a_note_that_was_never_judged_is_compared_with_nothing_whatever_its_row_holds(school: School) -> None:
    judged, refused, new = await school.note(ANNA), await school.note(ANNA), await school.note(ANNA)
    with school.database.session() as session:
        for attempt_id, verdict in ((judged, Verdict.UNSURE), (refused, Verdict.REFUSED)):
            attempt = session.get_one(Attempt, attempt_id)
            attempt.verdict, attempt.fingerprint = verdict, b"sealed"
    with school.database.session() as session:
        around = attempts.fingerprints_around(session, school.ids[ANNA], new)
    assert [note.attempt_id for note in around] == [judged]


async def test_giving_up_one_note_leaves_the_others_and_what_is_settled_as_they_are(school: School) -> None:
    lost, waiting, settled = await school.note(ANNA), await school.note(BORIS), await school.note(ANNA)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(settled), NINE)
        for attempt_id in (lost, waiting, settled):
            write_marks(session, {attempt_id: in_queue("1-1")}, [], NINE)
    with school.database.session() as session:
        attempts.fail(session, lost, NINE)
        attempts.fail(session, settled, NINE)
    with school.database.session() as session:
        verdicts = {one: (session.get_one(Attempt, one)).verdict for one in (lost, waiting, settled)}
        later = NINE + timedelta(minutes=10)
        assert [one.id for one in attempts.waiting(session, later, later)] == [waiting]
    assert verdicts == {lost: Verdict.FAILED, waiting: Verdict.PENDING, settled: Verdict.ACCEPTED}


async def test_notes_in_a_chat_are_the_persons_own_of_one_purpose_until_they_are_deleted(school: School) -> None:
    second = await school.note(ANNA, sent_at=NINE + timedelta(seconds=1))
    enrolling = await school.note(ANNA, enrolment="one")
    await school.note(BORIS)
    with school.database.session() as session:

        async def found(purpose: Purpose | None) -> list[str]:
            return [note.attempt_id for note in attempts.in_chat(session, school.ids[ANNA], purpose)]

        assert await found(None) == [enrolling, second], "oldest first"
        assert await found(Purpose.ENROL) == [enrolling]
        attempts.removed_from_chat(session, [enrolling], NINE)
        assert (await found(None), await found(Purpose.ENROL)) == ([second], [])


async def test_why_notes_were_not_accepted_is_told_by_lesson_and_person_oldest_first(school: School) -> None:
    lesson = await school.open()
    said = [(Verdict.REFUSED, Reason.NOISY), (Verdict.UNKNOWN, Reason.UNKNOWN_VOICE), (Verdict.ACCEPTED, Reason.MATCH)]
    for minutes, (verdict, reason) in reversed(list(enumerate(said))):
        note = await school.note(ANNA, lesson_id=lesson, sent_at=NINE + timedelta(minutes=minutes))
        with school.database.session() as session:
            apply_result(session, school.keyring, school.result(note, verdict, reason), NINE)
    await school.note(ANNA, lesson_id=lesson)
    await school.note(ANNA, enrolment="one")
    with school.database.session() as session:
        found = attempts.suspicious_reasons(session, [lesson])
        assert found == {(lesson, school.ids[ANNA]): [Reason.NOISY, Reason.UNKNOWN_VOICE]}
        assert attempts.suspicious_reasons(session, [lesson + 1]) == {}
