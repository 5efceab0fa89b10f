"""What happened in a term, written down by hand as a teacher would: nothing of the product's is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

PRESENT, LATE, EXCUSED, ABSENT = MARKS = ("present", "late", "excused", "absent")
LETTERS = {"ru": dict(zip(MARKS, "ПОУН", strict=True)), "en": dict(zip(MARKS, "PLEA", strict=True))}
WORDS = {
    "ru": dict(zip(MARKS, ("присутствует", "с опозданием", "по уважительной причине", "отсутствует"), strict=True)),
    "en": dict(zip(MARKS, MARKS, strict=True)),
}
REGISTER = {"ru": dict(zip(MARKS, (None, *"оун"), strict=True)), "en": dict(zip(MARKS, (None, *"lea"), strict=True))}
ILL = {"ru": "б", "en": "i"}


@dataclass(frozen=True)
class Student:
    """A line of the class's list."""

    number: str
    name: str
    email: str
    group: str = "9Б"


@dataclass
class Ledger:
    """Who is in the class, when it had lessons, and the mark of each in each; who has none was absent.

    Attributes:
        lessons: when they began, by the clock on the wall of the class.
        ill: whose excuse was an illness, by student and lesson.
    """

    students: dict[str, Student]
    lessons: list[datetime] = field(default_factory=list)
    marks: dict[tuple[str, int], str] = field(default_factory=dict)
    ill: set[tuple[str, int]] = field(default_factory=set)

    def note(self, number: str, mark: str, *, ill: bool = False, lesson: int | None = None) -> None:
        """Of the last lesson, or of an earlier one."""
        place = number, len(self.lessons) - 1 if lesson is None else lesson
        self.marks[place] = mark
        self.ill.discard(place)
        if ill:
            self.ill.add(place)

    def rest(self, mark: str) -> None:
        """Of everybody else, in the last lesson."""
        for number in self.students:
            self.marks.setdefault((number, len(self.lessons) - 1), mark)

    def row(self, number: str) -> list[str]:
        """A student's marks, lesson by lesson."""
        return [self.marks.get((number, lesson), ABSENT) for lesson in range(len(self.lessons))]

    def column(self, lesson: int) -> list[str]:
        """A lesson's marks."""
        return [self.marks.get((number, lesson), ABSENT) for number in self.students]

    def totals(self, number: str) -> tuple[list[int], int, int]:
        """How often each mark; the lessons attended; those that count, which are all but the excused."""
        row = self.row(number)
        counts = [row.count(mark) for mark in MARKS]
        return counts, counts[0] + counts[1], len(row) - counts[2]

    def shown_name(self, number: str) -> str:
        """Two of one name are told apart by their numbers."""
        name = self.students[number].name
        alike = [one for one in self.students.values() if one.name == name]
        return name if len(alike) == 1 else f"{name} ({number})"

    def in_register(self, number: str, language: str) -> list[str | None]:
        """A student's letters on a register's page."""
        letters: list[str | None] = []
        for lesson, mark in enumerate(self.row(number)):
            ill = (number, lesson) in self.ill
            letters.append(ILL[language] if ill else REGISTER[language][mark])
        return letters

    def for_moodle(self, language: str) -> Mapping[tuple[datetime, str], str]:
        """The letter of each student in each session."""
        return {
            (begins, number): LETTERS[language][mark]
            for lesson, begins in enumerate(self.lessons)
            for number, mark in ((one, self.marks.get((one, lesson), ABSENT)) for one in self.students)
        }
