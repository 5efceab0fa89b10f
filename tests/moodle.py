"""What Moodle's attendance activity makes of an uploaded file: the rules of its import, followed step by step.

By its source, ``classes/import/`` and ``classes/form/import/`` of danmarsden/moodle-mod_attendance.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

ENGLISH, RUSSIAN = ("P", "L", "E", "A"), ("П", "О", "У", "Н")
"""The acronyms of a new activity in the language packs: of present, late, excused and absent."""
_FIELDS = ("email", "username", "idnumber")


@dataclass
class Course:
    """A course with an attendance activity.

    Attributes:
        users: fields of Moodle's by person.
        sessions: when they begin, in the zone of whoever uploads.
    """

    users: Mapping[str, Mapping[str, str]]
    sessions: Iterable[datetime]
    acronyms: tuple[str, ...] = ENGLISH
    problems: list[str] = field(default_factory=list)

    def upload(self, file: bytes) -> dict[tuple[datetime, str], str]:
        """The status of each person in each session, after a file for several sessions; separator and encoding are left
        as the form has them."""
        heads, rows = _read(file)
        by = next(name for name in _FIELDS if name in heads)
        marks: dict[tuple[datetime, str], str] = {}
        for row in rows:
            begins = self._session(row[heads.index("sessiondate")].strip())
            person = self._person(by, row[heads.index(by)].strip())
            status = row[heads.index("status")].strip().upper()
            if begins is None or person is None:
                self.problems.append(f"not found: {row}")
            elif (begins, person) in marks:
                self.problems.append(f"twice: {row}")
            elif status not in self.acronyms:
                self.problems.append(f"no such status: {row}")
            else:
                marks[begins, person] = status
        return marks

    def upload_of_one_session(self, file: bytes) -> dict[str, str]:
        """The status of each person, after a file for one session."""
        heads, rows = _read(file)
        by = next(name for name in _FIELDS if name in heads)
        marks: dict[str, str] = {}
        for row in rows:
            person, status = self._person(by, row[heads.index(by)]), row[heads.index("status")]
            if person is None or person in marks or status not in self.acronyms:
                self.problems.append(f"not taken: {row}")
            else:
                marks[person] = status
        return marks

    def _person(self, by: str, value: str) -> str | None:
        return next(
            (name for name, of in self.users.items() if value and of.get(by, "").lower() == value.lower()), None
        )

    def _session(self, value: str) -> datetime | None:
        exact = [one for one in self.sessions if f"{one:%Y-%m-%d %H:%M}" == value]
        same_day = [one for one in self.sessions if f"{one:%Y-%m-%d}" == value[:10]]
        return next(iter([*exact, *same_day]), None)


def _read(file: bytes) -> tuple[list[str], list[list[str]]]:
    text = file.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    heads, *rows = csv.reader(io.StringIO(text))
    if any(len(row) != len(heads) for row in rows):
        raise ValueError("a row has not as many cells as the first: the whole file is refused")
    return [head.strip() for head in heads], rows
