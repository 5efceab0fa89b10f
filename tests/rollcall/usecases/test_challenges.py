"""What students are shown to say; on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from rollcall.domain.attendance import Status
from rollcall.domain.challenge import LIFE, ChallengeMode, Words
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.words_lane import MOST_SHOWN
from rollcall.storage import challenges, people, voiceprints
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.tables import Attempt, Lesson, SchoolClass
from rollcall.usecases.challenges import NotShown, Shown, ask_again, show
from rollcall.usecases.retention import Periods, sweep
from tests.rollcall.conftest import ANNA, BORIS, NINE, School
from tests.rollcall.usecases.challenged import (
    SECOND,
    asked,
    asked_again,
    enrol,
    is_there,
    mark,
    opened,
    sent,
    settled,
    shown,
)


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


async def test_what_is_about_to_end_is_not_shown_again(school: School) -> None:
    lesson = await opened(school)
    first = shown(school, lesson)
    attempt = settled(school, sent(school, NINE + 100 * SECOND), Words.NOT_HEARD)
    with school.database.session() as session:
        again = ask_again(session, attempt.id, NINE + 105 * SECOND, "ru", hearing=True).outcome
    assert isinstance(again, Shown)
    assert (again.number == first.number, again.kept) == (False, False)


async def test_a_classmates_later_challenge_takes_nobodys_place(school: School) -> None:
    lesson = await opened(school, ChallengeMode.REQUIRE, ANNA, BORIS)
    own = shown(school, lesson)
    for wait in (5, 10):
        shown(school, lesson, NINE + wait * SECOND, account=BORIS)
    attempt = settled(school, sent(school, NINE + 20 * SECOND), Words.HEARD)
    assert (attempt.challenge_id, attempt.status) == (own.number, Status.PRESENT)


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
