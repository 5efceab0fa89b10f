"""The report for Moodle's attendance activity (mod_attendance): one row for each student in each lesson.

What its two imports read, by its source (``marksessions.php`` and ``bulkmarksessions.php`` in ``classes/import/`` of
danmarsden/moodle-mod_attendance, with their forms in ``classes/form/import/``):

- A table with a row of headings. The separator that the form offers first is a comma, the encoding UTF-8; a byte order
  mark is cut off. Each row needs as many cells as the first, or the whole file is refused.
- Columns may have any name and order: the person who uploads says which is which. Those called ``email``, ``username``
  or ``idnumber``, ``status``, ``remarks`` and (for several sessions at once) ``sessiondate`` are found by themselves.
- The student is looked up among those of the course, capitals aside, by one field of Moodle's for the whole file. Who
  is not found is told of and left out; of a student who comes twice in a session only the first row counts.
- The status is the acronym that the activity has for it. The import of one session compares it letter by letter. The
  acronyms of a new activity come from Moodle's language pack: P, L, E, A in English; in Russian П, О, У, Н. Both are
  our own letters.
- The session is looked up by its start, ``YYYY-MM-DD HH:MM`` in the zone of whoever uploads; without one that begins
  then, it is the first of that day. So the sessions have to be there, and `sessions_table` brings them.
- A cell for the time of the scan wins over the status. We have none.

A student without the identifier, or in a lesson before they joined, has no row. "In doubt" is no status of Moodle's: it
goes as absent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from rollcall.domain.attendance import Status, seen_by_student
from rollcall.report.model import LessonHead, Report, StudentLine
from rollcall.texts import Texts

SESSION_COLUMNS = ("course", "groups", "sessiondate", "from", "to", "description")
"""The first six of those that the import of sessions (``classes/import/sessions.php``) asks for, in its order; for
those that follow it takes the site's own settings."""
_DAY_ENDS = "23:59"


@dataclass(frozen=True)
class Moodle:
    """The file, and who is in it.

    Attributes:
        identifier: the field of Moodle's by which students are found: ``idnumber`` or ``email``; empty where the
            class's list has neither, and there is no file.
        without: the students who have none, and are left out.
    """

    table: bytes
    identifier: str
    without: tuple[str, ...]


def identifiers(report: Report) -> dict[str, int]:
    """How many students could be found by which of Moodle's fields; the best one first."""
    counts = {"idnumber": sum(bool(one.number) for one in report.students)}
    counts["email"] = sum(bool(one.email) for one in report.students)
    return dict(sorted(counts.items(), key=lambda one: -one[1]))


def moodle_table(report: Report, texts: Texts) -> Moodle:
    """The rows to import, with the acronyms of the language."""
    identifier, found = next(iter(identifiers(report).items()))
    if not found:
        return Moodle(b"", "", tuple(one.full_name for one in report.students))
    known = [(student, _identity(student, identifier)) for student in report.students]
    rows = [["sessiondate", identifier, "status"]]
    for index, lesson in enumerate(report.lessons):
        begins = f"{report.local(lesson.opened_at):%Y-%m-%d %H:%M}"
        for student, identity in known:
            mark = student.marks[index]
            if identity and mark is not None:
                rows.append([begins, identity, acronym(mark.status, texts)])
    return Moodle(_written(rows), identifier, tuple(student.full_name for student, identity in known if not identity))


def acronym(status: Status, texts: Texts) -> str:
    """Moodle's letter for a mark, in a language."""
    return texts(f"status-letter-{seen_by_student(status).value}")


def sessions_table(report: Report, course: str, group: str = "") -> bytes:
    """The lessons as sessions to import; an administrator of the site can.

    Args:
        course: the short name that the course has in Moodle.
        group: of the course, whose sessions they are; empty for everybody's.
    """
    rows = [list(SESSION_COLUMNS)]
    rows += [[course, group, *_times(report, lesson), ""] for lesson in report.lessons]
    return _written(rows)


def _times(report: Report, lesson: LessonHead) -> list[str]:
    begins = report.local(lesson.opened_at)
    ends = report.local(lesson.closed_at if lesson.closed_at is not None else report.made_at)
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else _DAY_ENDS  # it knows no session over midnight
    return [f"{begins:%Y-%m-%d}", f"{begins:%H:%M}", until]


def _identity(student: StudentLine, identifier: str) -> str:
    return student.number if identifier == "idnumber" else student.email


def _written(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")
