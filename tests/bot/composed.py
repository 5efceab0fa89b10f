"""Texts that are put together from what the database says: answers to voice notes, reports, how alike voices are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.handlers.following import ask_buttons, following_buttons
from bot.handlers.joining import joined_words
from bot.handlers.marks import card_text, list_buttons, list_text
from bot.handlers.mydata import parts_text
from bot.handlers.voices import outlook_text
from bot.messages.challenge import asked_buttons, asked_words, say_button
from bot.messages.paging import Page
from bot.outbox.absence_cards import (
    absence_buttons,
    absence_text,
    absence_told_text,
    appeal_buttons,
    appeal_text,
    appeal_told_text,
)
from bot.outbox.answers import text_for
from bot.outbox.claim_cards import waiting_text
from bot.outbox.fresh_words import fresh_buttons
from bot.outbox.mark_words import changed_text
from bot.outbox.staff_notices import news_text
from bot.outbox.weekly import word_buttons, word_text
from bot.services import now
from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.attendance import Remarks, Status
from rollcall.domain.challenge import Challenge, Words
from rollcall.domain.class_settings import Vocabulary
from rollcall.domain.permissions import Role
from rollcall.domain.recalibration import Outlook
from rollcall.domain.repeated_notes import MOST
from rollcall.domain.review import Asked as AskedToDecide
from rollcall.domain.staff import StaffNews
from rollcall.domain.verdict import WORDS, Purpose, Reason, Verdict
from rollcall.domain.voiceprint import NOTES
from rollcall.report.model import Mark, Period, StudentLine
from rollcall.report.text import report_text
from rollcall.report.weekly import Missing
from rollcall.storage.faults import Trouble
from rollcall.storage.tables import Attempt, Lesson, Person, SchoolClass
from rollcall.texts import Texts, texts_in
from rollcall.usecases.absences import AbsenceFacts, AbsenceTold
from rollcall.usecases.appeals import AppealFacts, AppealTold
from rollcall.usecases.challenges import Asked, NotShown, Shown
from rollcall.usecases.claim_cards import Waiting
from rollcall.usecases.fresh_voices import Invited
from rollcall.usecases.joined import How, Joined
from rollcall.usecases.mark_words import Changed
from rollcall.usecases.marks import LessonFacts, Listed, MarkCard, MarkList
from rollcall.usecases.renewing import Following
from rollcall.usecases.staff import News
from rollcall.usecases.weekly import Word
from tests.bot.catalogue import sources
from tests.bot.conversations import Read
from tests.rollcall.report.test_text import GONE, HERE, LATE, ODD, START, report_of

_ADMIN = frozenset({Role.ADMIN, Role.TEACHER})
_STUDENT, _TEACHER = frozenset({Role.STUDENT}), frozenset({Role.TEACHER})


def composed(language: str) -> Iterator[Read]:
    """Each, as its reader gets it."""
    name, title = ("Анна Белова", "Физика") if language == "ru" else ("Anna Bell", "Physics")
    t = texts_in(language)
    person, school_class = Person(full_name=name), SchoolClass(title=title, timezone="Europe/Moscow")
    for attempt in _attempts():
        for lesson in (None, Lesson(id=1, opened_at=START)):
            for step in (attempt.note_number or 1, 2, NOTES):
                text = text_for(attempt, person, school_class, lesson, step, t)
                yield Read(f"{attempt.purpose} {attempt.reason} {attempt.note_number}", _STUDENT, text, [])
    decided = Attempt(purpose=Purpose.CHECK_IN, verdict=Verdict.UNSURE, reason=Reason.TEACHER_DECIDES)
    for asked in AskedToDecide:
        yield Read(f"asked {asked}", _STUDENT, text_for(decided, person, school_class, None, 1, t, asked), [])
    remarked = Mark(Status.PRESENT, START, 0.97, remarks=Remarks(START, 3, as_file=True))
    for asked in AskedToDecide:
        for changed, unsaid, beside, serves in (
            (True, False, True, True),
            (False, False, False, True),
            (False, True, False, False),
        ):
            words = waiting_text(Waiting((1,), changed, unsaid, beside, serves, (title,)), asked, t)
            last = Attempt(purpose=Purpose.ENROL, verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE, note_number=NOTES)
            text = text_for(last, person, school_class, None, NOTES, t, waits=words)
            yield Read(f"a voice that waits, asked {asked}", _STUDENT, text, [])
    confirmed, waiting = Mark(Status.PRESENT, START, confirmed=True), Mark(Status.ABSENT, waiting=True)
    excused = Mark(Status.EXCUSED, reason="illness", corrected=True)
    marks = (HERE, LATE, GONE, ODD, excused, confirmed, waiting)
    names = [f"{name[:-1]}{letter}" for letter in ("аоуыэюя" if language == "ru" else "aeiouwy")]
    for period in Period:
        lessons = 1 if period is Period.LESSON else 4
        some = dict(zip(names, [(mark,) * lessons for mark in marks], strict=True))
        first = dict.fromkeys(names, (remarked,) * lessons)
        for students in ({}, some, {name: (remarked,) * lessons}, first, {name: (None,) * lessons}):
            yield Read(f"report {period}", _TEACHER, report_text(report_of(students, period, title=title), t), [])
        gone = replace(report_of({}, period, title=title), students=[StudentLine(name, (HERE,) * lessons, former=True)])
        yield Read(f"former {period}", _TEACHER, report_text(gone, t), [])
        none = report_of({}, period, title=title)
        yield Read(f"none {period}", _TEACHER, report_text(type(none)(title, none.timezone, period, START, ()), t), [])
    yield from _marks(name, title, t)
    yield from _absences(name, title, t)
    yield from _challenges(title, t)
    yield from _weekly(names, title, t)
    yield from _following(t)
    keys = [key.removeprefix("mydata-part-") for key in sources(language) if key.startswith("mydata-part-")]
    for number in (1, 5):
        yield Read(
            "my data", _STUDENT, parts_text(dict.fromkeys((key.replace("-", "_") for key in keys), number), t), []
        )
    for count in (0.0, 0.01, 0.02, 0.21):
        for mixed_up in ((), ((1, 2),)):
            outlook = Outlook(5, count, count, count, (1, 2), 0.5, mixed_up)
            words = outlook_text(outlook, dict(enumerate(names)), t)
            yield Read("voices", _TEACHER, t("voices-head", title=title, students=5) + "\n\n" + words, [])
    yield Read("unasked", _STUDENT, t("enrol-unasked") + "\n\n" + t("enrol-next", n="1", phrase=name), [])
    for how in How:
        for known in (True, False):
            text, buttons = joined_words(Joined(1, name, 1, title, how, known, namesake=False), t)
            yield Read(f"joined {how}", _STUDENT, text, [list(row) for row in buttons or ()])
    for news in StaffNews:
        told = News(language, 1, news, 1, title, "school", names[0], names[1], START.date(), still=True, at_all=True)
        yield Read(f"told {news}", _TEACHER, news_text(told, t), [])
    for key in ("unwritable", "unwritable-report"):
        yield Read(key, _TEACHER, t(key), [])
    for trouble in Trouble:
        yield Read(f"alarm {trouble}", _ADMIN, t(f"alarm-{trouble}", command=name), [])


def _weekly(names: list[str], title: str, t: Texts) -> Iterator[Read]:
    """What a class's teachers hear once a week, in each class's words."""
    days = tuple((START + timedelta(days=3 * number)).date() for number in range(10))
    for vocabulary in Vocabulary:
        words = t.speaking(vocabulary)
        school_class = SchoolClass(id=1, title=title, vocabulary=vocabulary)
        for number in (1, len(names), 45):
            some = [
                Missing(at, names[at % len(names)], days[: at % 9], None if at % 3 == 1 else (5, 9))
                for at in range(1, number + 1)
            ]
            word = Word(t.language, 1, school_class, some)
            buttons = [list(row) for row in word_buttons(word, words)]
            yield Read("a week", _TEACHER, word_text(word, words), buttons)


def _following(t: Texts) -> Iterator[Read]:
    """Of a voiceprint that follows its owner, in each of its states."""
    for follows in (False, True):
        buttons = [list(row) for row in fresh_buttons(Invited(1, t.language, follows), t)]
        yield Read("a score falls", _STUDENT, t("fresh-word"), buttons)
        for steps in (0, 3):
            standing = Following(follows, steps)
            yield Read("my data", _STUDENT, t("mydata-parts"), [list(row) for row in following_buttons(standing, t)])
    yield Read("follow:ask", _STUDENT, t("follow-ask"), [list(row) for row in ask_buttons(t)])
    for said in ("done", "stopped", "back-done", "back-not"):
        yield Read(f"follow {said}", _STUDENT, t(f"follow-{said}"), [])


def _marks(name: str, title: str, t: Texts) -> Iterator[Read]:
    """A student in a lesson as the teacher's card shows them, and what the student hears of a change."""
    lesson = LessonFacts(1, 1, title, START, closed=False)
    for by, waiting in ((None, False), ("", False), (name, True)):
        for status in (None, *Status):
            for announced in (False, True):
                card = MarkCard(lesson, 1, name, status, START, 0.97, "illness", by, 1, waiting, announced)
                yield Read("a student's card", _TEACHER, card_text(card, t), [])
    listed = [Listed(number, name, None, corrected=False, waiting=not number) for number in range(45)]
    found = MarkList(lesson, listed, len(listed))
    page = Page.of(listed, 0)
    yield Read(
        "names", _TEACHER, list_text(found, 0, page.pages, t), [list(row) for row in list_buttons(found, page, t)]
    )
    for teacher in ("", name):
        for status, reason in ((None, None), (Status.EXCUSED, "illness"), (Status.LATE, None)):
            word = Changed(1, t.language, 1, title, "school", START, teacher, status, reason, Status.ABSENT)
            yield Read("a changed mark", _STUDENT, changed_text(word, t), [])


def _challenges(title: str, t: Texts) -> Iterator[Read]:
    """What is to be said, in each class's words, or why nothing is; and what a teacher reads of it."""
    lesson = Lesson(id=1, opened_at=START)
    for kept, seconds, digits in ((False, 120, "4712"), (False, 120, "0358"), (True, 1, "6901"), (True, 42, "2345")):
        shown = Shown(1, Challenge(t.language, tuple(digits)), kept, START + timedelta(seconds=seconds))
        asked = Asked(shown, lesson, title, Vocabulary.SCHOOL)
        buttons = [list(row) for row in asked_buttons(asked, t)]
        yield Read("a number", _STUDENT, asked_words(asked, t, START), buttons)
    yield Read("a lesson has opened", _STUDENT, t("call-by-say"), [list(row) for row in say_button(t, title, 1)])
    asked = Asked(Shown(1, Challenge(t.language, tuple("4712")), kept=False, until=START), None, "", Vocabulary.NEUTRAL)
    yield Read("an enrolment", _STUDENT, asked_words(asked, t, START), [])
    for nothing in NotShown:
        for vocabulary in Vocabulary:
            asked = Asked(nothing, None if nothing is NotShown.CLOSED else lesson, title, vocabulary)
            words = t.speaking(vocabulary)
            buttons = [list(row) for row in asked_buttons(asked, words)]
            for by_note in (False, True):
                text = asked_words(asked, words, START, by_note=by_note)
                yield Read("no number", _STUDENT, text, buttons)
    yield Read("consent", frozenset({Role.NOBODY}), t("consent-text", days=365) + "\n\n" + t("consent-words"), [])
    for heard in (Words.NOT_HEARD, Words.SOMETHING_ELSE, Words.UNSURE, Words.NOT_CHECKED):
        remarked = Mark(Status.PRESENT, START, 0.97, remarks=Remarks(words=heard))
        report = report_of({title: (remarked,)}, Period.LESSON, title=title)
        yield Read(f"words {heard}", _TEACHER, report_text(report, t), [])


def _absences(name: str, title: str, t: Texts) -> Iterator[Read]:
    """Cards about announced absences and marks that are objected to, and what the student hears."""
    facts: dict[str, Any] = {
        "question": 1,
        "locale": t.language,
        "note": None,
        "name": name,
        "title": title,
        "vocabulary": "school",
        "at": START,
        "teacher": name,
    }
    to: dict[str, Any] = {"chat_id": 1, "locale": t.language, "vocabulary": "school", "title": title}
    day = START.date()
    for state in AbsenceState:
        for reason in (None, "event"):
            card = AbsenceFacts(state=state, first=day, last=day + timedelta(days=2), reason=reason, **facts)
            yield Read(
                f"absence {state}", _TEACHER, absence_text(card, t), [list(row) for row in absence_buttons(card, t)]
            )
    for state in (AbsenceState.EXCUSED, AbsenceState.REFUSED):
        told = AbsenceTold(state=state, first=day, last=day, **to)
        yield Read(f"absence told {state}", _STUDENT, absence_told_text(told, t), [])
    for appeal in AppealState:
        for status in (None, Status.LATE):
            one = AppealFacts(state=appeal, lesson_id=1, person_id=1, status=status, **facts)
            yield Read(f"appeal {appeal}", _TEACHER, appeal_text(one, t), [list(row) for row in appeal_buttons(one, t)])
    kept = AppealTold(opened_at=START, status=Status.ABSENT, **to)
    yield Read("appeal told", _STUDENT, appeal_told_text(kept, t), [])


def _attempts() -> Iterator[Attempt]:
    """Every verdict on a note that there is an answer to."""
    facts = {"enrolment": "e", "confidence": 0.97}
    for purpose in Purpose:
        for reason in Reason:
            verdict = Verdict.UNSURE if reason is Reason.UNSURE else Verdict.REFUSED
            if reason in WORDS:
                verdict = Verdict.UNSAID
            yield Attempt(purpose=purpose, verdict=verdict, reason=reason, note_number=None, **facts)
    for number in range(1, NOTES + 1):
        yield Attempt(
            purpose=Purpose.ENROL, verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE, note_number=number, **facts
        )
    yield Attempt(purpose=Purpose.ENROL, verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE, note_number=None, **facts)
    for number in range(1, MOST):
        yield Attempt(
            purpose=Purpose.CHECK_IN, verdict=Verdict.UNSURE, reason=Reason.UNSURE, note_number=number, **facts
        )
    yield Attempt(purpose=Purpose.CHECK_IN, verdict=Verdict.UNSAID, reason=Reason.TEACHER_DECIDES, **facts)
    for status in (None, Status.PRESENT, Status.LATE):
        at = now() - timedelta(minutes=1) if status else None
        accepted = {"purpose": Purpose.CHECK_IN, "verdict": Verdict.ACCEPTED, "reason": Reason.MATCH}
        yield Attempt(status=status, marked_at=at, **accepted, **facts)
