"""A lesson as its board in the browser shows it, while it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.domain.attendance import Status
from rollcall.domain.screen_names import ScreenNames
from rollcall.storage import audit
from rollcall.storage.classes import join_code_is_good
from rollcall.storage.lesson_changes import lesson_locked
from rollcall.storage.lessons import open_lesson_of
from rollcall.storage.roll import OnRoll, Stands, roll
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.usecases.closing import Closed
from rollcall.usecases.lessons import Doubt, Length, close_all_the_same, close_for_class, open_for_class
from rollcall.usecases.marks import MarkCard, set_mark


class Seen(StrEnum):
    """How a student stands, for the eye. That a mark is in doubt is nobody's business but the teacher's."""

    HERE = "here"
    LATE = "late"
    WAITING = "waiting"
    EXCUSED = "excused"
    MISSING = "missing"


@dataclass(frozen=True)
class Row:
    """A student.

    Attributes:
        time: when they came, by the class's clock; empty where that is not known.
    """

    person_id: int
    name: str
    seen: Seen
    time: str


@dataclass(frozen=True)
class LiveBoard:
    """The lesson with its students in the order of their names; times are by the class's clock.

    Attributes:
        minutes: how long it is open, altogether.
        language: what the class is set to; empty where everyone has their own.
        closed: when it was closed; empty while it is open.
        join_code: of the class, where whoever has it may still join.
    """

    lesson_id: int
    class_id: int
    title: str
    topic: str
    opened: str
    late: str
    closes: str
    minutes: int
    closed: str
    names: ScreenNames
    vocabulary: str
    language: str
    join_code: str
    rows: Sequence[Row]

    @property
    def counts(self) -> dict[str, int]:
        """How many stand how, and how many there are."""
        found = Counter(row.seen for row in self.rows)
        here = found[Seen.HERE] + found[Seen.LATE]
        return {"there": here, "students": len(self.rows), **{seen.value: found[seen] for seen in Seen}}


def live_board(session: Session, lesson_id: int, now: datetime) -> LiveBoard | None:
    """The board; None where there is no such lesson."""
    lesson = session.get(Lesson, lesson_id)
    if lesson is None:
        return None
    school_class = session.get_one(SchoolClass, lesson.class_id)
    zone = ZoneInfo(school_class.timezone)
    return LiveBoard(
        lesson_id=lesson.id,
        class_id=lesson.class_id,
        title=school_class.title,
        topic=lesson.title or "",
        opened=_clock(lesson.opened_at, zone),
        late=_clock(lesson.late_at, zone) if lesson.late_at < lesson.closes_at else "",
        closes=_clock(lesson.closes_at, zone),
        minutes=int((lesson.closes_at - lesson.opened_at).total_seconds() // 60),
        closed=_clock(lesson.closed_at, zone) if lesson.closed_at is not None else "",
        names=school_class.screen_names,
        vocabulary=str(school_class.vocabulary),
        language=school_class.language or "",
        join_code=school_class.join_code if join_code_is_good(school_class, now) else "",
        rows=[_row(one, zone) for one in roll(session, lesson)],
    )


def open_boards(session: Session, class_ids: Sequence[int]) -> dict[int, int]:
    """Of these classes those that have an open lesson, with it."""
    found = ((class_id, open_lesson_of(session, class_id)) for class_id in class_ids)
    return {class_id: lesson.id for class_id, lesson in found if lesson is not None}


def open_here(
    session: Session, teacher: Person, class_id: int, moment: datetime, length: Length
) -> tuple[Lesson, bool]:
    """Open a lesson of the class, whether it is new; one that is open is kept open for as long as was asked for.

    The bot shows it in the teacher's chat, as one that was opened there.
    """
    session.get_one(SchoolClass, class_id, with_for_update=True, populate_existing=True)
    new = open_lesson_of(session, class_id) is None
    lesson = open_for_class(session, teacher, class_id, moment, length).lesson
    if lesson.board_chat_id is None:
        lesson.board_chat_id = teacher.telegram_id
    return lesson, new


def close_this(
    session: Session, teacher: Person, lesson_id: int, moment: datetime, now: datetime, *, sure: bool
) -> Closed | Doubt | None:
    """Close this very lesson, or the doubt whether it is meant; None where it is closed already."""
    lesson = lesson_locked(session, lesson_id)
    if lesson.closed_at is not None:
        return None
    if sure:
        return close_all_the_same(session, teacher, lesson_id, moment, now)
    return close_for_class(session, teacher, lesson.class_id, moment, now)


@dataclass(frozen=True)
class Tap:
    """What came of a tap on a name.

    Attributes:
        card: None where that is no student of the lesson.
        stale: the lesson was closed, or opened again, since the page was made: nothing was changed.
    """

    card: MarkCard | None
    stale: bool = False


def mark_here(
    session: Session,
    teacher: Person,
    lesson_id: int,
    person_id: int,
    status: Status,
    reason: str | None,
    now: datetime,
    *,
    over: bool,
) -> Tap:
    """Give a mark.

    Args:
        over: whether the page showed the lesson as closed: "present" means another thing then.
    """
    lesson = lesson_locked(session, lesson_id)
    if (lesson.closed_at is not None) is not over:
        return Tap(None, stale=True)
    return Tap(set_mark(session, teacher, lesson_id, person_id, status, reason, now))


def show_names(session: Session, teacher: Person, class_id: int, how: ScreenNames) -> None:
    """From now on the class's projectors name its people so."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    school_class.screen_names = how
    audit.record(session, Action.CLASS_SET, teacher, f"class:{class_id}", setting="screen names", value=how.value)


def _row(one: OnRoll, zone: ZoneInfo) -> Row:
    seen = Seen.LATE if one.late else Seen(one.stands.value)
    time = _clock(one.at, zone) if one.at is not None and one.stands is Stands.HERE else ""
    return Row(one.person_id, one.name, seen, time)


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
