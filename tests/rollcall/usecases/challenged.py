"""What tests do in a class whose students are shown a number to say."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from rollcall.domain.attendance import Status
from rollcall.domain.challenge import ChallengeMode, Words
from rollcall.domain.verdict import Reason
from rollcall.queue.job import Result
from rollcall.storage import people
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.tables import Attempt, Attendance, SchoolClass
from rollcall.usecases.challenges import Asked, Shown, ask, ask_again, show
from rollcall.usecases.settlement import apply_result
from rollcall.usecases.take_note import take_note
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

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
