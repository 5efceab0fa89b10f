"""One student's sheet: every lesson of a class that they had a part in, for the teacher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.audit.chain import Action
from rollcall.report.model import LessonHead, Mark, Period, Report
from rollcall.report.standing import Standing, standing_of
from rollcall.storage import audit
from rollcall.storage.classes import moved_from
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases.report import build_report


@dataclass(frozen=True)
class Earlier:
    """What a student brings along from a class that they were moved from."""

    class_id: int
    title: str
    standing: Standing


@dataclass(frozen=True)
class Sheet:
    """A student's lessons in a class.

    Attributes:
        report: of this student alone.
        earlier: how they stood in the classes that they were moved from, the last one first.
    """

    person_id: int
    report: Report
    earlier: Sequence[Earlier] = ()

    @property
    def standing(self) -> Standing:
        """How the student stands over all of them."""
        return standing_of(self.report.students[0])

    @property
    def newest_first(self) -> list[tuple[LessonHead, Mark]]:
        """The lessons that the student had a part in, each with the mark."""
        pairs = zip(self.report.lessons, self.report.students[0].marks, strict=True)
        return [(lesson, mark) for lesson, mark in pairs if mark is not None][::-1]


def student_sheet(session: Session, class_id: int, person_id: int, now: datetime) -> Sheet | None:
    """The sheet; None where the person is no student of the class and never was."""
    school_class = session.get_one(SchoolClass, class_id)
    report = build_report(session, school_class, Period.ALL, now, only=person_id)
    return Sheet(person_id, report, _earlier(session, class_id, person_id, now)) if report.students else None


def sheet_file(session: Session, teacher: Person, class_id: int, person_id: int, now: datetime) -> Sheet | None:
    """The same to be taken out as a file, which is put on record."""
    sheet = student_sheet(session, class_id, person_id, now)
    if sheet is not None:
        about = audit.PersonId(person_id)
        audit.record(session, Action.EXPORT_MADE, teacher, f"class:{class_id}", about=about, form="xlsx", period="all")
    return sheet


def _earlier(session: Session, class_id: int, person_id: int, now: datetime) -> list[Earlier]:
    found = []
    for one in moved_from(session, class_id, person_id):
        report = build_report(session, one, Period.ALL, now, only=person_id)
        if report.students and (standing := standing_of(report.students[0])).lessons:
            found.append(Earlier(one.id, one.title, standing))
    return found
