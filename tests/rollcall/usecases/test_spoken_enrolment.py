"""A number in the second note of an enrolment; on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from rollcall.domain.challenge import LIFE, Words
from rollcall.domain.claim import ClaimState
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.words_lane import MOST_SHOWN
from rollcall.storage import people
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.tables import Attempt, SchoolClass
from rollcall.usecases.challenges import Shown, ask_enrolling, show
from rollcall.usecases.claim_cards import claim_facts
from rollcall.usecases.settlement import apply_result
from rollcall.usecases.take_note import take_note
from tests.rollcall.conftest import ANNA, NINE, TEACHER, School
from tests.rollcall.usecases.challenged import SECOND, VOICES


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
