"""What becomes of a worker's result, on SQLite and on PostgreSQL."""

import asyncio
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from rollcall.domain.attendance import Status
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.voiceprint import centroid
from rollcall.errors import SealBroken
from rollcall.queue.job import Result
from rollcall.storage import lessons, people, voiceprints
from rollcall.storage.tables import Attempt, Attendance, EnrolmentNote, Lesson, Person, StoredVoiceprint
from rollcall.usecases.settlement import Settled, apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

VOICE = np.array([1, 0, 0], np.float32)
NEAR = np.array([0.8, 0.6, 0], np.float32)
OTHER = np.array([0, 1, 0], np.float32)


async def apply(school: School, result: Result) -> Settled:
    with school.database.session() as session:
        settled = apply_result(session, school.keyring, result, NINE)
        assert settled is not None
        return settled


async def count(school: School, table: type[Attendance | EnrolmentNote | StoredVoiceprint]) -> int:
    with school.database.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


async def test_an_accepted_note_marks_the_student_by_its_send_time(school: School) -> None:
    lesson = await school.open()
    early = await school.note(ANNA, sent_at=NINE + timedelta(minutes=3), lesson_id=lesson)
    late = await school.note(BORIS, sent_at=NINE + timedelta(minutes=11), lesson_id=lesson)
    assert (await apply(school, school.result(early))).attempt.status is Status.PRESENT
    assert (await apply(school, school.result(late))).attempt.status is Status.LATE


async def test_a_result_delivered_twice_marks_once_and_says_the_same(school: School) -> None:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    first = await apply(school, school.result(note))
    contrary = school.result(note, Verdict.UNKNOWN, Reason.UNKNOWN_VOICE)
    second = await apply(school, contrary)
    assert second.attempt.verdict is Verdict.ACCEPTED
    assert (first.lesson_id, second.lesson_id) == (lesson, lesson)
    assert await count(school, Attendance) == 1


async def test_two_bots_that_settle_a_note_at_the_same_moment_say_the_same(school: School) -> None:
    lesson = await school.open()
    for _ in range(5):
        note = await school.note(ANNA, lesson_id=lesson)
        results = (school.result(note), school.result(note, Verdict.UNKNOWN, Reason.UNKNOWN_VOICE))
        one, other = await asyncio.gather(*(apply(school, result) for result in results))
        assert one.attempt.verdict is other.attempt.verdict


async def test_the_first_accepted_note_counts_and_a_later_one_confirms_it(school: School) -> None:
    lesson = await school.open()
    await apply(school, school.result(await school.note(ANNA, sent_at=NINE, lesson_id=lesson)))
    later = await school.note(ANNA, sent_at=NINE + timedelta(minutes=30), lesson_id=lesson)
    again = await apply(school, school.result(later))
    assert (again.attempt.status, again.attempt.marked_at) == (Status.PRESENT, NINE)


async def test_a_note_that_was_not_accepted_marks_nobody_and_flags_at_the_end(school: School) -> None:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    await apply(school, school.result(note, Verdict.ANOTHER_VOICE, Reason.OTHER_VOICE))
    assert await count(school, Attendance) == 0
    await school.close(lesson)
    with school.database.session() as session:
        rows = session.execute(
            select(Person.telegram_id, Attendance.status).join_from(
                Attendance, Person, Attendance.person_id == Person.id
            )
        )
        assert dict(rows.all()) == {ANNA: Status.FLAGGED, BORIS: Status.ABSENT}


async def test_a_backlog_settled_after_the_lesson_closed_still_counts(school: School) -> None:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    await school.close(lesson)
    assert (await apply(school, school.result(note))).attempt.status is Status.PRESENT
    with school.database.session() as session:
        head = lessons.headcount(session, session.get_one(Lesson, lesson))
        assert (head.attended, head.students) == (1, 2)


async def test_a_note_outside_a_lesson_records_no_mark(school: School) -> None:
    settled = await apply(school, school.result(await school.note(ANNA)))
    assert settled.attempt.verdict is Verdict.ACCEPTED
    assert settled.attempt.status is None
    assert await count(school, Attendance) == 0


async def test_three_good_notes_make_a_voiceprint_and_end_the_dialogue(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for number in (1, 2, 3):
        note = await school.note(ANNA, enrolment="e1")
        settled = await apply(school, school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE))
        assert settled.attempt.note_number == number
        assert settled.enrolled is (number == 3)
    with school.database.session() as session:
        voiceprint = voiceprints.voiceprint_of(session, school.keyring, school.ids[ANNA])
        assert voiceprint is not None
        assert np.allclose(voiceprint.centroid, VOICE)
        assert (people.conversation_with(session, ANNA, NINE)).step == ""


async def test_recordings_too_short_on_their_own_count_together(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    numbers = []
    for speech in (1.1, 1.0, 2.0, 1.2, 1.3):
        result = school.result(await school.note(ANNA, enrolment="e1"), voice=VOICE, speech=speech)
        settled = await apply(school, result)
        assert settled.attempt.verdict is Verdict.ACCEPTED
        numbers.append(settled.attempt.note_number)
    assert numbers == [None, 1, 2, None, 3]
    assert settled.enrolled
    with school.database.session() as session:
        assert voiceprints.is_enrolled(session, school.ids[ANNA])


async def test_a_short_recording_has_no_more_weight_in_the_voiceprint_than_its_part_of_a_note(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for speech, voice in ((4.0, VOICE), (1.1, NEAR), (1.1, NEAR), (4.0, VOICE)):
        await apply(school, school.result(await school.note(ANNA, enrolment="e1"), voice=voice, speech=speech))
    with school.database.session() as session:
        voiceprint = voiceprints.voiceprint_of(session, school.keyring, school.ids[ANNA])
    assert voiceprint is not None
    assert np.allclose(voiceprint.centroid, centroid([VOICE, NEAR, VOICE]))


async def test_an_enrolment_result_delivered_twice_counts_once(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    note = await school.note(ANNA, enrolment="e1")
    for _ in range(2):
        await apply(school, school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE))
    assert await count(school, EnrolmentNote) == 1


async def test_another_voice_than_the_notes_before_does_not_count(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    await apply(school, school.result(await school.note(ANNA, enrolment="e1"), voice=VOICE))
    note = await school.note(ANNA, enrolment="e1")
    stranger = await apply(school, school.result(note, voice=OTHER, print_=bytes(400)))
    assert stranger.attempt.reason is Reason.DIFFERENT_VOICE
    assert stranger.attempt.fingerprint is None, "nothing is compared with what was not taken"
    assert await count(school, EnrolmentNote) == 1


@pytest.mark.parametrize(("doubts", "taken"), [((0.2, -0.1, 0.1), False), ((0.2, -0.9, 0.1), True)])
async def test_three_notes_that_each_seem_a_little_like_two_people_make_no_voiceprint(
    school: School, doubts: tuple[float, ...], taken: bool
) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for number, doubt in enumerate(doubts):
        note = await school.note(ANNA, enrolment="e1")
        result = school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE, print_=number.to_bytes(1, "big") * 400)
        last = await apply(school, result.model_copy(update={"quality": {"doubt": doubt}}))
    assert last.enrolled is taken
    assert await count(school, StoredVoiceprint) == taken
    if not taken:
        assert (last.attempt.verdict, last.attempt.reason) == (Verdict.REFUSED, Reason.SEVERAL_SPEAKERS)
        assert last.attempt.fingerprint is None
        # There is a way: the same enrolment goes on, from its first note.
        assert await count(school, EnrolmentNote) == 0
        await enrolled(school)
        assert await count(school, StoredVoiceprint) == 1


async def test_a_note_for_a_cancelled_enrolment_leaves_nothing_behind(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    note = await school.note(ANNA, enrolment="e1")
    await school.begin_enrolment(ANNA, "e2")
    settled = await apply(school, school.result(note, voice=VOICE, print_=bytes(400)))
    assert settled.attempt.reason is Reason.NOT_EXPECTED
    assert settled.attempt.fingerprint is None
    assert await count(school, EnrolmentNote) == 0


async def test_notes_of_two_models_never_make_one_voiceprint(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for weights in ("w1", "w1", "w2"):
        note = await school.note(ANNA, enrolment="e1")
        settled = await apply(school, school.result(note, voice=VOICE, weights=weights))
    assert settled.attempt.note_number == 1
    assert await count(school, StoredVoiceprint) == 0
    assert await count(school, EnrolmentNote) == 1, "those of the encoder before are gone"


async def test_a_recording_heard_before_is_refused_even_from_a_classmate(school: School) -> None:
    rng = np.random.default_rng(1)
    recording = rng.bytes(480)
    lesson = await school.open()
    first = await school.note(ANNA, lesson_id=lesson)
    await apply(school, school.result(first, print_=recording))
    replay = await school.note(BORIS, lesson_id=lesson)
    settled = await apply(school, school.result(replay, print_=recording))
    assert settled.attempt.reason is Reason.SAME_RECORDING
    fresh = await school.note(BORIS, lesson_id=lesson)
    assert (await apply(school, school.result(fresh, print_=rng.bytes(480)))).attempt.verdict is Verdict.ACCEPTED


async def test_what_was_refused_unjudged_or_failed_is_not_compared_with(school: School) -> None:
    recording = np.random.default_rng(1).bytes(480)
    for verdict, reason in (
        (Verdict.REFUSED, Reason.TOO_SHORT),
        (Verdict.REFUSED, Reason.SEVERAL_SPEAKERS),
        (Verdict.FAILED, Reason.NOT_ENROLLED),
    ):
        settled = await apply(school, school.result(await school.note(ANNA), verdict, reason, print_=recording))
        assert settled.attempt.fingerprint is None
    for student in (ANNA, BORIS):
        again = await apply(school, school.result(await school.note(student), print_=recording))
        assert again.attempt.reason is (Reason.MATCH if student == ANNA else Reason.SAME_RECORDING)
    assert again.attempt.fingerprint is None


async def test_a_judged_note_is_compared_with_whatever_its_verdict(school: School) -> None:
    for number, (verdict, reason) in enumerate(
        ((Verdict.UNKNOWN, Reason.UNKNOWN_VOICE), (Verdict.ANOTHER_VOICE, Reason.OTHER_VOICE))
    ):
        recording = np.random.default_rng(number).bytes(480)
        await apply(school, school.result(await school.note(BORIS), verdict, reason, print_=recording))
        settled = await apply(school, school.result(await school.note(ANNA), print_=recording))
        assert settled.attempt.reason is Reason.SAME_RECORDING


async def test_after_forgetting_nothing_made_from_the_voice_is_left(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for number in range(3):
        note = await school.note(ANNA, enrolment="e1")
        await apply(school, school.result(note, voice=VOICE, print_=np.random.default_rng(number).bytes(480)))
    pending = await school.note(ANNA)
    with school.database.session() as session:
        person = people.find_person(session, ANNA)
        assert person
        voiceprints.forget_voice(session, person, NINE)
    assert await count(school, StoredVoiceprint) == 0
    assert await count(school, EnrolmentNote) == 0
    with school.database.session() as session:
        left = session.scalars(select(Attempt).where(Attempt.fingerprint.is_not(None)))
        assert left.all() == []
    late = await apply(school, school.result(pending, print_=bytes(480)))
    assert late.attempt.fingerprint is None
    assert late.attempt.reason is Reason.NOT_EXPECTED


async def test_a_result_for_an_unknown_note_is_dropped(school: School) -> None:
    with school.database.session() as session:
        assert apply_result(session, school.keyring, school.result("nobody"), NINE) is None


async def test_every_fact_of_a_result_is_written_down(school: School) -> None:
    facts = {
        "model": "campplus", "weight_hash": "w1", "decoder": "libopus", "score": 0.71, "threshold": 0.55,
        "runner_up": 0.2, "confidence": 0.97, "speech_seconds": 3.5, "quality": {"snr": 21.0},
    }  # fmt: skip
    attempt_id = await school.note(ANNA)
    with school.database.session() as session:
        session.get_one(Attempt, attempt_id).timings = {"download": 7.0}
    await apply(school, school.result(attempt_id).model_copy(update=facts))
    with school.database.session() as session:
        stored = session.get_one(Attempt, attempt_id)
        assert {name: getattr(stored, name) for name in facts} == facts
        assert stored.timings == {"download": 7.0, "embed": 50.0}
        assert stored.settled_at == NINE


async def test_what_a_result_leaves_open_is_stored_as_nothing(school: School) -> None:
    bare = {"model": "", "weight_hash": "", "decoder": ""}
    note = school.result(await school.note(ANNA), Verdict.REFUSED, Reason.SILENCE).model_copy(update=bare)
    attempt = (await apply(school, note)).attempt
    assert (attempt.model, attempt.weight_hash, attempt.decoder) == (None, None, None)


@pytest.mark.parametrize(
    ("verdict", "reason", "status"),
    [
        (Verdict.UNKNOWN, Reason.UNKNOWN_VOICE, Status.FLAGGED),
        (Verdict.REFUSED, Reason.SILENCE, Status.ABSENT),
        (Verdict.FAILED, Reason.PROCESSING_FAILED, Status.ABSENT),
    ],
)
async def test_a_backlog_flags_the_absent_for_suspicious_notes_only(
    school: School, verdict: Verdict, reason: Reason, status: Status
) -> None:
    lesson = await school.open()
    note = await school.note(ANNA, lesson_id=lesson)
    await school.close(lesson)
    await apply(school, school.result(note, verdict, reason))
    with school.database.session() as session:
        assert (session.get_one(Attendance, (lesson, school.ids[ANNA]))).status is status


@pytest.mark.parametrize(
    ("verdict", "reason"), [(Verdict.UNKNOWN, Reason.UNKNOWN_VOICE), (Verdict.REFUSED, Reason.SILENCE)]
)
async def test_only_unsure_notes_count_as_tries_and_keep_their_embedding(
    school: School, verdict: Verdict, reason: Reason
) -> None:
    await enrolled(school)
    lesson = await school.open()
    for expected, (said, why) in ((None, (verdict, reason)), (1, (Verdict.UNSURE, Reason.UNSURE))):
        note = await school.note(ANNA, lesson_id=lesson)
        attempt = (await apply(school, school.result(note, said, why, voice=VOICE))).attempt
        assert attempt.note_number == expected
        assert (attempt.embedding is not None) is (expected is not None)


async def enrolled(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for _ in range(3):
        note = await school.note(ANNA, enrolment="e1")
        await apply(school, school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE))


async def test_an_accepted_enrolment_note_without_an_embedding_is_a_fault_of_its_worker(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    with pytest.raises(ValueError, match="without an embedding"):
        await apply(school, school.result(await school.note(ANNA, enrolment="e1"), reason=Reason.GOOD_NOTE))


async def test_a_note_as_a_telephone_passes_it_is_kept_beside_the_note_and_opens_for_nothing_else(
    school: School,
) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for _ in range(3):
        note = await school.note(ANNA, enrolment="e1")
        await apply(school, school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE, narrow=OTHER))
    with school.database.session() as session:
        rows = session.scalars(select(EnrolmentNote)).all()
        assert [voiceprints.open_narrow(school.keyring, row).tolist() for row in rows] == [OTHER.tolist()] * 3
        assert [voiceprints.open_note(school.keyring, row).tolist() for row in rows] == [VOICE.tolist()] * 3
        _, narrow, made_by = voiceprints.both_notes_of_class(session, school.keyring, school.class_id)
        assert made_by == ("campplus", "w1")
        assert narrow[school.ids[ANNA]].tolist() == [OTHER.tolist()] * 3
        rows[0].embedding, rows[0].narrow = rows[0].narrow or b"", rows[0].embedding
        for opened in (voiceprints.open_narrow, voiceprints.open_note):
            with pytest.raises(SealBroken):
                opened(school.keyring, rows[0])


async def test_who_was_heard_by_a_telephone_in_two_notes_of_three_has_no_second_print(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for narrow in (OTHER, None, OTHER):  # an older worker had the second
        note = await school.note(ANNA, enrolment="e1")
        await apply(school, school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE, narrow=narrow))
    assert await count(school, StoredVoiceprint) == 1
    with school.database.session() as session:
        notes, by_telephone, _ = voiceprints.both_notes_of_class(session, school.keyring, school.class_id)
        assert (len(notes), by_telephone) == (1, {})
