"""What notes come to by what is said in them; on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from rollcall.domain.attendance import Status
from rollcall.domain.challenge import LIFE, ChallengeMode, Words
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Reason, Verdict
from rollcall.report.model import Period
from rollcall.storage import challenges, classes, lessons, people, voiceprints
from rollcall.storage.remarks import remarks
from rollcall.storage.reviews import decide_review, review_of
from rollcall.storage.tables import Attempt, Attendance, Person, ReviewCard, SchoolClass
from rollcall.usecases.challenges import NotShown, Shown, ask_again
from rollcall.usecases.closing import close_overdue_lesson
from rollcall.usecases.marks import set_mark
from rollcall.usecases.report import build_report
from rollcall.usecases.tapping import tap
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School
from tests.rollcall.usecases.challenged import SECOND, asked, enrol, mark, opened, sent, settled, shown

LATE = NINE + timedelta(minutes=10)


def told(school: School, attempt: Attempt, at: datetime) -> None:
    """The sender has the answer."""
    with school.database.session() as session:
        session.get_one(Attempt, attempt.id).answered_at = at


async def test_the_right_words_mark_the_student_like_any_note(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD)
    assert (attempt.verdict, attempt.status, attempt.words) == (Verdict.ACCEPTED, Status.PRESENT, Words.HEARD)
    with school.database.session() as session:
        assert remarks(session, [lesson]) == {}


async def test_a_note_without_them_is_asked_for_again_and_its_challenge_stays(school: School) -> None:
    lesson = await opened(school)
    first = shown(school, lesson)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.NOT_HEARD)
    assert (attempt.verdict, attempt.reason) == (Verdict.UNSAID, Reason.WORDS_NOT_HEARD)
    assert mark(school, lesson) is None
    with school.database.session() as session:
        again = ask_again(session, attempt.id, NINE + 30 * SECOND, "ru", hearing=True).outcome
    assert isinstance(again, Shown)
    assert (again.number, again.kept) == (first.number, True)
    assert settled(school, sent(school, NINE + 50 * SECOND), Words.HEARD).status is Status.PRESENT


async def test_the_answer_to_another_challenge_brings_a_new_one_and_accuses_nobody(school: School) -> None:
    lesson = await opened(school)
    first = shown(school, lesson)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.SOMETHING_ELSE)
    assert (attempt.verdict, attempt.reason) == (Verdict.UNSAID, Reason.WORDS_OTHER)
    with school.database.session() as session:
        again = ask_again(session, attempt.id, NINE + 21 * SECOND, "ru", hearing=True).outcome
    assert isinstance(again, Shown)
    assert again.number != first.number
    assert settled(school, sent(school, NINE + 40 * SECOND), Words.HEARD).status is Status.PRESENT
    await school.close(lesson)
    assert mark(school, lesson) is Status.PRESENT


async def test_a_challenge_is_used_up_by_the_first_answer_to_it(school: School) -> None:
    """Also where a second note was sent meanwhile: a friend who hears it said has no use of it."""
    lesson = await opened(school)
    shown(school, lesson)
    one, other = sent(school, NINE + 20 * SECOND), sent(school, NINE + 21 * SECOND)
    assert settled(school, one, Words.SOMETHING_ELSE).verdict is Verdict.UNSAID
    attempt = settled(school, other, Words.HEARD)
    assert (attempt.verdict, attempt.reason, attempt.words) == (Verdict.UNSAID, Reason.WORDS_WANTED, None)
    assert mark(school, lesson) is None
    late = sent(school, NINE + 22 * SECOND)
    with school.database.session() as session:
        assert session.get_one(Attempt, late).challenge_id is None


async def test_a_classmates_challenge_is_of_no_use(school: School) -> None:
    lesson = await opened(school, ChallengeMode.REQUIRE, ANNA, BORIS)
    shown(school, lesson, account=BORIS)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD)
    assert (attempt.reason, mark(school, lesson)) == (Reason.WORDS_WANTED, None)


async def test_a_note_answers_what_was_shown_before_it_was_sent_though_more_was_shown_since(school: School) -> None:
    lesson = await opened(school)
    first = shown(school, lesson)
    shown(school, lesson, NINE + 90 * SECOND)
    attempt = settled(school, sent(school, NINE + 80 * SECOND), Words.HEARD)
    assert (attempt.challenge_id, attempt.status) == (first.number, Status.PRESENT)


async def test_of_two_open_lessons_a_note_counts_for_the_one_that_its_number_was_shown_for(school: School) -> None:
    lesson = await opened(school)
    with school.database.session() as session:
        teacher, anna = people.find_person(session, TEACHER), people.find_person(session, ANNA)
        assert teacher
        assert anna
        other = classes.create_class(session, teacher, "Химия 9Б", "UTC", NINE)
        classes.join_class(session, anna, other, NINE)
        lessons.open_lesson(session, other.id, teacher, NINE + SECOND, timedelta(minutes=90), timedelta(minutes=10))
    without = settled(school, sent(school, NINE + 5 * SECOND), None)
    assert without.lesson_id != lesson, "the lesson that opened last, where nothing was shown"
    with school.database.session() as session:
        session.execute(delete(Attendance))
    shown(school, lesson, NINE + 10 * SECOND)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD)
    assert (attempt.lesson_id, attempt.status) == (lesson, Status.PRESENT)


async def test_a_result_delivered_twice_uses_a_challenge_once_and_says_the_same(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    note = sent(school, NINE + 20 * SECOND)
    for _ in range(2):
        attempt = settled(school, note, Words.HEARD)
        assert (attempt.verdict, attempt.words) == (Verdict.ACCEPTED, Words.HEARD)


async def test_after_the_second_unclear_note_the_teacher_is_asked_since_the_first(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    first = settled(school, sent(school, NINE + 20 * SECOND), Words.UNSURE)
    assert (first.verdict, first.reason) == (Verdict.UNSAID, Reason.WORDS_UNCLEAR)
    shown(school, lesson, NINE + 30 * SECOND)
    second = settled(school, sent(school, NINE + 50 * SECOND), Words.UNSURE)
    assert (second.verdict, second.reason) == (Verdict.UNSAID, Reason.TEACHER_DECIDES)
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        assert review
        assert (review.state, review.attempt_id, review.sent_at) == (ReviewState.OPEN, second.id, NINE + 20 * SECOND)
    shown(school, lesson, NINE + 60 * SECOND)
    assert settled(school, sent(school, NINE + 80 * SECOND), Words.HEARD).status is Status.PRESENT
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        assert review
        assert review.state is ReviewState.SETTLED


@pytest.mark.parametrize("words", [Words.NOT_HEARD, Words.UNSURE, Words.SOMETHING_ELSE, None])
async def test_whose_first_note_was_in_time_is_not_late_by_being_asked_again(
    school: School, words: Words | None
) -> None:
    lesson = await opened(school)
    if words is not None:
        shown(school, lesson, LATE - 40 * SECOND)
    first = settled(school, sent(school, LATE - 10 * SECOND), words, LATE - 8 * SECOND)
    assert first.verdict is Verdict.UNSAID
    told(school, first, LATE - 5 * SECOND)
    shown(school, lesson, LATE - 5 * SECOND)
    second = settled(school, sent(school, LATE + 100 * SECOND), Words.HEARD, LATE + 102 * SECOND)
    assert (second.status, second.marked_at) == (Status.PRESENT, LATE - 10 * SECOND)


async def test_whoever_says_it_much_later_is_late_whatever_was_sent_in_time(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    first = settled(school, sent(school, NINE + 20 * SECOND), Words.NOT_HEARD, NINE + 22 * SECOND)
    told(school, first, NINE + 23 * SECOND)
    shown(school, lesson, LATE + timedelta(minutes=20))
    at = LATE + timedelta(minutes=20, seconds=30)
    assert (settled(school, sent(school, at), Words.HEARD, at).status, mark(school, lesson)) == (Status.LATE,) * 2


async def test_a_note_that_a_teacher_has_rejected_is_nobodys_first(school: School) -> None:
    lesson = await opened(school)
    assert twice_unclear(school, lesson, 8).reason is Reason.TEACHER_DECIDES
    with school.database.session() as session:
        teacher, review = people.find_person(session, TEACHER), review_of(session, lesson, school.ids[ANNA])
        assert teacher
        assert review
        assert decide_review(session, review, teacher, confirmed=False, now=LATE)
    shown(school, lesson, LATE + 5 * SECOND)
    attempt = settled(school, sent(school, LATE + 30 * SECOND), Words.HEARD, LATE + 31 * SECOND)
    assert (attempt.status, attempt.marked_at) == (Status.LATE, LATE + 30 * SECOND)


async def test_a_teachers_card_has_the_time_that_a_number_would_have(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    told(school, settled(school, sent(school, NINE + 20 * SECOND), Words.NOT_HEARD), NINE + 23 * SECOND)
    again = twice_unclear(school, lesson, 30)
    assert again.reason is Reason.TEACHER_DECIDES
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        assert review
        assert review.sent_at == NINE + timedelta(minutes=30, seconds=20)


async def test_whoever_taps_after_a_note_that_was_misheard_is_there_since_the_note(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson, LATE - 40 * SECOND)
    first = settled(school, sent(school, LATE - 10 * SECOND), Words.NOT_HEARD, LATE)
    told(school, first, LATE)
    with school.database.session() as session:
        student = session.get_one(Person, school.ids[ANNA])
        tapped = tap(session, student, lesson, LATE + 60 * SECOND, LATE + 60 * SECOND)
        assert tapped
        assert (tapped.state, tapped.at) == (ReviewState.OPEN, LATE - 10 * SECOND)


def carded(school: School, review_id: int, message_id: int) -> None:
    """A teacher has the card, in this message; 0 once it was taken out of the chat."""
    with school.database.session() as session:
        card = {"question_id": review_id, "chat_id": TEACHER, "message_id": message_id}
        session.merge(ReviewCard(**card, shown=ReviewState.OPEN, claimed_at=NINE, not_before=None))


def twice_unclear(school: School, lesson: int, minutes: int = 0) -> Attempt:
    """Two notes that nobody can make out; the second."""
    for number in (0, 1):
        at = NINE + timedelta(minutes=minutes, seconds=50 * number)
        shown(school, lesson, at)
        attempt = settled(school, sent(school, at + 20 * SECOND), Words.UNSURE, at + 21 * SECOND)
    return attempt


async def test_whose_voice_was_erased_while_a_teacher_was_asked_is_asked_about_again(school: School) -> None:
    """The question was settled by the erasure, without an answer: unasked, their notes would go round in circles."""
    lesson = await opened(school)
    twice_unclear(school, lesson)
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        assert review
        number = review.id
    carded(school, number, 0)
    with school.database.session() as session:
        voiceprints.forget_voice(session, session.get_one(Person, school.ids[ANNA]), NINE)
    await enrol(school)
    attempt = twice_unclear(school, lesson, 5)
    assert attempt.reason is Reason.TEACHER_DECIDES
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        assert review
        assert (review.id, review.state, review.decided_at) == (number, ReviewState.OPEN, None)
        note = session.get_one(Attempt, review.attempt_id)
        assert (note.verdict, note.sent_at >= NINE + timedelta(minutes=5)) == (Verdict.UNSAID, True)
        assert not session.scalars(select(ReviewCard)).all(), "the teacher gets a new card, with a note in it"


async def test_a_card_whose_note_is_in_a_chat_asks_again_itself(school: School) -> None:
    """A teacher answered it by a mark of their own; were it forgotten, an erasure would not reach its note."""
    lesson = await opened(school)
    first = twice_unclear(school, lesson)
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        assert review
        number = review.id
    carded(school, number, 77)
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        set_mark(session, teacher, lesson, school.ids[ANNA], Status.ABSENT, None, NINE)
    attempt = twice_unclear(school, lesson, 5)
    assert attempt.reason is Reason.TEACHER_DECIDES
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        assert review
        assert (review.state, review.attempt_id) == (ReviewState.OPEN, first.id)
        assert [card.message_id for card in session.scalars(select(ReviewCard))] == [77]


async def test_whoever_is_not_understood_is_in_doubt_and_never_absent(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    settled(school, sent(school, NINE + 20 * SECOND), Words.NOT_HEARD)
    await school.close(lesson)
    assert mark(school, lesson) is Status.FLAGGED
    assert mark(school, lesson, BORIS) is Status.ABSENT


@pytest.mark.parametrize("mode", [ChallengeMode.REQUIRE, ChallengeMode.OFF])
async def test_whoever_could_not_try_again_before_the_end_is_the_teachers_to_hear(
    school: School, mode: ChallengeMode
) -> None:
    lesson = await opened(school)
    end = NINE + timedelta(minutes=90)
    shown(school, lesson, end - 60 * SECOND)
    first = settled(school, sent(school, end - 50 * SECOND), Words.NOT_HEARD, end - 49 * SECOND)
    last = settled(school, sent(school, end - 20 * SECOND), Words.NOT_HEARD, end - 19 * SECOND)
    assert {first.reason, last.reason} == {Reason.WORDS_NOT_HEARD}
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).challenge = mode
    with school.database.session() as session:
        close_overdue_lesson(session, lesson)
    assert mark(school, lesson) is Status.FLAGGED
    with school.database.session() as session:
        review = review_of(session, lesson, school.ids[ANNA])
        if mode is ChallengeMode.OFF:
            assert review is None
            return
        assert review
        assert (review.state, review.attempt_id, review.sent_at) == (ReviewState.OPEN, last.id, end - 50 * SECOND)
        assert session.get_one(Attempt, last.id).reason is Reason.TEACHER_DECIDES
        assert review_of(session, lesson, school.ids[BORIS]) is None


async def test_a_note_that_is_settled_after_the_lesson_is_the_teachers(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    note = sent(school, NINE + 20 * SECOND)
    await school.close(lesson)
    assert settled(school, note, Words.NOT_HEARD, NINE + timedelta(hours=1)).reason is Reason.TEACHER_DECIDES
    assert mark(school, lesson) is Status.FLAGGED


@pytest.mark.parametrize("words", [Words.NOT_CHECKED, None])
async def test_where_nobody_listened_the_note_counts_and_says_so(school: School, words: Words | None) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), words)
    assert (attempt.verdict, attempt.status, attempt.words) == (Verdict.ACCEPTED, Status.PRESENT, Words.NOT_CHECKED)
    with school.database.session() as session:
        (remark,) = remarks(session, [lesson]).values()
        assert remark.words is Words.NOT_CHECKED
        report = build_report(session, session.get_one(SchoolClass, school.class_id), Period.LESSON, NINE)
        assert [line.marks[0].remarks.words for line in report.students if line.marks[0]] == [Words.NOT_CHECKED, None]


async def test_without_a_worker_that_hears_any_note_counts_and_nothing_is_shown(school: School) -> None:
    lesson = await opened(school)
    assert asked(school, lesson, hearing=False).outcome is NotShown.ANYTHING
    attempt = settled(school, sent(school, NINE), None, hearing=False)
    assert (attempt.status, attempt.words) == (Status.PRESENT, Words.NOT_CHECKED)


async def test_a_note_for_which_nothing_was_open_is_told_its_voice_and_asked(school: School) -> None:
    lesson = await opened(school)
    attempt = settled(school, sent(school, NINE), None)
    assert (attempt.verdict, attempt.reason, attempt.confidence) == (Verdict.UNSAID, Reason.WORDS_WANTED, 0.97)
    shown(school, lesson)
    expired = settled(school, sent(school, NINE + LIFE + 2 * SECOND), Words.HEARD)
    assert (expired.reason, mark(school, lesson)) == (Reason.WORDS_WANTED, None)


async def test_where_it_is_only_asked_every_note_counts_and_the_teacher_reads_what_was_heard(school: School) -> None:
    lesson = await opened(school, ChallengeMode.ASK, ANNA, BORIS)
    shown(school, lesson)
    assert settled(school, sent(school, NINE + 20 * SECOND), Words.SOMETHING_ELSE).status is Status.PRESENT
    unasked = settled(school, sent(school, NINE, BORIS), None)
    assert (unasked.status, unasked.words) == (Status.PRESENT, None)
    with school.database.session() as session:
        found = remarks(session, [lesson])
        assert found[lesson, school.ids[ANNA]].words is Words.SOMETHING_ELSE
        assert (lesson, school.ids[BORIS]) not in found
        assert challenges.heard_in(session, school.class_id) == {Words.SOMETHING_ELSE: 1}
