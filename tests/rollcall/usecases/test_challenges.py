"""What students are shown to say, and what their notes come to by it; on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import delete, func, select

from rollcall.domain.attendance import Status
from rollcall.domain.challenge import LIFE, ChallengeMode, Words
from rollcall.domain.claim import ClaimState
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.words_lane import MOST_SHOWN
from rollcall.queue.job import Result
from rollcall.report.model import Period
from rollcall.storage import challenges, classes, lessons, people, voiceprints
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.remarks import remarks
from rollcall.storage.reviews import decide_review, review_of
from rollcall.storage.tables import Attempt, Attendance, Lesson, Person, ReviewCard, SchoolClass
from rollcall.usecases.challenges import Asked, NotShown, Shown, ask, ask_again, ask_enrolling, show
from rollcall.usecases.claim_cards import claim_facts
from rollcall.usecases.closing import close_overdue_lesson
from rollcall.usecases.marks import set_mark
from rollcall.usecases.report import build_report
from rollcall.usecases.retention import Periods, sweep
from rollcall.usecases.settlement import apply_result
from rollcall.usecases.take_note import take_note
from rollcall.usecases.tapping import tap
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

SECOND = timedelta(seconds=1)
VOICES = {ANNA: np.array([1, 0, 0], np.float32), BORIS: np.array([0, 1, 0], np.float32)}


async def enrol(school: School, account: int = ANNA) -> None:
    enrolment = f"e{account}"
    await school.begin_enrolment(account, enrolment)
    for _ in range(3):
        note = await school.note(account, enrolment=enrolment)
        with school.database.session() as session:
            apply_result(
                session, school.keyring, school.result(note, reason=Reason.GOOD_NOTE, voice=VOICES[account]), NINE
            )


async def opened(school: School, mode: ChallengeMode = ChallengeMode.REQUIRE, *accounts: int) -> int:
    """An open lesson of a class with challenges, whose students have agreed to be listened to."""
    for account in accounts or (ANNA,):
        await enrol(school, account)
        with school.database.session() as session:
            people.agree_to_words(session, account, "1", "ru", NINE)
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).challenge = mode
    return await school.open()


def asked(
    school: School,
    lesson_id: int,
    at: datetime = NINE,
    account: int = ANNA,
    *,
    hearing: bool = True,
    agreed: bool = False,
) -> Asked:
    with school.database.session() as session:
        person = people.find_person(session, account)
        assert person
        return ask(session, person, lesson_id, at, "ru", hearing=hearing, agreed=agreed)


def shown(school: School, lesson_id: int, at: datetime = NINE, account: int = ANNA) -> Shown:
    """What the student is shown, by a message of that time."""
    outcome = asked(school, lesson_id, at, account).outcome
    assert isinstance(outcome, Shown)
    with school.database.session() as session:
        show(session, outcome.number, at)
    return outcome


def sent(school: School, at: datetime, account: int = ANNA) -> str:
    """A note comes as the bot takes it; its attempt's id."""
    school.sent += 1
    incoming = IncomingNote(account, school.sent, f"f{school.sent}", f"u{school.sent}", 9000, at)
    with school.database.session() as session:
        person = people.find_person(session, account)
        assert person
        classes = [session.get_one(SchoolClass, school.class_id)]
        known = take_note(session, person, incoming, classes, None, None, None, at)
        school.owners[known.attempt.id] = person.id
        assert (known.challenge is not None) is (known.attempt.challenge_id is not None)
        return known.attempt.id


def settled(school: School, note: str, words: Words | None, at: datetime = NINE, *, hearing: bool = True) -> Attempt:
    """What the note comes to once a worker has heard this."""
    result: Result = school.result(note).model_copy(update={"words": words, "score": 0.7})
    with school.database.session() as session:
        done = apply_result(session, school.keyring, result, at, hearing=hearing)
        assert done
        return done.attempt


def mark(school: School, lesson_id: int, account: int = ANNA) -> Status | None:
    with school.database.session() as session:
        row = session.get(Attendance, (lesson_id, school.ids[account]))
        return row.status if row is not None else None


async def test_a_challenge_is_one_students_of_one_lesson_and_lives_two_minutes(school: School) -> None:
    lesson = await opened(school, ChallengeMode.REQUIRE, ANNA, BORIS)
    annas, boriss = shown(school, lesson), shown(school, lesson, account=BORIS)
    assert annas.number != boriss.number
    assert (annas.until, len(annas.challenge.items), annas.challenge.language) == (NINE + LIFE, 4, "ru")
    with school.database.session() as session:
        row = session.get_one(StoredChallenge, annas.number)
        assert challenges.is_open(row, NINE + LIFE)
        assert not challenges.is_open(row, NINE + LIFE + SECOND)
        assert not challenges.is_open(row, NINE - timedelta(minutes=1))  # a note from before


async def test_its_life_counts_from_telegrams_time_of_the_message(school: School) -> None:
    lesson = await opened(school)
    outcome = asked(school, lesson, NINE).outcome
    assert isinstance(outcome, Shown)
    with school.database.session() as session:
        show(session, outcome.number, NINE + timedelta(seconds=30))
    note = sent(school, NINE + timedelta(seconds=140))
    assert settled(school, note, Words.HEARD).verdict is Verdict.ACCEPTED


def asked_again(school: School, attempt: Attempt, at: datetime, language: str = "ru") -> Shown:
    """What the answer to a note shows."""
    with school.database.session() as session:
        outcome = ask_again(session, attempt.id, at, language, hearing=True).outcome
    assert isinstance(outcome, Shown)
    return outcome


def is_there(school: School, challenge: Shown, at: datetime) -> None:
    """Telegram has taken the message that shows it."""
    with school.database.session() as session:
        show(session, challenge.number, at)


async def test_what_an_answer_could_not_show_is_shown_as_new_by_the_next_and_lives_from_then(school: School) -> None:
    lesson = await opened(school)
    missed = settled(school, sent(school, NINE), None)
    drawn = asked_again(school, missed, NINE + 2 * SECOND)
    again = asked_again(school, missed, NINE + 60 * SECOND)  # Telegram did not take the answer before
    assert (again.number, again.kept, again.until) == (drawn.number, False, NINE + 60 * SECOND + LIFE)
    late = asked_again(school, missed, NINE + 300 * SECOND)
    assert (late.number, late.kept) == (drawn.number, False)
    is_there(school, late, NINE + 301 * SECOND)
    after = NINE + 400 * SECOND
    attempt = settled(school, sent(school, after), Words.HEARD)
    assert (attempt.verdict, attempt.challenge_id) == (Verdict.ACCEPTED, late.number)
    assert mark(school, lesson) is Status.PRESENT


async def test_numbers_that_no_message_could_show_are_none_of_those_that_a_lesson_has(school: School) -> None:
    lesson = await opened(school)
    first = asked(school, lesson).outcome
    assert isinstance(first, Shown)
    for number in range(1, MOST_SHOWN + 2):
        outcome = asked(school, lesson, NINE + number * SECOND).outcome
        assert isinstance(outcome, Shown)
        assert outcome.number == first.number
    is_there(school, first, NINE + 20 * SECOND)
    assert isinstance(asked(school, lesson, NINE + 30 * SECOND).outcome, Shown)


async def test_whoever_does_not_say_what_perhaps_was_never_shown_has_missed_nothing(school: School) -> None:
    """A message may be there although Telegram did not say so: who says its number is right, and nobody is wrong."""
    lesson = await opened(school)
    outcome = asked(school, lesson).outcome
    assert isinstance(outcome, Shown)
    other = settled(school, sent(school, NINE + 10 * SECOND), Words.SOMETHING_ELSE)
    assert (other.reason, other.words) == (Reason.WORDS_WANTED, None)
    assert settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD).status is Status.PRESENT


async def test_whoever_changes_the_language_is_shown_a_number_in_it(school: School) -> None:
    """One that was shown in the other is listened for in the other."""
    lesson = await opened(school)
    first = shown(school, lesson)
    missed = settled(school, sent(school, NINE + 10 * SECOND), Words.NOT_HEARD)
    assert asked_again(school, missed, NINE + 11 * SECOND).number == first.number
    again = asked_again(school, missed, NINE + 12 * SECOND, "en")
    assert (again.number == first.number, again.challenge.language, again.kept) == (False, "en", False)
    unseen = asked_again(school, missed, NINE + 13 * SECOND, "ru")
    assert (unseen.number, unseen.challenge.language) == (again.number, "ru")


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


async def test_what_is_about_to_end_is_not_shown_again(school: School) -> None:
    lesson = await opened(school)
    first = shown(school, lesson)
    attempt = settled(school, sent(school, NINE + 100 * SECOND), Words.NOT_HEARD)
    with school.database.session() as session:
        again = ask_again(session, attempt.id, NINE + 105 * SECOND, "ru", hearing=True).outcome
    assert isinstance(again, Shown)
    assert (again.number == first.number, again.kept) == (False, False)


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


async def test_a_classmates_later_challenge_takes_nobodys_place(school: School) -> None:
    lesson = await opened(school, ChallengeMode.REQUIRE, ANNA, BORIS)
    own = shown(school, lesson)
    for wait in (5, 10):
        shown(school, lesson, NINE + wait * SECOND, account=BORIS)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD)
    assert (attempt.challenge_id, attempt.status) == (own.number, Status.PRESENT)


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


def told(school: School, attempt: Attempt, at: datetime) -> None:
    """The sender has the answer."""
    with school.database.session() as session:
        session.get_one(Attempt, attempt.id).answered_at = at


LATE = NINE + timedelta(minutes=10)
"""The lesson's last moment in time."""


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


async def test_whoever_is_marked_is_asked_for_nothing_more(school: School) -> None:
    lesson = await opened(school)
    shown(school, lesson)
    settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD)
    assert asked(school, lesson, NINE + 30 * SECOND).outcome is NotShown.MARKED
    assert settled(school, sent(school, NINE + 40 * SECOND), None).status is Status.PRESENT


async def test_a_lesson_has_so_many_challenges_and_then_the_teacher_listens(school: School) -> None:
    lesson = await opened(school)
    for number in range(MOST_SHOWN):
        shown(school, lesson, NINE + number * SECOND)
    assert asked(school, lesson, NINE + 20 * SECOND).outcome is NotShown.ENOUGH
    late = settled(school, sent(school, NINE + LIFE + 30 * SECOND), None)
    assert late.reason is Reason.TEACHER_DECIDES


async def test_nobody_is_listened_to_who_has_not_agreed(school: School) -> None:
    await enrol(school)
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).challenge = ChallengeMode.REQUIRE
    lesson = await school.open()
    assert asked(school, lesson).outcome is NotShown.AGREE
    assert isinstance(asked(school, lesson, agreed=True).outcome, Shown)
    assert isinstance(asked(school, lesson).outcome, Shown)


async def test_a_class_without_challenges_shows_none_and_a_voice_that_waits_needs_none(school: School) -> None:
    lesson = await opened(school, ChallengeMode.OFF)
    assert asked(school, lesson).outcome is NotShown.ANYTHING
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).challenge = ChallengeMode.REQUIRE
    assert asked(school, lesson, account=BORIS).outcome is NotShown.NO_VOICE
    assert asked(school, lesson + 1).outcome is NotShown.CLOSED


async def test_a_challenge_goes_with_the_voice_and_after_a_day(school: School) -> None:
    lesson = await opened(school, ChallengeMode.REQUIRE, ANNA, BORIS)
    shown(school, lesson)
    shown(school, lesson, account=BORIS)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD)
    with school.database.session() as session:
        person = people.find_person(session, ANNA)
        assert person
        voiceprints.forget_voice(session, person, NINE)
    with school.database.session() as session:
        assert session.scalars(select(StoredChallenge.person_id)).all() == [school.ids[BORIS]]
        assert session.get_one(Attempt, attempt.id).words_score is None
    long = timedelta(days=1000)
    await sweep(school.database, Periods(long, long, long, long, long, long), NINE + timedelta(days=1, minutes=1))
    with school.database.session() as session:
        assert session.scalar(select(func.count()).select_from(StoredChallenge)) == 0
        assert session.get_one(Lesson, lesson)


def enrolling(school: School, at: datetime = NINE) -> str:
    """A note of Anna's enrolment comes as the bot takes it; its attempt's id."""
    school.sent += 1
    incoming = IncomingNote(ANNA, school.sent, f"f{school.sent}", f"u{school.sent}", 9000, at)
    with school.database.session() as session:
        person = people.find_person(session, ANNA)
        assert person
        classes = [session.get_one(SchoolClass, school.class_id)]
        known = take_note(session, person, incoming, classes, None, "e", None, at)
        school.owners[known.attempt.id] = person.id
        return known.attempt.id


def enrolled(school: School, note: str, words: Words | None = None, *, hearing: bool = True) -> Attempt:
    """What the note comes to once a worker has heard this in it."""
    result = school.result(note, reason=Reason.GOOD_NOTE, voice=VOICES[ANNA]).model_copy(update={"words": words})
    with school.database.session() as session:
        done = apply_result(session, school.keyring, result, NINE, hearing=hearing)
        assert done
        return done.attempt


def asked_enrolling(school: School, after: Attempt, at: datetime = NINE, *, hearing: bool = True) -> Shown | None:
    """What the answer to an enrolment's note shows; and it is there."""
    with school.database.session() as session:
        found = ask_enrolling(session, after.id, at, "ru", hearing=hearing)
        if found is not None and not found.kept:
            show(session, found.number, at)
        return found


async def begun(school: School, *, agreed: bool = True) -> Attempt:
    """The first note of an enrolment in a class that wants a number in one of them."""
    with school.database.session() as session:
        session.get_one(SchoolClass, school.class_id).enrol_challenge = True
        if agreed:
            people.agree_to_words(session, ANNA, "1", "ru", NINE)
    await school.begin_enrolment(ANNA, "e")
    return enrolled(school, enrolling(school))


async def test_the_second_note_of_an_enrolment_says_a_number_and_is_heard_there(school: School) -> None:
    first = await begun(school)
    assert first.note_number == 1
    shown_ = asked_enrolling(school, first)
    assert shown_
    missed = enrolled(school, enrolling(school, NINE + 20 * SECOND), Words.SOMETHING_ELSE)
    assert (missed.verdict, missed.reason, missed.note_number) == (Verdict.REFUSED, Reason.WORDS_OTHER, None)
    again = asked_enrolling(school, missed, NINE + 21 * SECOND)
    assert again
    assert again.number != shown_.number
    second = enrolled(school, enrolling(school, NINE + 40 * SECOND), Words.HEARD)
    assert (second.verdict, second.note_number) == (Verdict.ACCEPTED, 2)
    third = enrolled(school, enrolling(school, NINE + 60 * SECOND))
    assert third.note_number == 3
    with school.database.session() as session:
        assert not session.scalars(select(VoiceClaim)).all()


async def test_a_voice_that_never_said_its_number_waits_for_a_teacher(school: School) -> None:
    note = await begun(school)
    for _ in range(2):
        assert asked_enrolling(school, note)
        note = enrolled(school, enrolling(school, NINE + SECOND), Words.NOT_HEARD)
        assert note.reason is Reason.WORDS_NOT_HEARD
    assert enrolled(school, enrolling(school, NINE + SECOND), Words.UNSURE).note_number == 2
    assert enrolled(school, enrolling(school, NINE + SECOND)).note_number == 3
    with school.database.session() as session:
        (claim,) = session.scalars(select(VoiceClaim)).all()
        assert (claim.class_id, claim.state) == (school.class_id, ClaimState.OPEN)
        assert claim_facts(session, claim.id, TEACHER, NINE, "1").unsaid


@pytest.mark.parametrize("words", [Words.NOT_CHECKED, None])
async def test_a_recogniser_that_fails_does_not_hold_an_enrolment_up(school: School, words: Words | None) -> None:
    assert asked_enrolling(school, await begun(school))
    second = enrolled(school, enrolling(school, NINE + SECOND), words)
    assert (second.note_number, second.words) == (2, Words.NOT_CHECKED)
    enrolled(school, enrolling(school, NINE + SECOND))
    with school.database.session() as session:
        assert not session.scalars(select(VoiceClaim)).all()


async def test_an_enrolment_without_a_hearing_worker_or_an_agreement_is_as_it_always_was(school: School) -> None:
    first = await begun(school, agreed=False)
    assert asked_enrolling(school, first) is None
    assert enrolled(school, enrolling(school)).note_number == 2
    with school.database.session() as session:
        people.agree_to_words(session, ANNA, "1", "ru", NINE)
    first = await begun(school)
    assert asked_enrolling(school, first, hearing=False) is None


async def test_whoever_is_always_too_late_for_the_number_records_their_voice_all_the_same(school: School) -> None:
    note = await begun(school)
    for number in range(MOST_SHOWN):
        at = NINE + number * timedelta(minutes=5)
        assert asked_enrolling(school, note, at), number
        note = enrolled(school, enrolling(school, at + LIFE + 10 * SECOND), Words.HEARD)
        assert (note.note_number is None) is (number + 1 < MOST_SHOWN)
    assert (note.note_number, note.words) == (2, Words.NOT_HEARD)
    assert enrolled(school, enrolling(school, at + timedelta(minutes=5))).note_number == 3
    with school.database.session() as session:
        (claim,) = session.scalars(select(VoiceClaim)).all()
        assert claim_facts(session, claim.id, TEACHER, NINE, "1").unsaid


async def test_an_enrolments_number_that_is_over_is_asked_for_anew(school: School) -> None:
    assert asked_enrolling(school, await begun(school))
    late = enrolled(school, enrolling(school, NINE + LIFE + 2 * SECOND), Words.HEARD)
    assert (late.verdict, late.reason, late.words) == (Verdict.REFUSED, Reason.WORDS_WANTED, None)
