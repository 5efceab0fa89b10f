"""What a report says beside a mark: a young voiceprint, strangers' notes before it, a file; of most marks nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from bot.outbox.lesson_words import closed_text
from bot.outbox.review_cards import card_text
from rollcall.domain.attendance import Remarks
from rollcall.domain.sent_as import SentAs
from rollcall.domain.verdict import Reason, Verdict
from rollcall.report.model import Period
from rollcall.storage import reviews
from rollcall.storage.people import find_person
from rollcall.storage.tables import Lesson, Review, SchoolClass
from rollcall.storage.teaching import teachers_of
from rollcall.texts import texts_in
from rollcall.usecases.closing import closed
from rollcall.usecases.report import build_report
from rollcall.usecases.review_cards import review_facts
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

VOICE = np.array([1, 0, 0], np.float32)
STRANGE = (Verdict.UNKNOWN, Reason.UNKNOWN_VOICE)
OTHERS = (Verdict.ANOTHER_VOICE, Reason.OTHER_VOICE)


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


async def enrol(school: School, who: int, sent_at: datetime, settled_at: datetime | None = None) -> None:
    enrolment = f"{who} {sent_at}"
    await school.begin_enrolment(who, enrolment)
    for number in range(3):
        note = await school.note(who, sent_at=sent_at - timedelta(minutes=2 - number), enrolment=enrolment)
        result = school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE)
        with school.database.session() as session:
            apply_result(session, school.keyring, result, settled_at or sent_at)


async def heard(
    school: School, who: int, lesson: int, at: datetime, said: tuple[Verdict, Reason] | None = None, kind: str = "voice"
) -> None:
    note = await school.note(who, sent_at=at, lesson_id=lesson, sent_as=SentAs(kind))
    result = school.result(note, *said) if said else school.result(note)
    with school.database.session() as session:
        apply_result(session, school.keyring, result, at)


async def remarks_of(school: School) -> dict[str, Remarks]:
    with school.database.session() as session:
        school_class = session.get_one(SchoolClass, school.class_id)
        report = build_report(session, school_class, Period.LESSON, after(90))
    return {line.full_name: line.marks[0].remarks for line in report.students if line.marks[0] is not None}


async def summary(school: School, lesson_id: int) -> str:
    with school.database.session() as session:
        lesson = session.get_one(Lesson, lesson_id)
        return closed_text(closed(session, lesson, after(90)), texts_in("en"), names=True)


async def test_an_ordinary_lesson_has_no_remarks(school: School) -> None:
    await enrol(school, ANNA, after(-1))
    await enrol(school, BORIS, after(-5), settled_at=after(3))  # the queue was slow
    lesson = await school.open()
    await heard(school, ANNA, lesson, after(1), (Verdict.UNSURE, Reason.UNSURE))
    await heard(school, ANNA, lesson, after(1), (Verdict.REFUSED, Reason.NOISY))
    await heard(school, ANNA, lesson, after(2))
    await heard(school, BORIS, lesson, after(4), kind="video_note")
    await heard(school, BORIS, lesson, after(5), OTHERS)  # what comes after the mark changes nothing
    await school.close(lesson)
    await enrol(school, ANNA, after(60))  # later anew
    assert await remarks_of(school) == {"Анна Белова": Remarks(), "Борис Громов": Remarks()}
    assert "remark" not in await summary(school, lesson)


async def test_what_happened_before_a_mark_stands_beside_it(school: School) -> None:
    await enrol(school, BORIS, after(-20))
    lesson = await school.open()
    await enrol(school, ANNA, after(7))
    await heard(school, ANNA, lesson, after(8), kind="document")
    for said in (STRANGE, OTHERS, STRANGE):
        await heard(school, BORIS, lesson, after(1), said)
    await heard(school, BORIS, lesson, after(2))
    found = await remarks_of(school)
    assert found == {
        "Анна Белова": Remarks(enrolled_at=after(7), as_file=True),
        "Борис Громов": Remarks(other_voices=3),
    }
    await school.close(lesson)
    assert "2 marks have remarks" in await summary(school, lesson)
    # It stays so, whatever becomes of the voice.
    await enrol(school, ANNA, after(80))
    assert await remarks_of(school) == found


@pytest.mark.parametrize("kind", ["audio", "video", "document"])
async def test_every_kind_of_file_is_one(school: School, kind: str) -> None:
    await enrol(school, ANNA, after(-5))
    lesson = await school.open()
    await heard(school, ANNA, lesson, after(2), kind=kind)
    assert (await remarks_of(school))["Анна Белова"] == Remarks(as_file=True)


async def test_a_teacher_who_is_asked_hears_of_notes_in_another_voice(school: School) -> None:
    await enrol(school, ANNA, after(-5))
    lesson_id = await school.open()
    await heard(school, ANNA, lesson_id, after(1), STRANGE)
    await heard(school, ANNA, lesson_id, after(2), STRANGE)
    with school.database.session() as session:
        lesson = session.get_one(Lesson, lesson_id)
        for who in (ANNA, BORIS):
            person = find_person(session, who)
            assert person
            reviews.tap_in(session, lesson, person.id, after(3), after(3))
    with school.database.session() as session:
        of_anna, of_boris = [session.get_one(Review, number) for number in (1, 2)]
        (teacher,) = teachers_of(session, school.class_id, NINE)
        facts = [review_facts(session, number, teacher.telegram_id, NINE) for number in (1, 2)]
        on_annas, on_boriss = [card_text(one, texts_in("en")) for one in facts]
        assert "2 notes in another voice" in on_annas
        assert "another voice" not in on_boriss
        for review in (of_anna, of_boris):
            assert reviews.decide_review(session, review, teacher, confirmed=True, now=after(4))
    assert await remarks_of(school) == {"Анна Белова": Remarks(other_voices=2), "Борис Громов": Remarks()}
