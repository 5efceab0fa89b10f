"""A school with one of each role, for the permission table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.claim import ClaimState
from rollcall.domain.joiner import JoinState
from rollcall.domain.permissions import Role
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.roster.model import Line, Roster
from rollcall.storage import attempts, classes, invites, join_requests, lessons, people, staff
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.database import Database
from rollcall.storage.excuse_tables import Absence, Appeal
from rollcall.storage.roster_tables import JoinerCard, RosterPreview
from rollcall.storage.tables import Invite, Review
from rollcall.usecases import rosters
from sandbox.person import Person
from sandbox.telegram import Telegram

ADMIN, MARIA, PAVEL, OLGA, IGOR, ANNA, BORIS, STRANGER = 1, 11, 12, 13, 14, 21, 22, 31
ACCOUNTS = {
    Role.NOBODY: STRANGER,
    Role.STUDENT: ANNA,
    Role.STUDENT_ELSEWHERE: BORIS,
    Role.TEACHER: MARIA,
    Role.TEACHER_ELSEWHERE: PAVEL,
    Role.ADMIN: ADMIN,
}
"""Who has which role, to class 1."""
NAMES = {ADMIN: "Ада Ад", MARIA: "Мария Ма", PAVEL: "Павел Па", OLGA: "Ольга Ол", ANNA: "Анна Ан", BORIS: "Борис Бо"}
TITLES = ("Физика", "Химия", "Право")
"""Of Maria, of Pavel, of the admin: classes 1, 2 and 3, whose only students are Anna, Boris and Boris."""
SECRETS = (*NAMES.values(), *TITLES)

CLASS_ID = LESSON_ID = REVIEW_ID = 1
INVITE, COLLEAGUE_INVITE = "ab" * 32, "cd" * 32
JOIN_CODE = "code-of-another-class"


def people_on(telegram: Telegram) -> dict[int, Person]:
    """Everyone's account on a Telegram."""
    accounts = {**NAMES, IGOR: "Игорь Иг", STRANGER: "Кто-то"}
    return {number: Person(telegram, name, id=number, language_code="ru") for number, name in accounts.items()}


async def found(database: Database) -> None:
    """Fill an empty database."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    with database.session() as session:
        who = {}
        for number, name in NAMES.items():
            who[number] = people.register_person(session, number, name, now)
        for teacher in (ADMIN, MARIA, PAVEL, OLGA):
            people.make_teacher(session, who[teacher], None)
        for title, teacher, student in zip(TITLES, (MARIA, PAVEL, ADMIN), (ANNA, BORIS, BORIS), strict=True):
            made = classes.create_class(session, who[teacher], title, "UTC", now)
            classes.join_class(session, who[student], made, now)
            lesson, _ = lessons.open_lesson(
                session, made.id, who[teacher], now, timedelta(hours=1), timedelta(minutes=10)
            )
            lessons.mark(session, lesson, who[BORIS].id, now, 0.97, None)
            people.give_consent(session, student, "1", "ru", now)
        another = classes.create_class(session, who[OLGA], "Труд", "UTC", now)
        another.join_code = JOIN_CODE
        for number in NAMES:
            conversation = people.conversation_with(session, number, now)
            conversation.locale = "ru"
        note = IncomingNote(ANNA, 5, "f1", "u1", 9000, now)
        attempt = attempts.register(session, note, who[ANNA], Purpose.CHECK_IN, class_id=CLASS_ID,
            lesson=lessons.open_lesson_of(session, CLASS_ID), enrolment=None, received_at=now,
        )  # fmt: skip
        attempt.verdict, attempt.reason, attempt.settled_at = Verdict.UNSURE, Reason.TEACHER_DECIDES, now
        session.add(
            Review(
                lesson_id=attempt.lesson_id, person_id=who[ANNA].id, attempt_id=attempt.id, sent_at=now,
                state=ReviewState.OPEN, created_at=now,
            )
        )  # fmt: skip
        session.add(
            VoiceClaim(
                person_id=who[ANNA].id, class_id=CLASS_ID, enrolment="e", attempt_id=attempt.id, changed=False,
                state=ClaimState.OPEN, created_at=now,
            )
        )  # fmt: skip
        asked = join_requests.ask(session, CLASS_ID, 41, "Яна Ян", now, without_voice=False)
        asked.id = 1
        session.flush()
        asked_in = {"message_id": 0, "claimed_at": now, "shown": JoinState.OPEN}
        session.add(JoinerCard(question_id=1, chat_id=MARIA, **asked_in))
        listed = Roster((Line("Дарья Да"),))
        rosters.keep(session, who[MARIA], listed, [CLASS_ID], 1, now)
        session.scalars(select(RosterPreview)).one().id = 1
        session.add(
            Absence(
                class_id=CLASS_ID, person_id=who[ANNA].id, first_day=now.date(), last_day=now.date(), reason="family",
                state=AbsenceState.OPEN, created_at=now,
            )
        )  # fmt: skip
        session.add(Appeal(lesson_id=LESSON_ID, person_id=who[ANNA].id, state=AppealState.OPEN, created_at=now))
        invites.create_invite(session, ADMIN, timedelta(days=7), now)
        session.flush()
        (invite,) = invites.open_invites(session, now, 1)
        session.delete(invite)
        session.flush()
        week = now + timedelta(days=7)
        session.add(type(invite)(token_hash=INVITE, created_by=ADMIN, expires_at=week))


async def a_colleague_joins(database: Database) -> int:
    """Igor teaches class 1 too, of which Maria is in charge, and another is invited; his number among the people."""
    now = datetime.now(UTC).replace(microsecond=0)
    with database.session() as session:
        igor = people.register_person(session, IGOR, "Игорь Иг", now)
        people.make_teacher(session, igor, None)
        staff.add(session, igor, CLASS_ID, None, None, now)
        (people.conversation_with(session, IGOR, now)).locale = "ru"
        week = now + timedelta(days=7)
        session.add(Invite(token_hash=COLLEAGUE_INVITE, created_by=MARIA, expires_at=week, class_id=CLASS_ID))
        return igor.id
