"""Two classes and what happens in them, made by the product's own functions: rows in every table, of every kind."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.domain.attendance import Status
from rollcall.domain.limits import NOTES
from rollcall.domain.verdict import Reason, Verdict
from rollcall.roster.model import Line, Roster
from rollcall.sealing.seal import Keyring
from rollcall.storage import (
    allowances,
    cards,
    chores,
    classes,
    inbox,
    invites,
    lessons,
    namesakes,
    people,
    questions,
    recordings,
    reviews,
)
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.correcting import Wanted, correct, lesson_to_correct, undo
from rollcall.storage.database import Database
from rollcall.storage.holder import Holder
from rollcall.storage.questions import CLAIMS, REVIEWS
from rollcall.storage.tables import Lesson, Person, Review, SchoolClass
from rollcall.usecases import calls, claim_decisions, erasure, rosters, staff
from rollcall.usecases.settlement import apply_result
from rollcall.usecases.take_note import Posted, write_marks
from tests.rollcall.conftest import NINE, TEACHER, School

_NAMES = ["Анна Белова", "Борис Громов", "Вера «Ver» O'Neil", "Глеб 🎓 Ёлкин", "دانا حسن", "Zoë Ångström"]
_DAY = timedelta(days=1)


async def fill(database: Database, keyring: Keyring) -> School:
    """Fill an empty database; the first class, to go on with."""
    random = np.random.default_rng(7)
    voices = {200 + number: _voice(random) for number in range(len(_NAMES))}
    voices[205] = voices[204] + 0.02 * _voice(random)  # two who sound alike
    async with database.session() as session:
        token = await session.run_sync(invites.create_invite, 1, timedelta(days=7), NINE)
        await session.run_sync(invites.create_invite, 1, timedelta(days=7), NINE)
        await session.run_sync(invites.redeem_invite, token, TEACHER, NINE)
        teacher = await session.run_sync(people.register_person, TEACHER, "Мария Ивановна", NINE)
        await session.run_sync(people.make_teacher, teacher, teacher)
        physics = await session.run_sync(classes.create_class, teacher, "Физика 9Б", "Europe/Moscow", NINE)
        history = await session.run_sync(classes.create_class, teacher, "History", "UTC", NINE + _DAY)
        link = await session.run_sync(staff.invite, teacher, history.id, (NINE + 30 * _DAY).date(), _DAY, NINE)
        register = partial(people.register_person, telegram_id=300, full_name="Ольга Олегова", now=NINE)
        await session.run_sync(partial(staff.accept, may_invite=True), link, 300, register, NINE)
        await session.run_sync(allowances.spend, allowances.pseudonym(keyring, 201), NOTES, NINE, 1)
        ids = {}
        for telegram_id, name in zip(voices, _NAMES, strict=True):
            await session.run_sync(people.conversation_with, telegram_id, NINE)
            await session.run_sync(people.give_consent, telegram_id, "2026-11", "ru", NINE)
            person = await session.run_sync(people.register_person, telegram_id, name, NINE)
            await session.run_sync(classes.join_class, person, physics, NINE)
            if telegram_id % 2:
                await session.run_sync(classes.join_class, person, history, NINE)
            ids[telegram_id] = person.id
    school = School(database, keyring, physics.id, ids)
    await _enrol(school, voices, random)
    for day in range(3):
        await _lesson(school, voices, day, still_open=day == 2)
    await _decide(school)
    async with database.session() as session:
        await session.run_sync(inbox.accept, 1, '{"update_id": 1, "text": "\\u041f\\n"}', _holder(), NINE)
        digest = await session.run_sync(inbox.accept, 2, '{"update_id": 2}', _holder(), NINE)
        await session.run_sync(inbox.handled, [str(digest)], NINE)
        taken = Roster((Line("Дарья Котова", "1234", "9Б", "d@x.org"), Line("Анна Белова", "1235")))
        listed = await session.run_sync(rosters.keep, teacher, taken, [physics.id], 1, NINE + 7 * _DAY)
        await session.run_sync(rosters.take, teacher, physics.id, listed.preview_id, NINE + 7 * _DAY)
        history_row = await session.get_one(SchoolClass, history.id)
        twin = await session.run_sync(people.register_person, 206, "Громов Бoрис", NINE)  # a Latin o
        await session.run_sync(classes.join_class, twin, history_row, NINE + 7 * _DAY)
        assert await session.run_sync(namesakes.note_namesakes, twin, history.id, NINE + 7 * _DAY)
        await session.run_sync(
            classes.archive_class, history_row, await session.get_one(Person, teacher.id), NINE + 9 * _DAY
        )
        leaving = await session.get_one(Person, ids[203])
        await session.run_sync(erasure.erase_voice, leaving, "a receipt", erasure.Kind.VOICE, NINE + 8 * _DAY)
        await session.run_sync(chores.take, "sweep", NINE + 8 * _DAY)
    return school


def _voice(random: np.random.Generator) -> NDArray[np.float32]:
    voice = random.standard_normal(192).astype(np.float32)
    return voice / np.float32(np.linalg.norm(voice))


def _holder() -> Holder:
    return Holder("one host", 1, "a")


async def _enrol(school: School, voices: dict[int, NDArray[np.float32]], random: np.random.Generator) -> None:
    for telegram_id, voice in list(voices.items())[1:]:  # the first never enrols
        enrolment = f"enrolment-{telegram_id}"
        await school.begin_enrolment(telegram_id, enrolment)
        notes = [await school.note(telegram_id, enrolment=enrolment) for _ in range(3)]
        for note in notes:
            result = school.result(note, reason=Reason.GOOD_NOTE, voice=voice, print_=random.bytes(400))
            async with school.database.session() as session:
                await session.run_sync(apply_result, school.keyring, result, NINE)
        async with school.database.session() as session:
            if telegram_id % 2:
                await session.run_sync(people.agree_to_keep_recordings, telegram_id, "2026-11", "ru", NINE)
                kept = {note: b"OggS\x00\xff" + note.encode() for note in notes}
                await session.run_sync(recordings.keep, school.keyring, school.ids[telegram_id], kept, NINE)
            await session.run_sync(recordings.take_asking, school.ids[telegram_id], "w2")


async def _lesson(school: School, voices: dict[int, NDArray[np.float32]], day: int, *, still_open: bool) -> None:
    begins = NINE + day * _DAY
    lesson = await school.open(begins)
    async with school.database.session() as session:
        await session.run_sync(calls.call_all, await session.get_one(Lesson, lesson), begins)
    outcomes = [
        (200, Verdict.REFUSED, Reason.TOO_QUIET),
        (201, Verdict.ACCEPTED, Reason.MATCH),
        (202, Verdict.UNKNOWN, Reason.UNKNOWN_VOICE),
        (203, Verdict.ACCEPTED, Reason.MATCH),
        *[(204, Verdict.UNSURE, Reason.UNSURE)] * 3,
        *([(205, Verdict.UNSURE, Reason.UNSURE)] * 3 if day else []),
        *([(204, Verdict.ACCEPTED, Reason.MATCH)] if day == 2 else []),
    ]
    for minute, (telegram_id, verdict, reason) in enumerate(outcomes):
        note = await school.note(telegram_id, lesson_id=lesson, sent_at=begins + timedelta(minutes=4 * minute))
        result = school.result(note, verdict, reason, voice=voices[telegram_id])
        async with school.database.session() as session:
            posted = Posted(f"{day}-{minute}", content_hash="", milliseconds=1.0)
            await session.run_sync(write_marks, {note: posted}, [], begins)
            await session.run_sync(apply_result, school.keyring, result, begins + timedelta(minutes=50))
    await school.note(201, lesson_id=lesson, sent_at=begins + timedelta(hours=1))  # still on its way
    if not still_open:
        async with school.database.session() as session:
            await session.run_sync(
                lessons.close_lesson, await session.get_one(Lesson, lesson), begins + timedelta(hours=1)
            )


async def _decide(school: School) -> None:
    """Of the reviews one is confirmed, one rejected, and two who sound alike are two; each has its card in the chat."""
    async with school.database.session() as session:
        teacher = await session.run_sync(people.find_person, TEACHER)
        open_ones = (await session.scalars(select(Review).order_by(Review.id))).all()
        assert teacher
        for review in open_ones:
            await session.run_sync(cards.take, REVIEWS, review.id, TEACHER, NINE)
        for review, confirmed in zip(open_ones, (True, False), strict=False):
            await session.run_sync(reviews.decide_review, review, teacher, confirmed=confirmed, now=NINE)
            await session.run_sync(questions.take_telling, REVIEWS, review.id, NINE)
        await _correct(session, teacher)
        claim = (await session.scalars(select(VoiceClaim))).one()
        await session.run_sync(cards.take, CLAIMS, claim.id, TEACHER, NINE)
        await session.run_sync(claim_decisions.decide, school.keyring, claim, teacher, accepted=True, now=NINE)


async def _correct(session: AsyncSession, teacher: Person) -> None:
    """One mark is given by hand and stands, one is taken back."""
    for lesson_id, account, wanted in ((1, 200, Wanted(Status.EXCUSED, "болеет")), (2, 202, Wanted(Status.PRESENT))):
        lesson = await session.run_sync(lesson_to_correct, lesson_id)
        student = await session.run_sync(people.find_person, account)
        assert student
        made = await session.run_sync(correct, lesson, student.id, teacher, wanted, NINE)
        assert made
        if account == 202:
            assert await session.run_sync(undo, lesson, made, teacher, NINE)
