"""Classes and who belongs to them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.similar_names import readings, told_apart
from rollcall.storage import audit
from rollcall.storage.tables import FORMER, STUDENT, TEACHER, Lesson, Membership, Person, SchoolClass
from rollcall.storage.teaching import taught_classes


@dataclass(frozen=True)
class ClassSummary:
    """A class as its teacher's list shows it."""

    school_class: SchoolClass
    students: int
    lessons: int


JOIN_CODE_VALID = timedelta(days=30)
"""Unless the settings say otherwise."""


def create_class(
    session: Session,
    teacher: Person,
    title: str,
    timezone: str,
    now: datetime,
    valid: timedelta = JOIN_CODE_VALID,
) -> SchoolClass:
    """A new class of this teacher, with an unguessable join code.

    The same title at the same moment is the same command once more (a bot stopped before it was answered), and the
    same class.
    """
    known = session.scalar(
        select(SchoolClass)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .where(
            SchoolClass.title == title,
            SchoolClass.created_at == now,
            Membership.person_id == teacher.id,
            Membership.role == TEACHER,
        )
    )
    if known is not None:
        return known
    school_class = SchoolClass(
        title=title, join_code=_join_code(), join_code_expires_at=now + valid, timezone=timezone, created_at=now
    )
    session.add(school_class)
    session.flush()
    session.add(Membership(class_id=school_class.id, person_id=teacher.id, role=TEACHER, joined_at=now, owner=True))
    teacher.last_class_id = school_class.id
    audit.record(session, Action.CLASS_MADE, teacher, f"class:{school_class.id}")
    return school_class


def make_practice(
    session: Session, teacher: Person, title: str, timezone: str, now: datetime, valid: timedelta
) -> SchoolClass:
    """A class that only this teacher joins, as its student: who teaches it then are they, too."""
    school_class = SchoolClass(
        title=title, join_code=_join_code(), join_code_expires_at=now + valid, timezone=timezone, created_at=now,
        practice_of=teacher.id,
    )  # fmt: skip
    session.add(school_class)
    session.flush()
    audit.record(session, Action.CLASS_MADE, teacher, f"class:{school_class.id}", practice=True)
    return school_class


def archive_class(session: Session, school_class: SchoolClass, by: audit.Who, now: datetime) -> None:
    """Nobody joins or checks in any more; the record stays."""
    school_class.archived_at = now
    audit.record(session, Action.CLASS_ARCHIVED, by, f"class:{school_class.id}")


def restore_class(session: Session, school_class: SchoolClass, by: audit.Who) -> None:
    """It is put away no more."""
    school_class.archived_at = school_class.erasure_told_at = None
    session.flush()
    audit.record(session, Action.CLASS_RESTORED, by, f"class:{school_class.id}")


def class_count(session: Session) -> int:
    """How many classes there are, without those that were put away, and those to practise in."""
    counted = (SchoolClass.archived_at.is_(None), SchoolClass.practice_of.is_(None))
    return session.scalar(select(func.count()).where(*counted)) or 0


def class_by_code(session: Session, join_code: str, now: datetime) -> SchoolClass | None:
    """The class that a join link leads to, while the link is good; archived ones take nobody any more."""
    return session.scalar(
        select(SchoolClass).where(
            SchoolClass.join_code == join_code,
            or_(SchoolClass.join_code_expires_at.is_(None), SchoolClass.join_code_expires_at > now),
            SchoolClass.archived_at.is_(None),
        )
    )


def classes_called(session: Session, word: str) -> Sequence[SchoolClass]:
    """The class with this number, or those with this title, capitals aside; archived ones too."""
    if word.isascii() and word.isdigit() and (one := session.get(SchoolClass, min(int(word), 2**31 - 1))) is not None:
        return [one]
    wanted = " ".join(word.split()).casefold()
    return [
        one
        for one in session.scalars(select(SchoolClass).order_by(SchoolClass.id))
        if " ".join(one.title.split()).casefold() == wanted
    ]


def join_code_is_good(school_class: SchoolClass, now: datetime) -> bool:
    """Whether the class's join link leads anywhere."""
    expires = school_class.join_code_expires_at
    return expires is None or expires > now


def renew_join_code(
    session: Session, school_class: SchoolClass, valid: timedelta, by: audit.Who, now: datetime
) -> None:
    """Another join code; the old one leads nowhere from now on."""
    school_class.join_code = _join_code()
    school_class.join_code_expires_at = now + valid
    session.flush()
    audit.record(session, Action.CODE_RENEWED, by, f"class:{school_class.id}", ended=not valid)


def end_join_code(session: Session, school_class: SchoolClass, by: audit.Who, now: datetime) -> None:
    """Nobody joins any more, until there is another code."""
    renew_join_code(session, school_class, timedelta(), by, now)


def _join_code() -> str:
    return secrets.token_urlsafe(16)  # 128 bits


def attended_classes(session: Session, student: Person) -> Sequence[SchoolClass]:
    """The classes this person is a student of, oldest membership first."""
    rows = session.scalars(
        select(SchoolClass)
        .join(Membership, Membership.class_id == SchoolClass.id)
        .where(Membership.person_id == student.id, Membership.role == STUDENT, SchoolClass.archived_at.is_(None))
        .order_by(Membership.joined_at, SchoolClass.id)
    )
    return rows.all()


def classes_attended(session: Session, person_id: int) -> Sequence[int]:
    """The ids of the classes this person is a student of now."""
    rows = session.scalars(
        select(Membership.class_id)
        .join(SchoolClass, SchoolClass.id == Membership.class_id)
        .where(Membership.person_id == person_id, Membership.role == STUDENT, SchoolClass.archived_at.is_(None))
    )
    return rows.all()


def every_class_of(session: Session, student: Person) -> Sequence[int]:
    """The ids of all classes this person was ever a student of, archived ones too."""
    rows = session.scalars(
        select(Membership.class_id).where(Membership.person_id == student.id, Membership.role.in_((STUDENT, FORMER)))
    )
    return rows.all()


def summaries(session: Session, teacher: Person, moment: datetime) -> list[ClassSummary]:
    """This teacher's classes with their student and lesson counts."""
    found = []
    for school_class in taught_classes(session, teacher, moment):
        lessons = session.scalar(select(func.count(Lesson.id)).where(Lesson.class_id == school_class.id))
        found.append(ClassSummary(school_class, student_count(session, school_class.id), lessons or 0))
    return found


def join_class(session: Session, person: Person, school_class: SchoolClass, now: datetime) -> bool:
    """Make the person a student of the class; False if they belong to it already, in whatever role."""
    # Two of one name may join at the same moment, at two bots: the class's row is the queue.
    session.get_one(SchoolClass, school_class.id, with_for_update=True)
    membership = session.get(Membership, (school_class.id, person.id))
    if membership is not None and membership.role != FORMER:
        return False
    if membership is not None:
        membership.role, membership.joined_at, membership.left_at = STUDENT, now, None
    else:
        own = school_class.practice_of is not None
        session.add(Membership(class_id=school_class.id, person_id=person.id, role=STUDENT, joined_at=now, owner=own))
    session.flush()
    audit.record(session, Action.STUDENT_JOINED, person, f"class:{school_class.id}", about=person)
    return True


def remove_student(session: Session, person: Person, school_class: SchoolClass, by: audit.Who, now: datetime) -> bool:
    """The person is a former student of the class from now on; False if they were none. Their marks stay in reports."""
    membership = session.get(Membership, (school_class.id, person.id))
    if membership is None or membership.role != STUDENT:
        return False
    membership.role, membership.left_at = FORMER, now
    session.flush()
    audit.record(session, Action.STUDENT_REMOVED, by, f"class:{school_class.id}", about=person)
    return True


def students_of(session: Session, class_id: int) -> Sequence[tuple[Person, datetime]]:
    """The class's students in the order of joining, each with its time."""
    rows = session.execute(
        select(Person, Membership.joined_at)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.class_id == class_id, Membership.role == STUDENT)
        .order_by(Membership.joined_at, Person.id)
    )
    return [(person, joined_at) for person, joined_at in rows]


@dataclass(frozen=True)
class Member:
    """Somebody who is or was a student of a class.

    Attributes:
        name: as every list of the class shows it: two equal ones can be told apart.
    """

    person: Person
    membership: Membership
    name: str

    @property
    def is_former(self) -> bool:
        return self.membership.role == FORMER


def members_of(session: Session, class_id: int, *, former: bool = False) -> Sequence[Member]:
    """The class's students in the order of joining.

    Args:
        former: those who were students of it as well.
    """
    roles = (STUDENT, FORMER) if former else (STUDENT,)
    rows = session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.class_id == class_id, Membership.role.in_(roles))
        .order_by(Membership.role.desc(), Membership.joined_at, Person.id)
    ).all()
    names = told_apart(
        {person.id: person.full_name for person, _ in rows},
        {person.id: (one.group_name, one.student_number) for person, one in rows},
    )
    return [Member(person, membership, names[person.id]) for person, membership in rows]


def moved_from(session: Session, class_id: int, person_id: int) -> Sequence[SchoolClass]:
    """The classes from which a student was moved until they came to this one, the last one first."""
    found: list[SchoolClass] = []
    seen = {class_id}
    while (membership := session.get(Membership, (class_id, person_id))) and membership.came_from_id is not None:
        class_id = membership.came_from_id
        if class_id in seen:
            break  # they were moved back
        seen.add(class_id)
        found.append(session.get_one(SchoolClass, class_id))
    return found


def names_in_class(session: Session, class_id: int) -> dict[int, str]:
    """The names of the class's students by person, as every list shows them: two equal ones can be told apart."""
    return {one.person.id: one.name for one in members_of(session, class_id)}


def namesakes(session: Session, person: Person, class_id: int) -> list[Person]:
    """The other students of the class whose names look like this person's, in the order of joining."""
    own = readings(person.full_name)
    others = [other for other, _ in students_of(session, class_id) if other.id != person.id]
    return [other for other in others if not own.isdisjoint(readings(other.full_name))]


def student_count(session: Session, class_id: int) -> int:
    """How many students the class has."""
    return session.scalar(select(func.count()).where(Membership.class_id == class_id, Membership.role == STUDENT)) or 0
