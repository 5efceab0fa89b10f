"""Everything of one person becomes another's: a line of a list meets its account, a lost account its new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.attendance import rank
from rollcall.storage import audit
from rollcall.storage.challenge_tables import StoredChallenge
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.correction_tables import Correction, MarkWord
from rollcall.storage.corrections import replace_corrections, standing_correction
from rollcall.storage.excuse_tables import Absence, Appeal
from rollcall.storage.tables import (
    FORMER,
    Attempt,
    Attendance,
    Call,
    Lesson,
    Membership,
    Namesake,
    Person,
    Review,
    SchoolClass,
)

_KEYS: dict[Any, tuple[str, ...]] = {
    Attempt: (),
    Review: ("lesson_id",),
    Correction: (),
    MarkWord: ("lesson_id",),
    Call: ("lesson_id", "round"),
    Absence: (),
    Appeal: ("lesson_id",),
    StoredChallenge: ("lesson_id", "number"),
}
"""Tables of somebody's part in lessons, and what beside the person makes a row the only one. New ones belong here."""


def hand_over(session: Session, old: Person, new: Person, by: audit.Who, now: datetime) -> int:
    """Move marks, notes and memberships from one person to another, and delete the first; how many marks there were.

    Of two marks in a lesson a teacher's word stands, and otherwise the better mark. Nothing made of a voice moves:
    whoever hands over an account that has one has erased it before.
    """
    # A call that was made is in the other account's chat, where its number may be another message's.
    session.execute(delete(Call).where(Call.person_id == old.id, Call.message_id.is_not(None)))
    class_ids = _hand_over_memberships(session, old, new)
    marks = _hand_over_marks(session, old, new, now)
    for table, keys in _KEYS.items():
        _move(session, table, keys, old, new)
    for class_id in class_ids:
        audit.record(session, Action.STUDENT_MERGED, by, f"class:{class_id}", about=new, marks=marks)
        audit.record(session, Action.STUDENT_MERGED, by, f"class:{class_id}", about=audit.Account(old.telegram_id))
    session.flush()
    session.delete(old)
    session.flush()
    return marks


def claim_line(
    session: Session, line: Person, account: int, person: Person | None, school_class: SchoolClass, now: datetime
) -> Person:
    """A line of the class's list is this account's from now on; who that is.

    Args:
        person: whom the account belongs to already, in other classes.
    """
    what, number = f"class:{school_class.id}", audit.Account(line.telegram_id)
    audit.record(session, Action.STUDENT_CLAIMED, audit.Account(account), what, about=number)
    if person is None:
        line.telegram_id = account
        session.flush()
        return line
    name = line.full_name
    hand_over(session, line, person, audit.Account(account), now)
    session.get_one(Membership, (school_class.id, person.id)).listed_name = name
    return person


def leave_behind(session: Session, person: Person, line_id: int, class_id: int) -> int:
    """Marks and all that was said of them in a class go from a person to a line of its list; how many marks.

    Notes stay with whoever sent them, and so does a voice. Questions about these have no object any more.
    """
    lessons = select(Lesson.id).where(Lesson.class_id == class_id)
    for table in (MarkWord, Call, Appeal, Review):
        session.execute(delete(table).where(table.person_id == person.id, table.lesson_id.in_(lessons)))
    for about in (Namesake, VoiceClaim):
        session.execute(delete(about).where(about.person_id == person.id, about.class_id == class_id))
    theirs = [Correction.person_id == person.id, Correction.lesson_id.in_(lessons)]
    session.execute(update(Correction).where(*theirs).values(person_id=line_id))
    moved = session.scalars(
        update(Attendance)
        .where(Attendance.person_id == person.id, Attendance.lesson_id.in_(lessons))
        .values(person_id=line_id, attempt_id=None)
        .returning(Attendance.lesson_id)
        .execution_options(synchronize_session=False)
    ).all()
    session.expire_all()
    return len(moved)


def _hand_over_memberships(session: Session, old: Person, new: Person) -> list[int]:
    class_ids = []
    for mine in session.scalars(select(Membership).where(Membership.person_id == old.id)).all():
        class_ids.append(mine.class_id)
        other = session.get(Membership, (mine.class_id, new.id))
        if other is None:
            session.execute(
                update(Membership)
                .where(Membership.class_id == mine.class_id, Membership.person_id == old.id)
                .values(person_id=new.id)
                .execution_options(synchronize_session=False)
            )
            session.expunge(mine)
            continue
        if other.role == FORMER:
            other.role, other.left_at = mine.role, mine.left_at
        other.joined_at = min(other.joined_at, mine.joined_at)
        other.listed_at = other.listed_at or mine.listed_at
        other.student_number = other.student_number or mine.student_number
        other.group_name = other.group_name or mine.group_name
        other.email = other.email or mine.email
        other.listed_name = other.listed_name or mine.listed_name
        other.came_from_id = other.came_from_id or mine.came_from_id
        session.delete(mine)
    session.flush()
    return class_ids


def _hand_over_marks(session: Session, old: Person, new: Person, now: datetime) -> int:
    rows = session.scalars(select(Attendance).where(Attendance.person_id.in_((old.id, new.id)))).all()
    theirs = {row.lesson_id: row for row in rows if row.person_id == new.id}
    mine = [row for row in rows if row.person_id == old.id]
    for row in mine:
        other = theirs.get(row.lesson_id)
        if other is not None:
            loser = other if _rank(session, row) < _rank(session, other) else row
            replace_corrections(session, loser.lesson_id, loser.person_id, now)
            session.delete(loser)
            session.flush()
            if loser is row:
                continue
        session.execute(
            update(Attendance)
            .where(Attendance.lesson_id == row.lesson_id, Attendance.person_id == old.id)
            .values(person_id=new.id)
            .execution_options(synchronize_session=False)
        )
        session.expunge(row)
    return len(mine)


def _rank(session: Session, mark: Attendance) -> tuple[bool, tuple[int, int]]:
    """The less, the better."""
    by_teacher = mark.confirmed_by is not None or standing_correction(session, mark.lesson_id, mark.person_id)
    return not by_teacher, rank(mark.status)


def _move(session: Session, table: Any, keys: tuple[str, ...], old: Person, new: Person) -> None:
    columns = [getattr(table, key) for key in keys]
    if columns:
        taken = {tuple(row) for row in session.execute(select(*columns).where(table.person_id == new.id))}
        for row in session.execute(select(*columns).where(table.person_id == old.id)).all():
            if tuple(row) in taken:
                same = [column == value for column, value in zip(columns, row, strict=True)]
                session.execute(delete(table).where(table.person_id == old.id, *same))
    session.execute(update(table).where(table.person_id == old.id).values(person_id=new.id))
