"""A voiceprint follows its owner: only who agreed, only by notes that nobody doubts, and back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rollcall.domain.attendance import Status
from rollcall.domain.challenge import Words
from rollcall.domain.operating import operating_point
from rollcall.domain.renewal import alike, nearest
from rollcall.domain.review import ReviewState
from rollcall.domain.sent_as import SentAs
from rollcall.domain.verdict import Reason, Verdict
from rollcall.sealing.seal import Keyring, embedding_binding
from rollcall.storage import excuses, people, renewals
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.correcting import Wanted, correct, lesson_to_correct, undo
from rollcall.storage.generations import generation_of
from rollcall.storage.renewal_tables import FreshNote, Renewal
from rollcall.storage.tables import Attempt, Attendance, Lesson, Person, Review, StoredVoiceprint
from rollcall.storage.voiceprints import forget_voice, voiceprint_of
from rollcall.storage.votes import voice_of
from rollcall.usecases.renewing import RIPE, agree, following, put_back, ripe, stop, take_step
from rollcall.usecases.settlement import apply_result
from rollcall.usecases.take_note import known_of
from tests.rollcall.conftest import ANNA, NINE, TEACHER, School

DAY = timedelta(days=1)
WIDE = {"high_band": -20.0}


def unit(*parts: float) -> NDArray[np.float32]:
    row = np.array([*parts, *[0.0] * (16 - len(parts))], np.float32)
    return np.asarray(row / np.linalg.norm(row), np.float32)


VOICE, LATER, OTHER = unit(1), unit(1, 0.4), unit(0, 1)


@dataclass
class Year:
    """Anna, who has enrolled and agreed, through the lessons of a year."""

    school: School
    day: int = 0

    def look(self, what: Callable[..., Any], *of: Any) -> Any:
        with self.school.database.session() as session:
            return what(session, *of)

    @property
    def now(self) -> datetime:
        return NINE + self.day * DAY

    @property
    def anna(self) -> int:
        return self.school.ids[ANNA]

    async def enrol(self, enrolment: str = "first", weights: str = "w1") -> None:
        await self.school.begin_enrolment(ANNA, enrolment)
        for _ in range(3):
            note = await self.school.note(ANNA, sent_at=self.now, enrolment=enrolment)
            result = self.school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE, weights=weights)
            self.look(apply_result, self.school.keyring, result, self.now)

    async def lesson(
        self,
        voice: NDArray[np.float32] | None = LATER,
        *,
        verdict: Verdict = Verdict.ACCEPTED,
        reason: Reason = Reason.MATCH,
        sent_as: SentAs = SentAs.VOICE,
        speech: float = 4.0,
        weights: str = "w1",
        **facts: Any,
    ) -> tuple[int, str]:
        """The next day's: Anna's note in it, settled; then it is closed."""
        self.day += 1
        lesson = await self.school.open(self.now)
        note = await self.note(lesson, voice, verdict, reason, sent_as, speech, weights, **facts)
        await self.school.close(lesson, self.now + timedelta(minutes=45))
        return lesson, note

    async def note(
        self,
        lesson: int,
        voice: NDArray[np.float32] | None = LATER,
        verdict: Verdict = Verdict.ACCEPTED,
        reason: Reason = Reason.MATCH,
        sent_as: SentAs = SentAs.VOICE,
        speech: float = 4.0,
        weights: str = "w1",
        **facts: Any,
    ) -> str:
        note = await self.school.note(ANNA, sent_at=self.now, lesson_id=lesson, sent_as=sent_as)
        said = {"score": 0.8, "threshold": 0.56, "runner_up": 0.2, "quality": WIDE, **facts}
        result = self.school.result(note, verdict, reason, voice=voice, speech=speech, weights=weights)
        self.look(apply_result, self.school.keyring, result.model_copy(update=said), self.now)
        return note

    def steps(self, after: timedelta = RIPE) -> int:
        """How many voiceprints take a step so much later; each looked for as the bot does."""
        at, taken = self.now + after, 0
        for person_id in self.look(ripe, at):
            taken += bool(self.look(take_step, self.school.keyring, person_id, at))
        return taken

    def print_(self) -> NDArray[np.float32]:
        found = self.look(voiceprint_of, self.school.keyring, self.anna)
        return np.asarray(found.centroid)

    def rows(self) -> tuple[int, int]:
        """Notes that wait, steps that can be taken back."""
        notes, steps = (
            self.look(lambda session, of=table: len(session.scalars(select(of)).all()))
            for table in (FreshNote, Renewal)
        )
        return int(notes), int(steps)

    def actions(self) -> list[str]:
        return list(self.look(lambda session: session.scalars(select(AuditRecord.action)).all()))

    def correct(self, lesson: int, status: Status = Status.ABSENT) -> int:
        def change(session: Session) -> int:
            teacher = people.find_person(session, TEACHER)
            assert teacher
            made = correct(
                session, lesson_to_correct(session, lesson), self.anna, teacher, Wanted(status), self.now + RIPE
            )
            assert made
            return made.id

        return int(self.look(change))


@pytest.fixture
async def year(school: School) -> Year:
    made = Year(school)
    await made.enrol()
    assert made.look(agree, ANNA, "1", "ru", NINE)
    return made


async def test_a_strong_note_moves_the_voiceprint_a_day_later_and_is_erased(year: Year) -> None:
    await year.lesson()
    assert year.rows() == (1, 0)
    assert year.steps(RIPE - timedelta(seconds=1)) == 0
    assert year.print_() @ LATER == pytest.approx(VOICE @ LATER)
    assert year.steps() == 1
    assert year.print_() @ LATER > VOICE @ LATER + 0.005
    assert year.rows() == (0, 1)
    assert "voiceprint.renewed" in year.actions()
    assert year.look(following, ANNA, year.anna).steps == 1


async def test_who_has_not_agreed_is_asked_for_no_embedding_and_none_is_kept(school: School) -> None:
    year = Year(school)
    await year.enrol()
    assert not year.look(voice_of, year.anna).follows
    await year.lesson()
    assert year.rows() == (0, 0)
    year.look(agree, ANNA, "1", "ru", NINE)
    assert year.look(voice_of, year.anna).follows
    await year.lesson()
    assert year.rows() == (1, 0)
    assert not year.look(voice_of, year.anna).follows, "one waits: no other is wanted"


async def test_a_job_asks_for_the_embedding_of_a_note_in_a_lesson_alone(year: Year) -> None:
    def asked(lesson: int | None, note: str) -> bool:
        return bool(year.look(lambda session: known_of(session, session.get_one(Attempt, note)).follows))

    year.day += 1
    lesson = await year.school.open(year.now)
    assert asked(lesson, await year.school.note(ANNA, sent_at=year.now, lesson_id=lesson))
    assert not asked(None, await year.school.note(ANNA, sent_at=year.now))


async def test_agreeing_needs_the_agreement_to_voice_check_in_and_ends_on_record(year: Year) -> None:
    assert not year.look(agree, 999, "1", "ru", NINE)
    await year.lesson()
    year.look(stop, ANNA, year.anna, year.now)
    assert year.rows() == (0, 0)
    assert not year.look(following, ANNA, year.anna).agreed
    said = year.look(lambda session: [one.text_version for one in people.agreements_of(session, ANNA)])
    assert "renewal 1" in said
    assert year.actions().count("consent.withdrawn") == 1
    assert year.look(people.has_consent, ANNA), "to voice check-in it stands"


async def test_an_agreement_that_ends_while_a_note_waits_stops_the_step(year: Year) -> None:
    await year.lesson()
    year.look(people.stop_renewing, ANNA, year.now)
    assert year.steps() == 0
    assert year.rows() == (0, 0)


async def test_there_is_a_step_a_day_at_most(year: Year) -> None:
    year.day += 1
    first, second = await year.school.open(year.now), 0
    await year.note(first)
    await year.school.close(first, year.now + timedelta(minutes=45))
    second = await year.school.open(year.now + timedelta(hours=2))
    await year.note(second)
    await year.school.close(second, year.now + timedelta(hours=3))
    assert year.steps() == 1
    assert year.steps() == 0


@pytest.mark.parametrize(
    "weak",
    [
        {"score": 0.65}, {"runner_up": 0.66}, {"speech": 2.9}, {"quality": {"high_band": -60.0}}, {"quality": {}},
        {"sent_as": SentAs.AUDIO}, {"sent_as": SentAs.DOCUMENT}, {"score": None}, {"voice": None},
    ],
    ids=str,
)  # fmt: skip
async def test_a_note_that_is_not_strong_is_not_kept(year: Year, weak: dict[str, Any]) -> None:
    await year.lesson(**weak)
    assert year.rows() == (0, 0)


async def test_a_note_with_the_words_that_were_asked_for_takes_its_step(year: Year) -> None:
    _, note = await year.lesson()
    year.look(_said_right, note)
    assert year.steps() == 1


async def test_a_round_video_is_as_good_as_a_voice_note(year: Year) -> None:
    await year.lesson(sent_as=SentAs.VIDEO_NOTE)
    assert year.rows() == (1, 0)


async def test_a_note_in_another_voice_takes_no_step_whatever_was_said_of_it(year: Year) -> None:
    await year.lesson(OTHER)
    assert year.rows() == (1, 0)
    assert year.steps() == 0
    assert year.print_() @ VOICE == pytest.approx(1.0)
    assert year.rows() == (0, 0)


def _reviewed(session: Session, year: Year, lesson: int, _note: str) -> None:
    session.add(
        Review(
            lesson_id=lesson, person_id=year.anna, sent_at=year.now, state=ReviewState.SETTLED, created_at=year.now
        )
    )  # fmt: skip


def _objected(session: Session, year: Year, lesson: int, _note: str) -> None:
    assert excuses.object_to(
        session, session.get_one(Lesson, lesson), session.get_one(Person, year.anna), year.now
    )  # fmt: skip


def _corrected_and_back(session: Session, year: Year, lesson: int, _note: str) -> None:
    teacher = people.find_person(session, TEACHER)
    assert teacher
    of = lesson_to_correct(session, lesson)
    made = correct(session, of, year.anna, teacher, Wanted(Status.LATE), year.now)
    assert made
    assert undo(session, of, made, teacher, year.now)


def _marked_otherwise(session: Session, year: Year, lesson: int, _note: str) -> None:
    mark = session.get_one(Attendance, (lesson, year.anna))
    mark.attempt_id = None


def _confirmed(session: Session, year: Year, lesson: int, _note: str) -> None:
    teacher = people.find_person(session, TEACHER)
    assert teacher
    session.get_one(Attendance, (lesson, year.anna)).confirmed_by = teacher.id


def _flagged(session: Session, year: Year, lesson: int, _note: str) -> None:
    session.get_one(Attendance, (lesson, year.anna)).status = Status.FLAGGED


def _said_right(session: Session, note: str) -> None:
    session.execute(update(Attempt).where(Attempt.id == note).values(challenge_id=1, words=Words.HEARD))


def _gone(session: Session, _year: Year, _lesson: int, note: str) -> None:
    session.execute(update(Attempt).where(Attempt.id == note).values(lesson_id=None))


def _other_words(session: Session, _year: Year, _lesson: int, note: str) -> None:
    session.execute(update(Attempt).where(Attempt.id == note).values(challenge_id=1, words=Words.SOMETHING_ELSE))


def _unheard(session: Session, _year: Year, _lesson: int, note: str) -> None:
    session.execute(update(Attempt).where(Attempt.id == note).values(challenge_id=1))


def _erased_details(session: Session, _year: Year, _lesson: int, note: str) -> None:
    session.execute(update(Attempt).where(Attempt.id == note).values(score=None))


@pytest.mark.parametrize(
    "doubt",
    [
        _reviewed,
        _objected,
        _corrected_and_back,
        _marked_otherwise,
        _confirmed,
        _flagged,
        _gone,
        _other_words,
        _unheard,
        _erased_details,
    ],
)
async def test_a_note_that_somebody_doubts_takes_no_step(year: Year, doubt: Callable[..., None]) -> None:
    lesson, note = await year.lesson()
    assert year.rows() == (1, 0)
    year.look(doubt, year, lesson, note)
    assert year.steps() == 0
    assert year.rows() == (0, 0)


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (Verdict.UNSURE, Reason.UNSURE), (Verdict.ANOTHER_VOICE, Reason.OTHER_VOICE),
        (Verdict.UNKNOWN, Reason.UNKNOWN_VOICE), (Verdict.REFUSED, Reason.SEVERAL_SPEAKERS),
    ],
)  # fmt: skip
async def test_another_note_in_doubt_in_the_same_lesson_spoils_it(year: Year, verdict: Verdict, reason: Reason) -> None:
    lesson, _ = await year.lesson()
    await year.note(lesson, None, verdict, reason)
    assert year.steps() == 0


async def test_nobody_takes_a_step_while_they_have_a_lesson(year: Year) -> None:
    await year.lesson()
    year.day += 1
    lesson = await year.school.open(year.now)
    assert year.steps(timedelta(0)) == 0
    await year.school.close(lesson, year.now + timedelta(minutes=45))
    assert year.steps(timedelta(hours=1)) == 1


async def test_a_years_notes_lead_no_further_than_half_way_between_the_cuts(year: Year) -> None:
    far = unit(1, 0.9)
    point = operating_point("campplus", "w1")
    for _ in range(20):
        await year.lesson(far)
        assert year.steps() == 1
    assert alike(year.print_(), VOICE, point) == pytest.approx(nearest(point), abs=1e-4)


async def test_its_owner_has_it_put_back_as_it_was_recorded(year: Year) -> None:
    for _ in range(3):
        await year.lesson()
        assert year.steps() == 1
    await year.lesson()
    assert year.rows() == (1, 3)
    before = year.look(generation_of, year.school.class_id)
    assert year.look(put_back, year.anna, year.now + DAY / 2) == [year.school.class_id]
    assert year.print_() == pytest.approx(VOICE)
    assert year.rows() == (0, 0)
    assert year.look(generation_of, year.school.class_id) == before + 1
    assert year.look(put_back, year.anna, year.now) is None
    assert year.actions().count("voiceprint.put_back") == 1


async def test_a_step_makes_another_generation(year: Year) -> None:
    await year.lesson()
    before = year.look(generation_of, year.school.class_id)
    assert year.steps() == 1
    assert year.look(generation_of, year.school.class_id) == before + 1


async def test_a_corrected_mark_takes_its_step_and_all_after_it_back(year: Year) -> None:
    await year.lesson()
    assert year.steps() == 1
    good = year.print_()
    bad, _ = await year.lesson(unit(1, 0, 0.5))
    assert year.steps() == 1
    await year.lesson()
    assert year.steps() == 1
    year.correct(bad)
    assert year.print_() == pytest.approx(good)
    assert year.rows() == (0, 1)
    assert year.actions()[-2:].count("voiceprint.put_back") == 1


async def test_a_corrected_mark_erases_the_note_that_waits_and_of_another_lesson_nothing(year: Year) -> None:
    await year.lesson()
    assert year.steps() == 1
    second, _ = await year.lesson()
    year.correct(second)
    assert year.rows() == (0, 1)
    assert year.print_() @ LATER > VOICE @ LATER


async def test_of_many_steps_the_first_and_the_last_ones_are_kept(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewals, "MOST_STEPS", 3)
    lessons = []
    for _ in range(5):
        lessons.append((await year.lesson())[0])
        assert year.steps() == 1
    kept = year.look(lambda session: session.scalars(select(Renewal).order_by(Renewal.id)).all())
    assert len(kept) == 3
    year.correct(lessons[-1])
    assert year.rows() == (0, 2)
    year.look(put_back, year.anna, year.now)
    assert year.print_() == pytest.approx(VOICE)


async def test_a_voice_recorded_anew_begins_anew(year: Year) -> None:
    await year.lesson()
    assert year.steps() == 1
    await year.lesson()
    await year.enrol("second")
    assert year.rows() == (0, 0)
    stored = year.look(lambda session: session.get(StoredVoiceprint, year.anna))
    assert (stored.enrolment, stored.renewed_at) == ("second", None)
    assert year.print_() == pytest.approx(VOICE)


async def test_an_embedding_of_another_encoder_takes_no_step(year: Year) -> None:
    await year.lesson(weights="w2")
    assert year.rows() == (1, 0)
    assert year.steps() == 0


async def test_an_embedding_that_is_sealed_for_somebody_else_takes_no_step(year: Year, keyring: Keyring) -> None:
    await year.lesson()

    def forge(session: Session) -> None:
        row = session.scalars(select(FreshNote)).one()
        plain = keyring.open(
            row.embedding, embedding_binding(row.attempt_id, row.person_id, row.model, row.weight_hash)
        )
        row.embedding = keyring.seal(plain, embedding_binding(row.attempt_id, row.person_id + 1, row.model, "w1"))

    year.look(forge)
    assert year.steps() == 0
    assert year.print_() == pytest.approx(VOICE)


async def test_a_forgotten_voice_leaves_nothing_of_it(year: Year) -> None:
    await year.lesson()
    assert year.steps() == 1
    await year.lesson()

    def forget(session: Session) -> dict[str, int]:
        return forget_voice(session, session.get_one(Person, year.anna), year.now)

    assert year.look(forget)["voiceprint_steps"] == 2
    assert year.rows() == (0, 0)
    assert year.steps() == 0
    assert year.look(following, ANNA, year.anna) is None
