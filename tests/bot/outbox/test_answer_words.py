"""What an answer says and offers, by the note, its owner's mark, the lesson, and the enrolment's step."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.messages.phrases import enrolment_phrase, lesson_phrase
from bot.outbox.answers import answer, text_for
from bot.services import Services, now
from rollcall.config.settings import Settings
from rollcall.domain.attendance import Status
from rollcall.domain.review import Asked
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import NOTES
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring
from rollcall.storage.attempts import IncomingNote, register
from rollcall.storage.classes import create_class, join_class
from rollcall.storage.database import Database
from rollcall.storage.lessons import close_lesson, mark, open_lesson
from rollcall.storage.people import agree_to_keep_recordings, register_person
from rollcall.storage.tables import Attempt, Lesson, Person
from rollcall.storage.voiceprints import add_note
from rollcall.texts import texts_in

T = texts_in("en")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@dataclass
class Said:
    """An answer as it went to Telegram."""

    text: str
    buttons: list[str]


@dataclass
class Student:
    """One who belongs to a class, and the answers that they get."""

    database: Database
    services: Services
    person_id: int
    class_id: int
    teacher: Person
    numbers: list[int] = field(default_factory=list)

    async def lesson(self) -> Lesson:
        with self.database.session() as session:
            lesson, _ = open_lesson(
                session, self.class_id, self.teacher, now() - timedelta(minutes=5), timedelta(hours=1), timedelta(0)
            )
            return lesson

    async def told(self, sent_at: timedelta = timedelta(), lesson: Lesson | None = None, **facts: Any) -> Said:
        """A note with these facts is settled and answered."""
        self.numbers.append(len(self.numbers))
        note = IncomingNote(7, len(self.numbers), f"f{len(self.numbers)}", f"u{len(self.numbers)}", 9, now() + sent_at)
        with self.database.session() as session:
            attempt = register(session, note, session.get_one(Person, self.person_id),
                facts.pop("purpose", Purpose.CHECK_IN), class_id=self.class_id, lesson=lesson,
                enrolment=facts.pop("enrolment", None), received_at=now(),
            )  # fmt: skip
            attempt.settled_at = now()
            for name, value in facts.items():
                setattr(attempt, name, value)
        sent: list[Said] = []

        async def send_message(_chat: int, text: str, reply_markup: Any = None, **_: object) -> None:
            rows = reply_markup.inline_keyboard if reply_markup else ()
            sent.append(Said(text, [button.callback_data for row in rows for button in row]))

        telegram: Any = SimpleNamespace(bot=SimpleNamespace(send_message=send_message))
        await answer(telegram, self.services, note.attempt_id)
        (said,) = sent
        return said


@pytest.fixture
async def anna(database: Database, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Student]:
    services = Services.open(Settings(data_dir=tmp_path, _env_file=None), keyring, database)
    with database.session() as session:
        teacher = register_person(session, 100, "Maria", now())
        person = register_person(session, 7, "Anna Bell", now())
        school_class = create_class(session, teacher, "Physics", "UTC", now())
        join_class(session, person, school_class, now())
    yield Student(database, services, person.id, school_class.id, teacher)
    await services.redis.aclose()


REFUSED: dict[str, Any] = {"verdict": Verdict.REFUSED, "reason": Reason.TOO_SHORT}
ACCEPTED: dict[str, Any] = {"verdict": Verdict.ACCEPTED, "reason": Reason.MATCH, "confidence": 0.97}


async def test_a_note_that_is_refused_in_an_open_lesson_is_answered_with_words_to_say_and_another_way(
    anna: Student,
) -> None:
    lesson = await anna.lesson()
    said = await anna.told(lesson=lesson, **REFUSED)
    offer = T("phrase-offer", phrase=lesson_phrase(lesson, "en"))
    assert said.text == T("reason-too_short") + "\n\n" + offer
    assert said.buttons == [f"here:{lesson.id}"]
    noisy = await anna.told(lesson=lesson, verdict=Verdict.REFUSED, reason=Reason.NOISY)
    assert (noisy.text, noisy.buttons) == (T("reason-noisy"), [f"here:{lesson.id}"])
    decided = await anna.told(lesson=lesson, verdict=Verdict.UNSURE, reason=Reason.TEACHER_REJECTED)
    assert (decided.text, decided.buttons) == (T("reason-teacher_rejected"), [])


async def test_a_lesson_that_is_over_offers_nothing_any_more(anna: Student) -> None:
    lesson = await anna.lesson()
    with anna.database.session() as session:
        close_lesson(session, session.get_one(Lesson, lesson.id), now())
    said = await anna.told(lesson=lesson, **REFUSED)
    assert (said.text, said.buttons) == (T("reason-too_short"), [])


async def test_whoever_is_marked_already_hears_that_before_anything_else(anna: Student) -> None:
    lesson = await anna.lesson()
    at = now()
    with anna.database.session() as session:
        mark(session, session.get_one(Lesson, lesson.id), anna.person_id, at, 0.97, None)
    said = await anna.told(lesson=lesson, verdict=Verdict.REFUSED, reason=Reason.NOISY)
    first, _, rest = said.text.partition("\n\n")
    assert first.startswith(T("marked-already", status="late", time=f"{at:%H:%M}", title="Physics")[:25])
    assert f"{at:%H:%M}" in first
    assert (rest, said.buttons) == (T("reason-noisy"), [])
    again = await anna.told(lesson=lesson, status=Status.PRESENT, marked_at=at, **ACCEPTED)
    assert again.text.splitlines()[0] == T("identity", name="Anna Bell", percent=97)
    assert again.buttons == []


async def test_without_a_lesson_an_accepted_note_says_that_nothing_was_recorded(anna: Student) -> None:
    said = await anna.told(**ACCEPTED)
    assert said.text == T("identity", name="Anna Bell", percent=97) + "\n" + T("no-lesson-open")
    assert said.buttons == []


async def test_each_step_of_an_enrolment_asks_for_the_next_sentence_and_a_refusal_for_the_same(anna: Student) -> None:
    facts: dict[str, Any] = {"purpose": Purpose.ENROL, "enrolment": "one"}
    good: dict[str, Any] = {"verdict": Verdict.ACCEPTED, "reason": Reason.GOOD_NOTE}
    first = await anna.told(**facts, verdict=Verdict.REFUSED, reason=Reason.NOISY)
    asked = T("enrol-restart", phrase=enrolment_phrase("one", 1, "en"))
    assert first.text == T("reason-noisy") + "\n\n" + asked
    with anna.database.session() as session:
        add_note(session, anna.person_id, "one", _kept("1", 4.0), now())
    taken = await anna.told(**facts, **good, note_number=1)
    assert taken.text == T("enrol-next", n="1", phrase=enrolment_phrase("one", 2, "en"))
    second = await anna.told(**facts, verdict=Verdict.REFUSED, reason=Reason.NOISY)
    assert enrolment_phrase("one", 2, "en") in second.text
    late = await anna.told(**facts, verdict=Verdict.REFUSED, reason=Reason.NOT_EXPECTED)
    assert late.text == T("reason-not_expected")
    assert (taken.buttons, second.buttons, late.buttons) == ([], [], [])


async def test_the_last_of_three_is_asked_for_louder_and_in_the_usual_voice_once_it_was_too_unlike(
    anna: Student,
) -> None:
    facts: dict[str, Any] = {"purpose": Purpose.ENROL, "enrolment": "one"}
    with anna.database.session() as session:
        for number in ("1", "2"):
            add_note(session, anna.person_id, "one", _kept(number, 4.0), now())
    sentence = enrolment_phrase("one", 3, "en")
    taken = await anna.told(**facts, verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE, note_number=2)
    assert taken.text == T("enrol-next-louder", n="2", phrase=sentence)
    unlike = await anna.told(**facts, verdict=Verdict.REFUSED, reason=Reason.DIFFERENT_VOICE)
    assert unlike.text == T("reason-different_voice") + "\n\n" + T("enrol-again-usual", phrase=sentence)
    noisy = await anna.told(**facts, verdict=Verdict.REFUSED, reason=Reason.NOISY)
    assert noisy.text == T("reason-noisy") + "\n\n" + T("enrol-again", phrase=sentence)


async def test_a_recording_too_short_on_its_own_is_kept_and_another_sentence_asked_for(anna: Student) -> None:
    with anna.database.session() as session:
        add_note(session, anna.person_id, "one", _kept("1", 1.2), now())
    said = await anna.told(purpose=Purpose.ENROL, enrolment="one", verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE)
    (sentence,) = [one for number in range(2, 9) if (one := enrolment_phrase("one", number, "en")) in said.text]
    assert said.text == T("enrol-more", phrase=sentence)
    assert said.buttons == []


def _kept(job_id: str, seconds: float) -> Result:
    return Result(
        job_id=job_id, verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE, model="m", embedding=b"sealed",
        speech_seconds=seconds,
    )  # fmt: skip


async def test_the_last_step_of_an_enrolment_leads_to_the_open_lesson_and_asks_about_the_recordings_once(
    anna: Student,
) -> None:
    done: dict[str, Any] = {
        "purpose": Purpose.ENROL, "enrolment": "one", "verdict": Verdict.ACCEPTED, "reason": Reason.GOOD_NOTE,
        "note_number": NOTES,
    }  # fmt: skip
    said = await anna.told(**done)
    assert said.text == T("enrol-done", n="3") + "\n\n" + T("keep-ask")
    assert said.buttons == ["keep:yes", "keep:no", "tidy"]
    lesson = await anna.lesson()
    with anna.database.session() as session:
        agree_to_keep_recordings(session, 7, "1", "en", now())
    said = await anna.told(**done)
    assert said.text == T("enrol-done", n="3") + "\n\n" + T("phrase-offer", phrase=lesson_phrase(lesson, "en"))
    assert said.buttons == ["tidy"]


async def test_what_a_teacher_decides_is_promised_only_where_one_is_asked(anna: Student) -> None:
    attempt = Attempt(purpose=Purpose.CHECK_IN, verdict=Verdict.UNSURE, reason=Reason.TEACHER_DECIDES)
    keys = {Asked.NOBODY: "reason-nobody_decides", Asked.SOON: "reason-teacher_decides_later"}
    for asked in (Asked.NOBODY, Asked.SOON):
        assert text_for(attempt, Person(full_name="Anna Bell"), None, None, 1, T, asked) == T(keys[asked])


async def test_an_answer_that_was_sent_is_counted_with_its_time(anna: Student) -> None:
    def figures() -> tuple[float, float]:
        sent = REGISTRY.get_sample_value("rollcall_bot_answers_total", {"outcome": "sent"})
        seconds = REGISTRY.get_sample_value("rollcall_bot_answer_seconds_sum", {"purpose": "check_in"})
        return sent or 0.0, seconds or 0.0

    before = figures()
    await anna.told(timedelta(minutes=1), **ACCEPTED)
    sent, seconds = figures()
    assert sent - before[0] == 1
    assert seconds == before[1], "a clock that is behind makes no answer older than it is"
