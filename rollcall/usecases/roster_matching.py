"""Whom a list's lines mean, of those who are students of the class already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rollcall.domain.similar_names import readings
from rollcall.roster.model import Line
from rollcall.storage.classes import Member
from rollcall.storage.tables import Membership


def match(lines: Sequence[Line], members: Sequence[Member]) -> list[tuple[Line, Member | None]]:
    """Each line with the student that it means: by the number, then by the name, then by a name within the other."""
    found = _Matching(lines, members)
    found.by_number()
    found.by_name()
    found.by_name_within()
    return [(line, found.pairs.get(place)) for place, line in enumerate(lines)]


def is_within(one: str, other: str) -> bool:
    """Whether one of two names is the other one with a word more: a patronymic, a second name."""
    words, others = (set(name.casefold().replace("ё", "е").split()) for name in (one, other))
    return min(len(words), len(others)) > 1 and (words <= others or others <= words)


class _Matching:
    def __init__(self, lines: Sequence[Line], members: Sequence[Member]) -> None:
        self.pairs: dict[int, Member] = {}
        self._lines, self._left = lines, {one.person.id: one for one in members}

    def by_number(self) -> None:
        numbers = {one.membership.student_number: one for one in self._left.values() if one.membership.student_number}
        for place, line in enumerate(self._lines):
            if line.number in numbers:
                self._pair(place, [numbers[line.number]])

    def by_name(self) -> None:
        names: dict[str, list[Member]] = {}
        for one in self._left.values():
            for reading in readings(one.person.full_name):
                names.setdefault(reading, []).append(one)
        for place, line in self._unpaired():
            self._pair(place, [one for reading in readings(line.name) for one in names.get(reading, ())])

    def by_name_within(self) -> None:
        """Only where it can be nobody else."""
        unpaired = self._unpaired()
        for place, line in unpaired:
            within = [one for one in self._left.values() if is_within(one.person.full_name, line.name)]
            if len(within) == 1:
                name = within[0].person.full_name
                if not any(is_within(name, other.name) for at, other in unpaired if at != place):
                    self._pair(place, within)

    def _unpaired(self) -> list[tuple[int, Line]]:
        return [(place, line) for place, line in enumerate(self._lines) if place not in self.pairs]

    def _pair(self, place: int, candidates: Iterable[Member]) -> None:
        line = self._lines[place]
        fitting = [one for one in candidates if one.person.id in self._left and not _contradicts(line, one.membership)]
        same_group = [one for one in fitting if line.group is not None and one.membership.group_name == line.group]
        for one in (same_group or fitting)[:1]:
            self.pairs[place] = self._left.pop(one.person.id)


def _contradicts(line: Line, membership: Membership) -> bool:
    """Whether they are two people, whatever their names."""
    return None not in (line.number, membership.student_number) and line.number != membership.student_number
