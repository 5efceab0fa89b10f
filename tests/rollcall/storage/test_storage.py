"""Consents, invitations, classes, lessons, the inbox and migrations, on SQLite and on PostgreSQL."""

import asyncio
import os
import subprocess
from datetime import datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, update

from rollcall.domain.attendance import Status
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.report.model import Period
from rollcall.storage import attempts, classes, inbox, invites, lessons, people, teaching
from rollcall.storage.database import Database
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


async def test_migrating_twice_changes_nothing_and_the_schema_is_what_the_tables_say(database: Database) -> None:
    await migrate(database)
    assert await is_current(database)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.session() as session:
            await session.run_sync(people.register_person, 1, "Анна", NINE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.session() as session:
        assert await session.run_sync(people.find_person, 1) is None


async def test_times_come_back_in_utc_and_naive_ones_are_refused(database: Database) -> None:
    async with database.session() as session:
        await session.run_sync(people.register_person, 1, "Анна", NINE)
    async with database.session() as session:
        person = await session.run_sync(people.find_person, 1)
        assert person is not None
        assert person.created_at == NINE
        assert person.created_at.utcoffset() == timedelta(0)
    with pytest.raises(Exception, match="time zone"):
        async with database.session() as session:
            await session.run_sync(people.register_person, 2, "Борис", NINE.replace(tzinfo=None))


async def test_consent_is_recorded_once_and_its_withdrawal_keeps_the_record(database: Database) -> None:
    async with database.session() as session:
        assert not await session.run_sync(people.has_consent, ANNA)
        for _ in range(2):
            await session.run_sync(people.give_consent, ANNA, "2026-11", "ru", NINE)
        assert await session.run_sync(people.has_consent, ANNA)
        await session.run_sync(people.withdraw_consent, ANNA, NINE + timedelta(days=1))
        assert not await session.run_sync(people.has_consent, ANNA)
        (record,) = await session.scalars(select(Consent))
        assert (record.text_version, record.language, record.given_at) == ("2026-11", "ru", NINE)


async def test_an_invitation_works_once_for_one_person_and_expires(database: Database) -> None:
    async with database.session() as session:
        token = await session.run_sync(invites.create_invite, 1, timedelta(days=7), NINE)
        stale = await session.run_sync(invites.create_invite, 1, timedelta(days=7), NINE)
        assert await session.run_sync(invites.redeem_invite, token, 5, NINE)
        assert await session.run_sync(invites.redeem_invite, token, 5, NINE)
        assert not await session.run_sync(invites.redeem_invite, token, 6, NINE)
        assert not await session.run_sync(invites.redeem_invite, stale, 6, NINE + timedelta(days=8))
        assert not await session.run_sync(invites.redeem_invite, "made-up", 6, NINE)


async def test_a_class_is_reached_by_its_own_teacher_only(school: School) -> None:
    async with school.database.session() as session:
        other = await session.run_sync(people.register_person, 300, "Другой учитель", NINE)
        other.is_teacher = True
        teacher = await session.run_sync(people.find_person, TEACHER)
        assert teacher
        assert await session.run_sync(teaching.taught_class, teacher, school.class_id, NINE) is not None
        assert await session.run_sync(teaching.taught_class, other, school.class_id, NINE) is None
        student = await session.run_sync(people.find_person, ANNA)
        assert student
        assert await session.run_sync(teaching.taught_class, student, school.class_id, NINE) is None


async def test_an_archived_class_takes_nobody(school: School) -> None:
    async with school.database.session() as session:
        school_class = await session.get_one(SchoolClass, school.class_id)
        assert await session.run_sync(classes.class_by_code, school_class.join_code, NINE) is not None
        school_class.archived_at = NINE
        await session.flush()
        assert await session.run_sync(classes.class_by_code, school_class.join_code, NINE) is None


async def test_joining_twice_is_joining_once(school: School) -> None:
    async with school.database.session() as session:
        anna = await session.run_sync(people.find_person, ANNA)
        school_class = await session.get_one(SchoolClass, school.class_id)
        assert anna
        assert not await session.run_sync(classes.join_class, anna, school_class, NINE)
        assert await session.run_sync(classes.student_count, school.class_id) == 2


async def test_a_lesson_takes_notes_sent_while_it_was_open(school: School) -> None:
    lesson = await school.open(NINE)
    await school.close(lesson, NINE + timedelta(minutes=45))
    async with school.database.session() as session:
        anna = await session.run_sync(people.find_person, ANNA)
        assert anna
        for minutes, open_then in ((-1, False), (0, True), (45, True), (46, False)):
            found = await session.run_sync(lessons.lessons_to_check_in, anna, NINE + timedelta(minutes=minutes))
            assert bool(found) is open_then, minutes


async def test_opening_an_open_lesson_again_keeps_it(school: School) -> None:
    assert await school.open(NINE) == await school.open(NINE + timedelta(minutes=5))


async def test_a_file_seen_before_is_known_from_anyone(school: School) -> None:
    await school.note(ANNA, unique="the same file")
    again = await school.note(BORIS, unique="the same file", sent_at=NINE + timedelta(minutes=1))
    fresh = await school.note(BORIS, sent_at=NINE + timedelta(minutes=2))
    async with school.database.session() as session:
        assert await session.run_sync(attempts.was_seen_before, await session.get_one(Attempt, again))
        assert not await session.run_sync(attempts.was_seen_before, await session.get_one(Attempt, fresh))


async def test_a_note_we_failed_to_process_may_be_sent_again_by_its_sender(school: School) -> None:
    failed = await school.note(ANNA, unique="the same file")
    async with school.database.session() as session:
        result = school.result(failed, Verdict.FAILED, Reason.PROCESSING_FAILED)
        await session.run_sync(apply_result, school.keyring, result, NINE)
    again = await school.note(ANNA, unique="the same file", sent_at=NINE + timedelta(minutes=1))
    async with school.database.session() as session:
        assert not await session.run_sync(attempts.was_seen_before, await session.get_one(Attempt, again))


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
        async with school.database.session() as session:
            await session.run_sync(apply_result, school.keyring, school.result(first, verdict, reason), NINE)
        for sender in (ANNA, BORIS):
            again = await school.note(sender, unique=reason, sent_at=NINE + timedelta(minutes=1))
            async with school.database.session() as session:
                attempt = await session.get_one(Attempt, again)
                found[verdict, reason] = await session.run_sync(attempts.was_seen_before, attempt)
                await session.delete(attempt)
            assert found[verdict, reason] is cases[verdict, reason], (reason, sender)


def in_queue(entry: str) -> Posted:
    return Posted(entry, content_hash="", milliseconds=1.0)


async def test_notes_that_wait_for_a_result_are_found_once_they_are_queued(school: School) -> None:
    queued = await school.note(ANNA, sent_at=NINE)
    await school.note(ANNA, sent_at=NINE + timedelta(seconds=1))
    async with school.database.session() as session:
        assert await session.run_sync(write_marks, {queued: in_queue("1-1")}, [], NINE) == []
    async with school.database.session() as session:
        found = await session.run_sync(attempts.waiting, NINE + timedelta(minutes=4), NINE + timedelta(minutes=4))
        assert [(one.id, one.times_queued) for one in found] == [(queued, 1)]
        assert list(await session.run_sync(attempts.waiting, NINE - timedelta(seconds=1), NINE)) == []


async def test_the_entry_of_a_note_whose_sender_was_erased_meanwhile_is_not_wanted(school: School) -> None:
    kept, refused = await school.note(ANNA), await school.note(BORIS)
    async with school.database.session() as session:
        assert await session.run_sync(write_marks, {kept: in_queue("1-1")}, [], NINE) == []
        boris = await session.get_one(Person, school.ids[BORIS])
        assert await session.run_sync(erasure.notes_in_the_queue, boris) == {refused: None}
        await session.run_sync(erasure.erase_voice, boris, "receipt", erasure.Kind.VOICE, NINE)
        marks = {refused: in_queue("2-2"), "unknown": in_queue("3-3")}
        assert await session.run_sync(write_marks, marks, [], NINE) == [refused, "unknown"]
        assert await session.run_sync(erasure.notes_in_the_queue, boris) == {refused: "2-2"}, "for a second try"


async def test_a_note_whose_handler_failed_is_given_up_but_not_while_any_update_waits(school: School) -> None:
    note = await school.note(ANNA, sent_at=NINE)
    later = NINE + timedelta(minutes=10)
    async with school.database.session() as session:
        digest = await session.run_sync(inbox.accept, 1, "an update", HOLDER, NINE)
        assert digest
        assert list(await session.run_sync(attempts.orphans, later, later)) == []
        await session.run_sync(inbox.handled, [digest], NINE)
        assert list(await session.run_sync(attempts.orphans, NINE - timedelta(seconds=1), NINE)) == []
        assert list(await session.run_sync(attempts.orphans, later, later)) == [note]
        await session.run_sync(attempts.fail, note, later)
    async with school.database.session() as session:
        assert (await session.get_one(Attempt, note)).reason is Reason.PROCESSING_FAILED


async def test_settled_notes_without_an_answer_are_found(school: School) -> None:
    note = await school.note(ANNA)
    async with school.database.session() as session:
        await session.run_sync(apply_result, school.keyring, school.result(note), NINE)
    async with school.database.session() as session:
        assert list(await session.run_sync(attempts.owed, NINE, NINE)) == [note]
        assert list(await session.run_sync(attempts.owed, NINE - timedelta(seconds=1), NINE)) == []


async def test_of_two_bots_one_sends_the_answer_and_the_other_only_once_its_time_is_up(school: School) -> None:
    note = await school.note(ANNA)
    later = NINE + timedelta(minutes=3)
    async with school.database.session() as session:
        assert not await session.run_sync(attempts.claim_answer, note, later, NINE, HOLDER)  # there is none yet
        await session.run_sync(apply_result, school.keyring, school.result(note), NINE)

    async def claim(now: datetime) -> bool:
        async with school.database.session() as session:
            return await session.run_sync(attempts.claim_answer, note, now + timedelta(minutes=2), now, HOLDER)

    assert sorted(await asyncio.gather(*(claim(NINE) for _ in range(4)))) == [False, False, False, True]
    assert await claim(later)
    async with school.database.session() as session:
        (await session.get_one(Attempt, note)).unanswerable = "blocked"
    assert not await claim(later + timedelta(hours=1))


async def test_a_suspicious_note_that_is_settled_late_flags_who_was_counted_absent(school: School) -> None:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    await school.close(lesson)
    async with school.database.session() as session:
        await session.run_sync(
            apply_result, school.keyring, school.result(note, Verdict.UNKNOWN, Reason.UNKNOWN_VOICE), NINE
        )
    async with school.database.session() as session:
        marks = {mark.person_id: mark.status for mark in await session.scalars(select(Attendance))}
    assert sorted(marks.values()) == [Status.ABSENT, Status.FLAGGED]


async def test_the_report_of_a_lesson_counts_everyone_once(school: School) -> None:
    lesson = await school.open()
    async with school.database.session() as session:
        note = await school.note(ANNA, lesson_id=lesson)
        await session.run_sync(apply_result, school.keyring, school.result(note), NINE)
    async with school.database.session() as session:
        suspicious = await school.note(BORIS, lesson_id=lesson)
        result = school.result(suspicious, Verdict.UNKNOWN, Reason.UNKNOWN_VOICE)
        await session.run_sync(apply_result, school.keyring, result, NINE)
    for closed in (False, True):
        if closed:
            await school.close(lesson)
        async with school.database.session() as session:
            school_class = await session.get_one(SchoolClass, school.class_id)
            report = await session.run_sync(build_report, school_class, Period.LESSON, NINE)
        assert [line.full_name for line in report.students] == ["Анна Белова", "Борис Громов"]
        assert [report.count(status) for status in Status] == [1, 0, 1, 0]
        assert report.students[1].marks[0] is not None
        assert report.students[1].marks[0].refused == (Reason.UNKNOWN_VOICE,)


async def test_a_period_covers_its_days_in_the_classs_time_zone(school: School) -> None:
    # 22:30 UTC is already the next day in Moscow.
    evening = NINE.replace(hour=22, minute=30)
    for at in (NINE - timedelta(days=10), NINE, evening):
        await school.close(await school.open(at), at + timedelta(minutes=10))
    async with school.database.session() as session:
        school_class = await session.get_one(SchoolClass, school.class_id)
        now = evening + timedelta(hours=1)
        found = {period: await session.run_sync(build_report, school_class, period, now) for period in Period}
    assert {period: len(report.lessons) for period, report in found.items()} == {
        Period.LESSON: 1, Period.TODAY: 1, Period.WEEK: 2, Period.MONTH: 3, Period.ALL: 3,
    }  # fmt: skip


async def test_a_lesson_over_midnight_is_one_of_both_days_also_while_it_is_open(school: School) -> None:
    before = NINE.replace(hour=20, minute=45)  # 23:45 in Moscow; midnight is at 21:00
    lesson_id = await school.open(before)
    async with school.database.session() as session:
        school_class = await session.get_one(SchoolClass, school.class_id)
        open_ = await session.run_sync(build_report, school_class, Period.TODAY, before + timedelta(minutes=30))
    await school.close(lesson_id, before + timedelta(minutes=45))
    async with school.database.session() as session:
        school_class = await session.get_one(SchoolClass, school.class_id)
        closed = await session.run_sync(build_report, school_class, Period.TODAY, before + timedelta(hours=10))
        week_on = await session.run_sync(build_report, school_class, Period.WEEK, before + timedelta(days=6, hours=23))
        too_late = await session.run_sync(build_report, school_class, Period.WEEK, before + timedelta(days=7, hours=23))
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
    async with database.session() as session:
        digest = await session.run_sync(inbox.accept, 1, '{"update_id": 1}', HOLDER, NINE)
        assert digest
        assert await session.run_sync(inbox.accept, 1, '{"update_id": 1}', HOLDER, NINE) is None
        assert await session.run_sync(inbox.holds, HOLDER, digest)
        assert await session.run_sync(inbox.take_over, OTHER, expired(), NINE) == [(digest, '{"update_id": 1}')]
        assert not await session.run_sync(inbox.holds, HOLDER, digest)
        assert await session.run_sync(inbox.holds, OTHER, digest)
        await session.run_sync(inbox.handled, [digest], NINE)
        assert not await session.run_sync(inbox.holds, OTHER, digest)
        assert await session.run_sync(inbox.take_over, HOLDER, expired(), NINE) == []
        assert await session.run_sync(inbox.accept, 1, '{"update_id": 1}', HOLDER, NINE) is None


async def test_what_a_living_bot_holds_is_not_taken_over_until_it_stops_renewing(database: Database) -> None:
    stopwatch = Stopwatch()
    watch, others = Watch(LEASE, stopwatch), Watch(LEASE, stopwatch)
    async with database.session() as session:
        assert await session.run_sync(inbox.accept, 1, "one", HOLDER, NINE)
        for tick in range(10):
            stopwatch.seconds += LEASE.total_seconds() / 2
            await session.run_sync(inbox.renew, HOLDER, NINE + tick * LATE)
            assert await session.run_sync(inbox.take_over, OTHER, watch, NINE) == []
        stopwatch.seconds += LEASE.total_seconds() + 1
        assert len(await session.run_sync(inbox.take_over, OTHER, watch, NINE)) == 1
        assert await session.run_sync(inbox.take_over, HOLDER, others, NINE) == []
        await session.run_sync(inbox.release, OTHER)
        assert len(await session.run_sync(inbox.take_over, HOLDER, others, NINE)) == 1


@pytest.mark.parametrize("jump", [timedelta(hours=-30), timedelta(hours=30)])
async def test_a_lease_holds_and_ends_whatever_is_done_to_the_clock(database: Database, jump: timedelta) -> None:
    stopwatch = Stopwatch()
    watch = Watch(LEASE, stopwatch)
    async with database.session() as session:
        await session.run_sync(inbox.accept, 1, "one", HOLDER, NINE)
        assert await session.run_sync(inbox.take_over, OTHER, watch, NINE) == []
        stopwatch.seconds += 1
        assert (
            await session.run_sync(inbox.take_over, OTHER, watch, NINE + jump) == []
        )  # the clock of the other one was set
        await session.run_sync(inbox.renew, HOLDER, NINE + jump)  # and its own
        stopwatch.seconds += LEASE.total_seconds() - 1
        assert await session.run_sync(inbox.take_over, OTHER, watch, NINE + jump) == []
        stopwatch.seconds += LEASE.total_seconds() + 1
        assert len(await session.run_sync(inbox.take_over, OTHER, watch, NINE)) == 1


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
    async with school.database.session() as session:
        await session.run_sync(apply_result, school.keyring, school.result(note), NINE)
        for other, free in ((Holder(alive.host, os.getppid(), "t"), False), (Holder(alive.host, gone.pid, "t"), True)):
            await session.execute(update(Attempt).values(answer_from=None))
            assert await session.run_sync(attempts.claim_answer, note, NINE + timedelta(minutes=2), NINE, other)
            await session.run_sync(attempts.release_answers_of_the_dead, alive)
            assert list(await session.run_sync(attempts.owed, NINE, NINE)) == ([note] if free else [])


async def test_an_answer_and_a_lost_note_do_not_wait_for_a_clock_that_was_set_back(school: School) -> None:
    lesson = await school.open()
    settled, lost = await school.note(ANNA, lesson_id=lesson), await school.note(BORIS, lesson_id=lesson)
    async with school.database.session() as session:
        await session.run_sync(apply_result, school.keyring, school.result(settled), NINE)
        assert await session.run_sync(attempts.claim_answer, settled, NINE + timedelta(minutes=2), NINE, HOLDER)
        await session.run_sync(write_marks, {lost: in_queue("1-1")}, [], NINE)
        yesterday = NINE - timedelta(days=1)
        just_before = yesterday - timedelta(seconds=5)
        assert list(await session.run_sync(attempts.owed, just_before, yesterday)) == [settled]
        assert [row.id for row in await session.run_sync(attempts.waiting, just_before, yesterday)] == [lost]
        assert list(await session.run_sync(attempts.owed, NINE, NINE)) == []


async def test_what_a_dead_process_of_this_machine_held_is_taken_over_at_once(database: Database) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    alive = Holder.this_process()
    dead = Holder(alive.host, gone.pid, "token")
    started_anew = Holder(alive.host, alive.pid, "another token")
    parent = Holder(alive.host, os.getppid(), "token")
    async with database.session() as session:
        for number, holder in enumerate((dead, started_anew, parent)):
            await session.run_sync(inbox.accept, number, f"of {number}", holder, NINE)
        assert [payload for _, payload in await session.run_sync(inbox.take_over, alive, Watch(), NINE)] == [
            "of 0",
            "of 1",
        ]


async def test_a_bot_api_server_that_counts_anew_is_not_mistaken_for_a_second_delivery(database: Database) -> None:
    async with database.session() as session:
        assert await session.run_sync(inbox.accept, 1, '{"update_id": 1, "text": "a"}', HOLDER, NINE)
        assert await session.run_sync(inbox.accept, 1, '{"update_id": 1, "text": "b"}', HOLDER, NINE)


async def test_old_digests_are_swept_and_unhandled_updates_never(database: Database) -> None:
    async with database.session() as session:
        old = await session.run_sync(inbox.accept, 1, "old", HOLDER, NINE)
        assert old
        await session.run_sync(inbox.handled, [old], NINE)
        await session.run_sync(inbox.accept, 2, "waiting", HOLDER, NINE)
        await session.run_sync(inbox.sweep, NINE + timedelta(days=3))
        assert [payload for _, payload in await session.run_sync(inbox.take_over, OTHER, expired(), NINE)] == [
            "waiting"
        ]
        assert await session.run_sync(inbox.accept, 1, "old", HOLDER, NINE)


async def test_a_note_that_comes_a_second_time_keeps_its_row(school: School) -> None:
    first = await school.note(ANNA, unique="same")
    async with school.database.session() as session:
        (await session.get_one(Attempt, first)).reason = Reason.NOISY
    school.sent -= 1
    assert await school.note(ANNA, unique="same") == first
    async with school.database.session() as session:
        assert (await session.get_one(Attempt, first)).reason is Reason.NOISY


async def test_a_note_that_was_never_judged_is_compared_with_nothing_whatever_its_row_holds(school: School) -> None:
    judged, refused, new = await school.note(ANNA), await school.note(ANNA), await school.note(ANNA)
    async with school.database.session() as session:
        for attempt_id, verdict in ((judged, Verdict.UNSURE), (refused, Verdict.REFUSED)):
            attempt = await session.get_one(Attempt, attempt_id)
            attempt.verdict, attempt.fingerprint = verdict, b"sealed"
    async with school.database.session() as session:
        around = await session.run_sync(attempts.fingerprints_around, school.ids[ANNA], new)
    assert [note.attempt_id for note in around] == [judged]


async def test_giving_up_one_note_leaves_the_others_and_what_is_settled_as_they_are(school: School) -> None:
    lost, waiting, settled = await school.note(ANNA), await school.note(BORIS), await school.note(ANNA)
    async with school.database.session() as session:
        await session.run_sync(apply_result, school.keyring, school.result(settled), NINE)
        for attempt_id in (lost, waiting, settled):
            await session.run_sync(write_marks, {attempt_id: in_queue("1-1")}, [], NINE)
    async with school.database.session() as session:
        await session.run_sync(attempts.fail, lost, NINE)
        await session.run_sync(attempts.fail, settled, NINE)
    async with school.database.session() as session:
        verdicts = {one: (await session.get_one(Attempt, one)).verdict for one in (lost, waiting, settled)}
        later = NINE + timedelta(minutes=10)
        assert [one.id for one in await session.run_sync(attempts.waiting, later, later)] == [waiting]
    assert verdicts == {lost: Verdict.FAILED, waiting: Verdict.PENDING, settled: Verdict.ACCEPTED}


async def test_notes_in_a_chat_are_the_persons_own_of_one_purpose_until_they_are_deleted(school: School) -> None:
    second = await school.note(ANNA, sent_at=NINE + timedelta(seconds=1))
    enrolling = await school.note(ANNA, enrolment="one")
    await school.note(BORIS)
    async with school.database.session() as session:

        async def found(purpose: Purpose | None) -> list[str]:
            return [note.attempt_id for note in await session.run_sync(attempts.in_chat, school.ids[ANNA], purpose)]

        assert await found(None) == [enrolling, second], "oldest first"
        assert await found(Purpose.ENROL) == [enrolling]
        await session.run_sync(attempts.removed_from_chat, [enrolling], NINE)
        assert (await found(None), await found(Purpose.ENROL)) == ([second], [])


async def test_why_notes_were_not_accepted_is_told_by_lesson_and_person_oldest_first(school: School) -> None:
    lesson = await school.open()
    said = [(Verdict.REFUSED, Reason.NOISY), (Verdict.UNKNOWN, Reason.UNKNOWN_VOICE), (Verdict.ACCEPTED, Reason.MATCH)]
    for minutes, (verdict, reason) in reversed(list(enumerate(said))):
        note = await school.note(ANNA, lesson_id=lesson, sent_at=NINE + timedelta(minutes=minutes))
        async with school.database.session() as session:
            await session.run_sync(apply_result, school.keyring, school.result(note, verdict, reason), NINE)
    await school.note(ANNA, lesson_id=lesson)
    await school.note(ANNA, enrolment="one")
    async with school.database.session() as session:
        found = await session.run_sync(attempts.suspicious_reasons, [lesson])
        assert found == {(lesson, school.ids[ANNA]): [Reason.NOISY, Reason.UNKNOWN_VOICE]}
        assert await session.run_sync(attempts.suspicious_reasons, [lesson + 1]) == {}
