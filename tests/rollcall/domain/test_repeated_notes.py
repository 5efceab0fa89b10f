"""Doubtful notes: averaged with each other, counted, and in the end the teacher's to settle."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select

from rollcall.domain.attendance import Status
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import operating_point
from rollcall.domain.repeated_notes import decide_with_tries
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Reason, Verdict
from rollcall.report.model import Period
from rollcall.storage import cards, people, reviews, voiceprints
from rollcall.storage.questions import REVIEWS
from rollcall.storage.tables import (
    Attempt,
    Attendance,
    Lesson,
    Person,
    Review,
    SchoolClass,
    StoredVoiceprint,
)
from rollcall.usecases.report import build_report
from rollcall.usecases.settlement import Settled, apply_result
from tests.rollcall.conftest import ANNA, NINE, TEACHER, School

POINT = operating_point("campplus", "own weights")  # plain cosines: unsure from 0.375, accept from 0.55
GALLERY = Gallery((1, 2), np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32))


def voice(own: float, *other: float) -> NDArray[np.float32]:
    """Scores this against Anna; the rest is noise of its own kind."""
    noise = np.array(other or (1.0, 0.0), np.float32)
    noise *= np.sqrt(1 - own**2) / np.linalg.norm(noise)
    return np.array([own, 0, *noise], np.float32)


def verdict(note: NDArray[np.float32], *earlier: NDArray[np.float32]) -> Verdict:
    return decide_with_tries(note, 3.0, [(one, 3.0) for one in earlier], GALLERY, 1, POINT).verdict


def test_a_doubtful_note_alone_stays_doubtful() -> None:
    assert verdict(voice(0.5)) is Verdict.UNSURE


def test_two_tries_that_agree_are_accepted_together() -> None:
    assert verdict(voice(0.53, 1, 0.3), voice(0.53, 0.3, 1)) is Verdict.ACCEPTED


def test_tries_in_another_voice_have_no_say() -> None:
    assert verdict(voice(0.5, 1, 0), voice(0.5, -1, 0)) is Verdict.UNSURE


def test_a_stranger_is_not_averaged_into_the_owner() -> None:
    assert verdict(voice(0.1), voice(0.54), voice(0.54)) is Verdict.UNKNOWN


def test_a_note_that_is_sure_needs_no_help_from_before() -> None:
    assert verdict(voice(0.8), voice(0.4, -1, 0)) is Verdict.ACCEPTED


def test_tries_that_agree_just_enough_are_taken_together() -> None:
    one, other = np.full(4, 0.5, np.float32), np.array([1, 0, 0, 0], np.float32)
    gallery = Gallery((1, 2), np.array([[0.8, 0.6, 0, 0], [0, 0, 0, 1]], np.float32))
    point = replace(POINT, accept=0.85, unsure=0.5)
    assert decide_with_tries(one, 2.0, [], gallery, 1, point).verdict is Verdict.UNSURE
    assert decide_with_tries(one, 2.0, [(other, 2.0)], gallery, 1, point).verdict is Verdict.ACCEPTED


def test_short_tries_add_up_to_a_long_one() -> None:
    gallery = Gallery((1, 2), np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32))
    note, before = voice(0.54), voice(0.54, 0.9, 0.436)
    point = replace(POINT, accept=0.54)
    assert decide_with_tries(note, 1.0, [(before, 0.5)], gallery, 1, point).verdict is Verdict.UNSURE
    assert decide_with_tries(note, 1.0, [(before, 1.0)], gallery, 1, point).verdict is Verdict.ACCEPTED


async def unsure(
    school: School, lesson: int | None, minutes: int = 0, note: NDArray[np.float32] | None = None
) -> Settled:
    """Anna sends a note that leaves a doubt."""
    attempt = await school.note(ANNA, sent_at=NINE + timedelta(minutes=minutes), lesson_id=lesson)
    result = school.result(attempt, Verdict.UNSURE, Reason.UNSURE, voice=voice(0.5))
    with school.database.session() as session:
        settled = apply_result(session, school.keyring, result, NINE + timedelta(minutes=minutes))
        assert settled
        return settled


async def enrol(school: School) -> None:
    with school.database.session() as session:
        session.add(
            StoredVoiceprint(
                person_id=school.ids[ANNA], sealed=b"x", model="campplus", weight_hash="w1", notes=3, created_at=NINE
            )
        )


async def the_review(school: School) -> Review:
    with school.database.session() as session:
        return session.scalars(select(Review)).one()


async def embeddings(school: School) -> int:
    with school.database.session() as session:
        return session.scalar(select(func.count()).where(Attempt.embedding.is_not(None))) or 0


async def teacher_decides(school: School, *, confirmed: bool) -> bool:
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        review = session.scalars(select(Review)).one()
        assert teacher
        return reviews.decide_review(session, review, teacher, confirmed=confirmed, now=NINE + timedelta(minutes=30))


async def test_the_third_try_is_the_teachers_to_settle(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    first, second = await unsure(school, lesson, 1), await unsure(school, lesson, 2)
    assert [one.attempt.note_number for one in (first, second)] == [1, 2]
    assert await embeddings(school) == 2
    third = await unsure(school, lesson, 12)
    assert third.attempt.reason is Reason.TEACHER_DECIDES
    assert await embeddings(school) == 0, "nothing will be averaged any more"
    fourth = await unsure(school, lesson, 13)
    assert fourth.attempt.reason is Reason.TEACHER_DECIDES
    review = await the_review(school)
    assert (review.state, review.attempt_id) == (ReviewState.OPEN, third.attempt.id)
    assert review.sent_at == NINE + timedelta(minutes=1)


async def test_the_next_note_carries_the_tries_of_its_own_lesson_only(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    await unsure(school, None, 0)
    await unsure(school, lesson, 1)
    await unsure(school, lesson, 2)
    ids = [
        await school.note(ANNA, sent_at=NINE + timedelta(minutes=minute), lesson_id=within)
        for minute, within in ((3, lesson), (9, None), (11, None))
    ]
    with school.database.session() as session:
        counts = [len(reviews.tries_before(session, session.get_one(Attempt, id_))) for id_ in ids]
        assert counts == [2, 1, 0]


async def test_confirmed_by_the_teacher_counts_from_the_first_try(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    for minute in (5, 20, 21):
        await unsure(school, lesson, minute)
    assert await teacher_decides(school, confirmed=True)
    with school.database.session() as session:
        mark = session.get_one(Attendance, (lesson, school.ids[ANNA]))
        assert (mark.status, mark.at, mark.confidence) == (Status.PRESENT, NINE + timedelta(minutes=5), None)
        report = build_report(session, session.get_one(SchoolClass, school.class_id), Period.LESSON, NINE)
    anna = next(line for line in report.students if line.full_name.startswith("Анна"))
    assert anna.marks[0]
    assert anna.marks[0].confirmed


async def test_rejected_by_the_teacher_is_flagged_in_the_report(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    for minute in (1, 2, 3):
        await unsure(school, lesson, minute)
    assert await teacher_decides(school, confirmed=False)
    await school.close(lesson)
    with school.database.session() as session:
        mark = session.get_one(Attendance, (lesson, school.ids[ANNA]))
        assert mark.status is Status.FLAGGED
        report = build_report(session, session.get_one(SchoolClass, school.class_id), Period.LESSON, NINE)
    anna = next(line for line in report.students if line.full_name.startswith("Анна"))
    assert anna.marks[0]
    assert Reason.TEACHER_REJECTED in anna.marks[0].refused


async def test_of_two_decisions_the_first_stands(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    for minute in (1, 2, 3):
        await unsure(school, lesson, minute)
    assert await teacher_decides(school, confirmed=True)
    assert not await teacher_decides(school, confirmed=False)
    assert (await the_review(school)).state is ReviewState.CONFIRMED


async def test_confirming_after_the_lesson_replaces_the_absent_mark(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    for minute in (1, 2, 3):
        await unsure(school, lesson, minute)
    await school.close(lesson)
    assert await teacher_decides(school, confirmed=True)
    with school.database.session() as session:
        assert (session.get_one(Attendance, (lesson, school.ids[ANNA]))).status is Status.PRESENT


async def test_a_voice_accepted_later_leaves_the_teacher_nothing_to_decide(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    for minute in (1, 2, 3):
        await unsure(school, lesson, minute)
    note = await school.note(ANNA, sent_at=NINE + timedelta(minutes=4), lesson_id=lesson)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note), NINE)
    assert (await the_review(school)).state is ReviewState.SETTLED
    assert not await teacher_decides(school, confirmed=False)
    await unsure(school, lesson, 9)  # someone marked already needs no card
    assert (await the_review(school)).state is ReviewState.SETTLED


async def test_each_teacher_is_sent_one_card_whichever_bot_is_quicker(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    for minute in (1, 2, 3):
        await unsure(school, lesson, minute)
    with school.database.session() as session:
        missing = cards.missing(session, REVIEWS, NINE)
        assert [chat for _, chat in missing] == [TEACHER]
        assert cards.take(session, REVIEWS, missing[0][0], TEACHER, NINE)
    with school.database.session() as session:
        assert not cards.take(session, REVIEWS, missing[0][0], TEACHER, NINE)
        assert not cards.missing(session, REVIEWS, NINE)
        # A bot that stopped while sending is made up for.
        assert cards.missing(session, REVIEWS, NINE + timedelta(minutes=2))


async def test_forgetting_a_voice_takes_its_tries_and_its_review(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    for minute in (1, 2):
        await unsure(school, lesson, minute)
    with school.database.session() as session:
        voiceprints.forget_voice(session, session.get_one(Person, school.ids[ANNA]), NINE)
    assert await embeddings(school) == 0


async def test_tries_of_a_lesson_that_is_over_are_dropped(school: School) -> None:
    await enrol(school)
    lesson = await school.open()
    await unsure(school, lesson, 1)
    await unsure(school, None, 2)
    with school.database.session() as session:
        reviews.drop_old_embeddings(session, NINE + timedelta(minutes=13))
    assert await embeddings(school) == 1
    await school.close(lesson)
    with school.database.session() as session:
        assert (session.get_one(Lesson, lesson)).closed_at
        reviews.drop_old_embeddings(session, NINE + timedelta(minutes=13))
    assert await embeddings(school) == 0


@pytest.mark.parametrize("enrolled", [True, False])
async def test_an_unsure_note_of_someone_without_a_voiceprint_is_not_kept(school: School, *, enrolled: bool) -> None:
    if enrolled:
        await enrol(school)
    await unsure(school, await school.open(), 1)
    assert await embeddings(school) == int(enrolled)
