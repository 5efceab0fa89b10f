"""What a report says, before it is rendered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from rollcall.domain.attendance import Remarks, Status
from rollcall.domain.verdict import SUSPICIOUS, Reason


class Period(StrEnum):
    """Which lessons a report covers."""

    LESSON = "lesson"
    """The last lesson."""
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True)
class LessonHead:
    """One lesson of the report. ``closed_at`` is None while it is open."""

    id: int
    opened_at: datetime
    late_at: datetime
    closed_at: datetime | None
    title: str | None = None
    """What it was about."""


@dataclass(frozen=True)
class Mark:
    """One student's part in one lesson.

    Attributes:
        at: when the accepted note was sent (UTC); None where there is none.
        confidence: posterior in [0, 1] of the accepted note.
        confirmed: whether it was the teacher who vouched for the student, after listening or without a voice.
        waiting: whether a teacher has been asked about the student and has not answered; the status is the one without.
        refused: reasons of this student's notes that were not accepted in this lesson, oldest first.
        remarks: facts beside the mark; an ordinary one has none.
        corrected: whether a teacher gave it by hand. That says nothing of who uses a voice: anybody's may be.
        reason: why the student was excused; see `rollcall.domain.excuses`.
    """

    status: Status
    at: datetime | None = None
    confidence: float | None = None
    refused: tuple[Reason, ...] = ()
    confirmed: bool = False
    waiting: bool = False
    remarks: Remarks = field(default_factory=Remarks)
    corrected: bool = False
    reason: str | None = None

    def without_enrolment(self) -> Mark:
        """The same, not telling when the voice was recorded."""
        return replace(self, remarks=replace(self.remarks, enrolled_at=None))

    @property
    def told(self) -> tuple[Reason, ...]:
        """The refused notes that a report tells of: all; of whom a teacher vouched for, only what is suspicious.

        The tries before a confirmation would tell who has a voice on record and who has none.
        """
        if not (self.confirmed or self.corrected):
            return self.refused
        return tuple(one for one in self.refused if one in SUSPICIOUS and one is not Reason.TEACHER_DECIDES)


@dataclass(frozen=True)
class StudentLine:
    """One student: a mark per lesson, in the order of `Report.lessons`; None where not yet a member.

    Attributes:
        number, group, email: as the class's list has them; empty where it does not.
        former: whether the student has left the class since.
        person_id: who it is, for buttons and for other programs; it stays when the name changes.
    """

    full_name: str
    marks: tuple[Mark | None, ...]
    number: str = ""
    group: str = ""
    email: str = ""
    former: bool = False
    person_id: int = 0

    def count(self, status: Status) -> int:
        """How many lessons this student has with that mark."""
        return sum(1 for mark in self.marks if mark is not None and mark.status is status)


@dataclass(frozen=True)
class Report:
    """A class's attendance over one or more lessons.

    Attributes:
        lessons: oldest first; empty where the period has none.
        students: by full name.
        between: the first and the last day, where the period is neither of `Period`'s; then it is `Period.ALL`.
    """

    class_title: str
    timezone: ZoneInfo
    period: Period
    made_at: datetime
    lessons: tuple[LessonHead, ...]
    students: Sequence[StudentLine] = field(default_factory=tuple)
    class_id: int = 0
    between: tuple[date, date] | None = None

    @property
    def is_single(self) -> bool:
        """Whether it is the report of one lesson, told student by student with time and confidence."""
        return self.period is Period.LESSON

    def count(self, status: Status) -> int:
        """Marks of that kind over all lessons and students."""
        return sum(student.count(status) for student in self.students)

    @property
    def marks(self) -> list[Mark]:
        """Every mark of every student."""
        return [mark for student in self.students for mark in student.marks if mark is not None]

    @property
    def waiting(self) -> int:
        """How many marks wait for a teacher's word."""
        return sum(mark.waiting for mark in self.marks)

    def count_in(self, lesson: int, status: Status) -> int:
        """Marks of that kind in the lesson with that index."""
        marks = (student.marks[lesson] for student in self.students)
        return sum(1 for mark in marks if mark is not None and mark.status is status)

    def local(self, moment: datetime) -> datetime:
        """A UTC moment in the class's time zone."""
        return moment.astimezone(self.timezone)
