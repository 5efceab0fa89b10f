"""Two classes and what happens in them, made by the product's own functions: rows in every table, of every kind."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.absence import AppealState
from rollcall.domain.attendance import Status
from rollcall.domain.challenge import draw
from rollcall.domain.limits import NOTES
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.voiceprint import pack_embedding
from rollcall.roster.model import Line, Roster
from rollcall.sealing.seal import Keyring, embedding_binding
from rollcall.storage import (
    allowances,
    cards,
    challenges,
    chores,
    classes,
    excuses,
    fresh_words,
    inbox,
    invites,
    join_requests,
    lessons,
    namesakes,
    people,
    questions,
    recordings,
    renewals,
    reviews,
    voiceprints,
    web_access,
    weekly,
)
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.correcting import Wanted, correct, lesson_to_correct, undo
from rollcall.storage.database import Database
from rollcall.storage.holder import Holder
from rollcall.storage.questions import ABSENCES, APPEALS, CLAIMS, JOINERS, REVIEWS
from rollcall.storage.tables import Attempt, Lesson, Person, Review, SchoolClass, StoredVoiceprint
from rollcall.storage.timetable_tables import TOLD, Holiday, Planned, PlanNotice, Slot, Term
from rollcall.usecases import absences, calls, claim_decisions, erasure, merges, rosters, staff
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
    with database.session() as session:
        token = invites.create_invite(session, 1, timedelta(days=7), NINE)
        invites.create_invite(session, 1, timedelta(days=7), NINE)
        invites.redeem_invite(session, token, TEACHER, NINE)
        teacher = people.register_person(session, TEACHER, "Мария Ивановна", NINE)
        people.make_teacher(session, teacher, teacher)
        physics = classes.create_class(session, teacher, "Физика 9Б", "Europe/Moscow", NINE)
        history = classes.create_class(session, teacher, "History", "UTC", NINE + _DAY)
        link = staff.invite(session, teacher, history.id, (NINE + 30 * _DAY).date(), _DAY, NINE)
        register = partial(people.register_person, telegram_id=300, full_name="Ольга Олегова", now=NINE)
        partial(staff.accept, may_invite=True)(session, link, 300, register, NINE)
        allowances.spend(session, allowances.pseudonym(keyring, 201), NOTES, NINE, 1)
        ids = {}
        for telegram_id, name in zip(voices, _NAMES, strict=True):
            people.conversation_with(session, telegram_id, NINE)
            people.give_consent(session, telegram_id, "2026-11", "ru", NINE)
            person = people.register_person(session, telegram_id, name, NINE)
            classes.join_class(session, person, physics, NINE)
            if telegram_id % 2:
                classes.join_class(session, person, history, NINE)
            ids[telegram_id] = person.id
    school = School(database, keyring, physics.id, ids)
    await _enrol(school, voices, random)
    for day in range(3):
        await _lesson(school, voices, day, still_open=day == 2)
    await _decide(school)
    with database.session() as session:
        said = [(1, '{"update_id": 1, "text": "\\u041f\\n"}'), (2, '{"update_id": 2}')]
        _, digest = inbox.accept(session, said, _holder(), NINE)
        inbox.handled(session, [str(digest)], NINE)
        joiner = join_requests.ask(session, physics.id, 299, "Ева Ким", NINE + 7 * _DAY, without_voice=True)
        cards.take(session, JOINERS, joiner.id, TEACHER, NINE + 7 * _DAY)
        taken = Roster((Line("Дарья Котова", "1234", "9Б", "d@x.org"), Line("Анна Белова", "1235")))
        listed = rosters.keep(session, teacher, taken, [physics.id], 1, NINE + 7 * _DAY)
        rosters.take(session, teacher, physics.id, listed.preview_id, NINE + 7 * _DAY)
        history_row = session.get_one(SchoolClass, history.id)
        twin = people.register_person(session, 206, "Громов Бoрис", NINE)  # a Latin o
        classes.join_class(session, twin, history_row, NINE + 7 * _DAY)
        assert namesakes.note_namesakes(session, twin, history.id, NINE + 7 * _DAY)
        classes.archive_class(session, history_row, session.get_one(Person, teacher.id), NINE + 9 * _DAY)
        leaving = session.get_one(Person, ids[203])
        erasure.erase_voice(session, leaving, "a receipt", erasure.Kind.VOICE, NINE + 8 * _DAY)
        chores.take(session, "sweep", NINE + 8 * _DAY)
        assert merges.ask_to_merge(session, teacher, physics.id, ids[203], ids[204], NINE + 8 * _DAY)
        challenges.add(session, draw("ru"), ids[201], 1, NINE + 2 * _DAY, lesson_id=3)
        slot = Slot(class_id=physics.id, made_by=teacher.id, weekday=2, begins=540, minutes=45, weeks="every")
        session.add_all(
            [
                slot,
                Holiday(class_id=physics.id, first="2026-10-30", last="2026-11-08"),
                Term(class_id=physics.id, first="2026-09-01", last="2027-05-31"),
            ]
        )
        session.flush()
        session.add(Planned(slot_id=slot.id, day="2026-09-08", begins_at=NINE + 7 * _DAY, state=TOLD))
        session.flush()
        weekly.promise(session, physics.id, "2026-W37", [TEACHER], NINE + 7 * _DAY)
        _follow(session, keyring, ids[201])
        session.add(PlanNotice(slot_id=slot.id, day="2026-09-08", chat_id=TEACHER))
        web_access.make_link(session, TEACHER, "/", NINE + 7 * _DAY)
        web_access.sign_in(session, TEACHER, "Firefox, Linux", NINE + 7 * _DAY, in_telegram=False)
        web_access.make_screen(session, session.get_one(Lesson, 3), TEACHER, NINE + 7 * _DAY)
        web_access.spend_init_data(session, "0" * 64, NINE + 7 * _DAY)
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
            with school.database.session() as session:
                apply_result(session, school.keyring, result, NINE)
        with school.database.session() as session:
            if telegram_id % 2:
                people.agree_to_keep_recordings(session, telegram_id, "2026-11", "ru", NINE)
                kept = {note: b"OggS\x00\xff" + note.encode() for note in notes}
                recordings.keep(session, school.keyring, school.ids[telegram_id], kept, NINE)
            recordings.take_asking(session, school.ids[telegram_id], "w2")


async def _lesson(school: School, voices: dict[int, NDArray[np.float32]], day: int, *, still_open: bool) -> None:
    begins = NINE + day * _DAY
    lesson = await school.open(begins)
    with school.database.session() as session:
        calls.call_all(session, session.get_one(Lesson, lesson), begins)
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
        with school.database.session() as session:
            posted = Posted(f"{day}-{minute}", content_hash="", milliseconds=1.0)
            write_marks(session, {note: posted}, [], begins)
            apply_result(session, school.keyring, result, begins + timedelta(minutes=50))
    await school.note(201, lesson_id=lesson, sent_at=begins + timedelta(hours=1))  # still on its way
    if not still_open:
        with school.database.session() as session:
            lessons.close_lesson(session, session.get_one(Lesson, lesson), begins + timedelta(hours=1))


async def _decide(school: School) -> None:
    """Of the reviews one is confirmed, one rejected, and two who sound alike are two; each has its card in the chat."""
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        open_ones = session.scalars(select(Review).order_by(Review.id)).all()
        assert teacher
        for review in open_ones:
            cards.take(session, REVIEWS, review.id, TEACHER, NINE)
        for review, confirmed in zip(open_ones, (True, False), strict=False):
            reviews.decide_review(session, review, teacher, confirmed=confirmed, now=NINE)
            questions.take_telling(session, REVIEWS, review.id, NINE)
        _correct(session, teacher)
        _absences(session, teacher)
        claim = session.scalars(select(VoiceClaim)).one()
        cards.take(session, CLAIMS, claim.id, TEACHER, NINE)
        claim_decisions.decide(session, school.keyring, claim, teacher, accepted=True, now=NINE)


def _follow(session: Session, keyring: Keyring, person_id: int) -> None:
    """A voiceprint that has taken a step, the note that waits for the next, and a word that its owner is owed."""
    people.agree_to_renew(session, 201, "2026-11", "ru", NINE)
    stored = session.get_one(StoredVoiceprint, person_id)
    voiceprint = voiceprints.voiceprint_of(session, keyring, person_id)
    assert voiceprint
    first, second = session.scalars(
        select(Attempt).where(Attempt.person_id == person_id, Attempt.verdict == Verdict.ACCEPTED).limit(2)
    ).all()
    renewals.renew(session, keyring, stored, first.id, voiceprint, NINE + 7 * _DAY)
    binding = embedding_binding(second.id, person_id, stored.model, stored.weight_hash)
    renewals.keep_fresh(session, second, keyring.seal(pack_embedding(voiceprint.centroid), binding), NINE + 8 * _DAY)
    assert fresh_words.promise(session, person_id, NINE, NINE + 8 * _DAY)


def _correct(session: Session, teacher: Person) -> None:
    """One mark is given by hand and stands, one is taken back."""
    for lesson_id, account, wanted in ((1, 200, Wanted(Status.EXCUSED, "болеет")), (2, 202, Wanted(Status.PRESENT))):
        lesson = lesson_to_correct(session, lesson_id)
        student = people.find_person(session, account)
        assert student
        made = correct(session, lesson, student.id, teacher, wanted, NINE)
        assert made
        if account == 202:
            assert undo(session, lesson, made, teacher, NINE)


def _absences(session: Session, teacher: Person) -> None:
    """An absence is announced and excused, a mark is objected to and kept; each has its card in the chat."""
    student = people.find_person(session, 204)
    assert student
    announced = absences.announce(session, student, 1, (NINE.date(), NINE.date()), "family", NINE)
    assert isinstance(announced, absences.Announced)
    cards.take(session, ABSENCES, announced.absence_id, TEACHER, NINE)
    absences.decide(session, teacher, announced.absence_id, excused=True, anew=False, now=NINE)
    appeal = excuses.object_to(session, session.get_one(Lesson, 1), student, NINE)
    assert appeal
    cards.take(session, APPEALS, appeal.id, TEACHER, NINE)
    assert excuses.decide_appeal(session, appeal, teacher, AppealState.KEPT, NINE)
