"""A teacher mends marks: what is kept, what stands against what, and what is taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from rollcall.domain.attendance import Status
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Reason, Verdict
from rollcall.report.model import Mark, Period
from rollcall.storage import classes, people, reviews
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.correction_tables import Correction, MarkWord
from rollcall.storage.tables import Attendance, Lesson, Person, Review, SchoolClass
from rollcall.usecases.lessons import reopen
from rollcall.usecases.marks import (
    MarkCard,
    mark_card,
    mark_list,
    mark_rest,
    rest_of,
    set_mark,
    undo_mark,
    undo_rest,
)
from rollcall.usecases.report import build_report
from rollcall.usecases.review_decisions import press_review
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

MINUTE = timedelta(minutes=1)


async def as_teacher(school: School, act: Any, *args: Any) -> Any:
    """A use case of the class's teacher."""
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        return act(session, teacher, *args)


async def give(school: School, lesson: int, account: int, status: Status, reason: str | None = None) -> MarkCard:
    card = await as_teacher(school, set_mark, lesson, school.ids[account], status, reason, NINE)
    assert isinstance(card, MarkCard)
    return card


async def mark_of(school: School, lesson: int, account: int) -> Attendance | None:
    with school.database.session() as session:
        return session.get(Attendance, (lesson, school.ids[account]))


async def status_of(school: School, lesson: int, account: int) -> Status | None:
    mark = await mark_of(school, lesson, account)
    return mark.status if mark is not None else None


async def speak(school: School, account: int, lesson: int, at: int = 3) -> None:
    """An accepted note of the student's."""
    note = await school.note(account, lesson_id=lesson, sent_at=NINE + at * MINUTE)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(note), NINE + at * MINUTE)


async def reported(school: School, lesson: int) -> dict[str, Mark]:
    with school.database.session() as session:
        school_class, one = session.get_one(SchoolClass, school.class_id), session.get_one(Lesson, lesson)
        report = build_report(session, school_class, Period.LESSON, NINE, one)
        return {student.full_name: mark for student in report.students if (mark := student.marks[0]) is not None}


async def records(school: School, action: str) -> list[dict[str, Any]]:
    with school.database.session() as session:
        rows = session.scalars(
            select(AuditRecord.details).where(AuditRecord.action == action).order_by(AuditRecord.sequence)
        )
        return [json.loads(row) for row in rows]


async def test_a_mark_given_by_hand_is_on_record_and_is_taken_back_whole(school: School) -> None:
    lesson = await school.open()
    await speak(school, ANNA, lesson)
    await school.close(lesson)
    card = await give(school, lesson, ANNA, Status.EXCUSED, "illness")
    assert (card.status, card.reason, card.at, card.confidence) == (Status.EXCUSED, "illness", None, None)
    assert card.corrected_by == "Мария Ивановна"
    assert (await records(school, "mark.changed"))[-1] == {
        "status": "excused", "was": "present", "how": "correction", "reason": "illness"
    }  # fmt: skip
    done, card = await as_teacher(school, undo_mark, lesson, school.ids[ANNA], card.undoable, NINE)
    assert done
    assert (card.status, card.reason, card.confidence, card.undoable) == (Status.PRESENT, None, 0.97, 0)
    mark = await mark_of(school, lesson, ANNA)
    assert mark is not None
    assert (mark.at, mark.attempt_id is not None) == (NINE + 3 * MINUTE, True)
    assert (await records(school, "mark.changed"))[-1] == {"status": "present", "was": "excused", "how": "undo"}


async def test_a_press_made_twice_changes_nothing_more(school: School) -> None:
    lesson = await school.open()
    await school.close(lesson)
    first = await give(school, lesson, ANNA, Status.PRESENT)
    again = await give(school, lesson, ANNA, Status.PRESENT)
    assert again.undoable == first.undoable
    assert len(await records(school, "mark.changed")) == 1
    taken, card = await as_teacher(school, undo_mark, lesson, school.ids[ANNA], first.undoable, NINE)
    late, same = await as_teacher(school, undo_mark, lesson, school.ids[ANNA], first.undoable, NINE)
    assert (taken, late) == (True, False)
    assert card == same


async def test_only_the_last_correction_is_taken_back_and_then_the_one_before(school: School) -> None:
    lesson = await school.open()
    await school.close(lesson)
    one = await give(school, lesson, ANNA, Status.LATE)
    two = await give(school, lesson, ANNA, Status.EXCUSED, "Зуб болит")
    assert await as_teacher(school, undo_mark, lesson, school.ids[ANNA], one.undoable, NINE) == (False, two)
    assert await as_teacher(school, undo_mark, lesson, school.ids[BORIS], two.undoable, NINE) != (True, two)
    assert await status_of(school, lesson, ANNA) is Status.EXCUSED
    for correction, expected in ((two, Status.LATE), (one, Status.ABSENT)):
        await as_teacher(school, undo_mark, lesson, school.ids[ANNA], correction.undoable, NINE)
        assert await status_of(school, lesson, ANNA) is expected


async def test_own_words_of_a_reason_are_not_put_on_record(school: School) -> None:
    lesson = await school.open()
    await give(school, lesson, ANNA, Status.EXCUSED, "У Ани грипп")
    (made,) = [one for one in await records(school, "mark.made") if one["how"] == "correction"]
    assert made == {"status": "excused", "how": "correction", "reason": "own words"}


@pytest.mark.parametrize("status", [Status.EXCUSED, Status.LATE])
async def test_what_a_teacher_has_marked_stands_against_a_voice_note(school: School, status: Status) -> None:
    lesson = await school.open()
    await give(school, lesson, ANNA, status)
    await speak(school, ANNA, lesson)
    assert await status_of(school, lesson, ANNA) is status


async def test_who_was_marked_absent_by_hand_still_checks_in_and_nothing_is_left_to_take_back(school: School) -> None:
    lesson = await school.open()
    card = await give(school, lesson, ANNA, Status.ABSENT)
    await speak(school, ANNA, lesson)
    assert await status_of(school, lesson, ANNA) is Status.PRESENT
    done, now = await as_teacher(school, undo_mark, lesson, school.ids[ANNA], card.undoable, NINE)
    assert (done, now.status, now.corrected_by) == (False, Status.PRESENT, None)
    assert not (await reported(school, lesson))["Анна Белова"].corrected


async def test_a_suspicious_note_that_comes_late_does_not_flag_whom_a_teacher_has_marked_absent(school: School) -> None:
    lesson = await school.open()
    await give(school, lesson, ANNA, Status.ABSENT)
    note = await school.note(ANNA, lesson_id=lesson, sent_at=NINE + MINUTE)
    await school.close(lesson)
    with school.database.session() as session:
        result = school.result(note, Verdict.UNKNOWN, Reason.OTHER_VOICE)
        apply_result(session, school.keyring, result, NINE)
    assert await status_of(school, lesson, ANNA) is Status.ABSENT


async def test_taken_back_in_an_open_lesson_a_first_mark_is_none_again_and_after_the_close_absent(
    school: School,
) -> None:
    lesson = await school.open()
    anna, boris = await give(school, lesson, ANNA, Status.EXCUSED), await give(school, lesson, BORIS, Status.PRESENT)
    await as_teacher(school, undo_mark, lesson, school.ids[ANNA], anna.undoable, NINE)
    assert await mark_of(school, lesson, ANNA) is None
    await school.close(lesson)
    await as_teacher(school, undo_mark, lesson, school.ids[BORIS], boris.undoable, NINE)
    assert await status_of(school, lesson, BORIS) is Status.ABSENT


async def test_a_mark_given_by_hand_outlives_the_reopening_of_its_lesson(school: School) -> None:
    lesson = await school.open()
    await give(school, lesson, ANNA, Status.ABSENT)
    await school.close(lesson)
    await as_teacher(school, reopen, lesson, NINE + 50 * MINUTE)
    assert await status_of(school, lesson, ANNA) is Status.ABSENT
    assert await mark_of(school, lesson, BORIS) is None


async def test_a_correction_settles_the_teachers_question_and_its_undo_asks_it_again(school: School) -> None:
    lesson = await school.open()
    with school.database.session() as session:
        one = session.get_one(Lesson, lesson)
        reviews.tap_in(session, one, school.ids[ANNA], NINE, NINE)
    waiting = await as_teacher(school, lambda session, _: mark_card(session, lesson, school.ids[ANNA]))
    assert waiting.waiting
    card = await give(school, lesson, ANNA, Status.PRESENT)
    assert not card.waiting
    assert await review_state(school) is ReviewState.SETTLED
    await as_teacher(school, undo_mark, lesson, school.ids[ANNA], card.undoable, NINE)
    assert await review_state(school) is ReviewState.OPEN


async def test_a_rejected_card_is_taken_back_by_hand_also_days_after_the_lesson(school: School) -> None:
    lesson = await school.open()
    with school.database.session() as session:
        one = session.get_one(Lesson, lesson)
        reviews.tap_in(session, one, school.ids[ANNA], NINE, NINE)
        teacher = people.find_person(session, TEACHER)
        assert teacher is not None
        review = session.scalars(select(Review)).one()
        reviews.decide_review(session, review, teacher, confirmed=False, now=NINE)
    await school.close(lesson)
    card = await give(school, lesson, ANNA, Status.PRESENT)
    assert card.status is Status.PRESENT
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher is not None
        stale = press_review(session, review.id, teacher, confirmed=False, anew=True, now=NINE + 48 * 60 * MINUTE)
    assert stale.too_late
    assert await status_of(school, lesson, ANNA) is Status.PRESENT


async def review_state(school: School) -> ReviewState:
    with school.database.session() as session:
        return session.scalars(select(Review)).one().state


async def test_the_rest_is_marked_at_once_and_taken_back_at_once_but_for_who_came_since(school: School) -> None:
    lesson = await school.open()
    with school.database.session() as session:
        for number in range(3):
            person = people.register_person(session, 300 + number, f"Вера {number}", NINE)
            one = session.get_one(SchoolClass, school.class_id)
            classes.join_class(session, person, one, NINE)
            school.ids[300 + number] = person.id
    await speak(school, ANNA, lesson)
    await give(school, lesson, BORIS, Status.EXCUSED, "family")
    before = await as_teacher(school, lambda session, _: rest_of(session, lesson))
    assert before.names == ["Вера 0", "Вера 1", "Вера 2"]
    done = await as_teacher(school, mark_rest, lesson, Status.ABSENT, NINE)
    assert done.names == before.names
    assert (await as_teacher(school, mark_rest, lesson, Status.ABSENT, NINE)).names == []
    await speak(school, 300, lesson)
    back = await as_teacher(school, undo_rest, lesson, done.batch, NINE)
    assert back.names == ["Вера 1", "Вера 2"]
    assert (await as_teacher(school, undo_rest, lesson, done.batch, NINE)).names == []
    assert await status_of(school, lesson, 300) is Status.PRESENT
    assert await mark_of(school, lesson, 301) is None
    assert await status_of(school, lesson, BORIS) is Status.EXCUSED


async def test_who_was_marked_absent_by_hand_is_none_of_the_others(school: School) -> None:
    lesson = await school.open()
    await give(school, lesson, BORIS, Status.ABSENT)
    assert (await as_teacher(school, mark_rest, lesson, Status.PRESENT, NINE)).names == ["Анна Белова"]
    assert await status_of(school, lesson, BORIS) is Status.ABSENT


async def test_the_list_has_first_who_may_have_to_be_mended(school: School) -> None:
    lesson = await school.open()
    await speak(school, ANNA, lesson)
    found = await as_teacher(school, lambda session, _: mark_list(session, lesson))
    assert [(one.name, one.status) for one in found.students] == [
        ("Борис Громов", None), ("Анна Белова", Status.PRESENT)
    ]  # fmt: skip
    assert found.rest == 1


async def test_nobody_who_is_no_student_of_the_class_gets_a_mark(school: School) -> None:
    lesson = await school.open()
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher is not None
    for stranger in (teacher.id, 999):
        assert await as_teacher(school, set_mark, lesson, stranger, Status.PRESENT, None, NINE) is None
    with school.database.session() as session:
        assert session.scalar(select(func.count()).select_from(Attendance)) == 0


async def test_the_report_shows_what_was_corrected_and_why_but_not_who_has_no_voice(school: School) -> None:
    lesson = await school.open()
    await speak(school, ANNA, lesson)
    await school.close(lesson)
    await give(school, lesson, ANNA, Status.LATE)
    await give(school, lesson, BORIS, Status.PRESENT)
    marks = await reported(school, lesson)
    assert {name: (mark.status, mark.corrected) for name, mark in marks.items()} == {
        "Анна Белова": (Status.LATE, True), "Борис Громов": (Status.PRESENT, True)
    }  # fmt: skip
    await give(school, lesson, BORIS, Status.EXCUSED, "event")
    assert (await reported(school, lesson))["Борис Громов"].reason == "event"


async def test_a_student_without_telegram_is_marked_and_owed_no_word(school: School) -> None:
    lesson = await school.open()
    with school.database.session() as session:
        session.get_one(Person, school.ids[BORIS]).telegram_id = -(2**61)
    await give(school, lesson, ANNA, Status.LATE)
    await give(school, lesson, BORIS, Status.PRESENT)
    with school.database.session() as session:
        owed = session.scalars(select(MarkWord.person_id)).all()
        made = session.scalar(select(func.count()).select_from(Correction))
    assert (list(owed), made) == ([school.ids[ANNA]], 2)
