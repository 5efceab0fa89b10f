"""Who may teach, and what a person is to a class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.collation import sort_key
from rollcall.domain.permissions import Role
from rollcall.storage import audit
from rollcall.storage.claim_tables import ClaimCard, VoiceClaim
from rollcall.storage.excuse_tables import Absence, AbsenceCard, Appeal, AppealCard
from rollcall.storage.invites import revoke_used_by
from rollcall.storage.roster_tables import JoinerCard
from rollcall.storage.tables import (
    STUDENT,
    TEACHER,
    ClosingNotice,
    Conversation,
    Invite,
    Lesson,
    Membership,
    Person,
    Review,
    ReviewCard,
    SchoolClass,
)
from rollcall.storage.teaching import gives_right
from rollcall.storage.timetable_tables import PlanNotice
from rollcall.storage.web_access import forget_web
from rollcall.storage.weekly_tables import WeeklyWord
from rollcall.texts import DEFAULT_LANGUAGE


def roles_of(
    person: Person | None, classes: Collection[tuple[str, SchoolClass]], class_id: int | None, *, is_admin: bool
) -> frozenset[Role]:
    """What the person is, to the class where there is one at hand. A class that is put away is nobody's.

    Args:
        classes: the person's, with the role in each.
    """
    found = {Role.ADMIN} if is_admin else set()
    if person is not None:
        belongs = {(one.id, role) for role, one in classes}
        here = {role for of_class, role in belongs if of_class == class_id}
        if STUDENT in here:
            found.add(Role.STUDENT)
        elif any(role == STUDENT for _, role in belongs):
            found.add(Role.STUDENT_ELSEWHERE)
        if person.is_teacher or is_admin:
            practises = any(one.id == class_id and one.practice_of == person.id for _, one in classes)
            found.add(Role.TEACHER if TEACHER in here or practises else Role.TEACHER_ELSEWHERE)
    return frozenset(found or {Role.NOBODY})


def class_of_lesson(session: Session, lesson_id: int) -> int | None:
    """The lesson's class."""
    return session.scalar(select(Lesson.class_id).where(Lesson.id == lesson_id))


def class_of_review(session: Session, review_id: int) -> int | None:
    """The class in whose lesson the doubt arose."""
    return session.scalar(
        select(Lesson.class_id).join(Review, Review.lesson_id == Lesson.id).where(Review.id == review_id)
    )


def class_of_absence(session: Session, absence_id: int) -> int | None:
    """The class that a student announced to be absent from."""
    return session.scalar(select(Absence.class_id).where(Absence.id == absence_id))


def class_of_appeal(session: Session, appeal_id: int) -> int | None:
    """The class in whose lesson the mark is that a student objects to."""
    return session.scalar(
        select(Lesson.class_id).join(Appeal, Appeal.lesson_id == Lesson.id).where(Appeal.id == appeal_id)
    )


def class_of_claim(session: Session, claim_id: int, teacher: Person | None, moment: datetime) -> int | None:
    """The class whose teachers are asked about the voice; of several, one that this person teaches."""
    claim = session.get(VoiceClaim, claim_id)
    if claim is None or claim.class_id is not None:
        return claim.class_id if claim is not None else None
    attended = select(Membership.class_id).where(Membership.person_id == claim.person_id, Membership.role == STUDENT)
    taught = select(Membership.class_id).where(
        Membership.person_id == (teacher.id if teacher is not None else None), gives_right(moment)
    )
    current = select(SchoolClass.id).where(SchoolClass.id.in_(attended), SchoolClass.archived_at.is_(None))
    return session.scalar(current.where(SchoolClass.id.in_(taught)).order_by(SchoolClass.id).limit(1))


def end_teaching(session: Session, person: Person, by: audit.Who, now: datetime) -> None:
    """Take the right to teach. The classes and their records stay, for the day the person is invited again.

    Until then nothing of them reaches the person: boards are not kept up to date, cards not mended.
    """
    person.is_teacher = person.is_guest = False
    audit.record(session, Action.TEACHER_REMOVED, by, "person", about=person)
    revoke_used_by(session, person.telegram_id, by, now)
    session.execute(
        update(Lesson)
        .where(Lesson.board_chat_id == person.telegram_id)
        .values(board_chat_id=None, board_message_id=None)
    )
    for owed in (ReviewCard, ClaimCard, AbsenceCard, AppealCard, JoinerCard, ClosingNotice, PlanNotice, WeeklyWord):
        session.execute(delete(owed).where(owed.chat_id == person.telegram_id))
    forget_web(session, person.telegram_id)
    session.flush()


def teachers(session: Session, but: Collection[int], offset: int, limit: int) -> tuple[Sequence[Person], int]:
    """A page of those who may teach, by name, and how many there are; ``but`` these Telegram ids (the admins')."""
    wanted = (Person.is_teacher, Person.telegram_id.not_in(but))
    found = sorted(session.scalars(select(Person).where(*wanted)), key=lambda one: (sort_key(one.full_name), one.id))
    return found[offset : offset + limit], len(found)


@dataclass(frozen=True)
class Teaching:
    """Somebody who may teach: whose chat shows a teacher's menu, in which language, and a student's beside it."""

    telegram_id: int
    locale: str
    is_student: bool


def who_taught(session: Session, still: Collection[int]) -> Sequence[int]:
    """The Telegram ids of those who may not teach any more; ``still`` may (the admins)."""
    had_class = exists().where(Membership.person_id == Person.id, Membership.role == TEACHER)
    was_invited = exists().where(Invite.used_by == Person.telegram_id)
    rows = session.scalars(
        select(Person.telegram_id)
        .where(Person.is_teacher.is_(False), Person.telegram_id.not_in(still), had_class | was_invited)
        .order_by(Person.id)
    )
    return rows.all()


def who_may_teach(session: Session, also: Collection[int]) -> Sequence[Teaching]:
    """Everybody who may teach; ``also`` those with these Telegram ids (the admins), whether we know them or not."""
    attends = exists().where(
        Membership.person_id == Person.id,
        Membership.role == STUDENT,
        SchoolClass.id == Membership.class_id,
        SchoolClass.archived_at.is_(None),
    )
    rows = session.execute(
        select(Person.telegram_id, Conversation.locale, attends)
        .outerjoin(Conversation, Conversation.telegram_id == Person.telegram_id)
        .where(Person.is_teacher | Person.telegram_id.in_(also))
        .order_by(Person.id)
    ).all()
    unknown = set(also) - {telegram_id for telegram_id, _, _ in rows}
    return [
        *(Teaching(one, DEFAULT_LANGUAGE, is_student=False) for one in sorted(unknown)),
        *(Teaching(one, locale or DEFAULT_LANGUAGE, is_student=student) for one, locale, student in rows),
    ]
