"""Which column of a table is what: by its heading in Russian or English, or by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rollcall.domain.names import NameFault, full_name_in
from rollcall.roster.model import MOST_COLUMNS, Rows

_HEADING_WITHIN = 25
"""Rows: above it stand the school, the year, the title."""
_MOST_OF = 0.6
"""Of a column's cells, to be taken for what they look like."""
_ALMOST_ALL = 0.9
_LONGEST_GROUP = 20
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class _Kind(StrEnum):
    FULL = "full"
    PART = "part"
    """Of a name: surname, given name, patronymic; put together in the columns' order."""
    NUMBER = "number"
    GROUP = "group"
    EMAIL = "email"


_FULL = re.compile(
    r"(?:список )?(?:фио|ф и о|(?:полное )?имя|(?:полные )?имена|фамилия (?:и )?имя|имя (?:и )?фамилия"
    r"|фамилия (?:и )?имя (?:и )?отчество|фамилия и о|фамилии|ученики?|ученицы|учащиеся|учащийся|студенты?"
    r"|обучающ[а-я]+|слушатели?|школьники?|участники?|(?:full |student |students? full )?names?|students?"
    r"|pupils?|participants?)"
    r"(?: (?:студента|студентов|ученика|учеников|учащегося|учащихся|обучающегося|обучающихся|полностью))?"
)
_SURNAME = re.compile(r"фамилия(?: (?:студента|ученика|учащегося|обучающегося))?|surname|(?:last|family) ?name")
_GIVEN = re.compile(r"(?:first|given) ?name|forename")
_PATRONYMIC = re.compile(r"отчество|patronymic|middle ?name|second name")
_NUMBER = re.compile(
    r"id|ид|ид номер|код|номер|(?:.* )?(?:зачетк[аи]|зачетной книжки|зач книжк[аи]|студ(?:енческого)? билета)"
    r"|зачетная книжка|студенческий билет|студенческий|студбилет|(?:личный|табельный|индивидуальный) номер"
    r"|номер (?:студента|ученика|личного дела)|(?:student |pupil |matriculation |university )?(?:id|number|no)"
    r"(?: ?number)?|student ?id|id ?number|student code|matric(?:ulation)?|index number"
)
_ROW_NUMBER = re.compile(r"n|no|(?:(?:n|номер) )?п ?п")
_JUST_NUMBER = frozenset({"номер", "код", "number", "no"})
_GROUP = re.compile(r"(?:учебная )?группа|класс|подгруппа|group|class|form|section|(?:homeroom|year) group")
_MAIL = re.compile(r"(?:.* )?(?:e ?mail|mail|почта|почты|имейл|емейл)(?: address| адрес)?")


@dataclass(frozen=True)
class Columns:
    """Where to find what; a name may be in parts."""

    name: tuple[int, ...]
    number: int | None = None
    group: int | None = None
    email: int | None = None
    first_row: int = 0
    """The one after the heading."""


def columns_of(rows: Rows) -> Columns | None:
    """Where to find what; None where nothing looks like names."""
    for index, row in enumerate(rows[:_HEADING_WITHIN]):
        kinds = {place: kind for place, cell in enumerate(row) if (kind := _kind_of(cell)) is not None}
        if _Kind.FULL in kinds.values() or _Kind.PART in kinds.values():
            return _by_heading(rows, index, kinds)
    return _by_content(rows)


def _kind_of(cell: str) -> _Kind | None:
    said = " ".join(re.sub(r"[\W_]+", " ", cell.casefold().replace("ё", "е").replace("№", "n ")).split())
    if not said or _ROW_NUMBER.fullmatch(said):
        return None
    for kind, pattern in (
        (_Kind.PART, _SURNAME),
        (_Kind.PART, _GIVEN),
        (_Kind.PART, _PATRONYMIC),
        (_Kind.FULL, _FULL),
        (_Kind.NUMBER, _NUMBER),
        (_Kind.GROUP, _GROUP),
        (_Kind.EMAIL, _MAIL),
    ):
        if pattern.fullmatch(said):
            return kind
    return None


def _by_heading(rows: Rows, index: int, kinds: dict[int, _Kind]) -> Columns:
    parts = [place for place, kind in kinds.items() if kind is _Kind.PART]
    whole = [place for place, kind in kinds.items() if kind is _Kind.FULL]
    # "Имя" beside "Фамилия" is a part; ФИО above three columns that were merged is all three.
    name = sorted(parts + whole) if len(parts) + len(whole) > 1 else parts or whole
    below = rows[index + 1 :]
    numbers = (place for place, kind in kinds.items() if kind is _Kind.NUMBER)
    return Columns(
        tuple(name),
        next((place for place in numbers if not _but_counts(rows[index][place], _cells(below, place))), None),
        next((place for place, kind in kinds.items() if kind is _Kind.GROUP), None),
        next((place for place, kind in kinds.items() if kind is _Kind.EMAIL), None),
        index + 1,
    )


def _but_counts(heading: str, cells: Sequence[str]) -> bool:
    """Whether a column but numbers the rows: it says no more than "number", and its numbers follow each other."""
    return heading.strip(" .:").casefold() in _JUST_NUMBER and _are_counted(cells)


def _by_content(rows: Rows) -> Columns | None:
    width = min(MOST_COLUMNS, max((len(row) for row in rows), default=0))
    columns = {place: cells for place in range(width) if (cells := _cells(rows, place))}
    name = _names_among(columns)
    if not name:
        return None
    rest = {place: cells for place, cells in columns.items() if place not in name}
    email = _first(rest, lambda cells: _share(cells, _EMAIL.fullmatch) >= _MOST_OF)
    rest.pop(email if email is not None else -1, None)
    number = _first(rest, lambda cells: _are_numbers(cells) and not _are_counted(cells))
    rest.pop(number if number is not None else -1, None)
    group = _first(rest, lambda cells: len(set(cells)) * 3 <= len(cells) and max(map(len, cells)) <= _LONGEST_GROUP)
    return Columns(name, number, group, email)


def _names_among(columns: Mapping[int, Sequence[str]]) -> tuple[int, ...]:
    """The column with the most full names; or up to three beside each other, of a word in each cell."""
    words = [place for place, cells in columns.items() if _share(cells, _is_word) >= _MOST_OF]
    beside = tuple(place for place in words[:3] if place - words[0] < 3)
    best = max(columns, key=lambda place: _full_names(columns[place]), default=None)
    if best is None or (len(beside) > 1 and _full_names(columns[best]) < _MOST_OF * len(columns[best])):
        return beside
    return (best,) if _full_names(columns[best]) else ()


def _cells(rows: Rows, place: int) -> list[str]:
    return [row[place] for row in rows if len(row) > place and row[place]]


def _are_counted(cells: Sequence[str]) -> bool:
    """Whether they but number the rows."""
    numbers = [int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 6]
    return len(numbers) > 1 and numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether each could be somebody's own."""
    with_digits = _share(cells, lambda cell: any(sign.isdigit() for sign in cell))
    return with_digits >= _MOST_OF and len(set(cells)) > _ALMOST_ALL * len(cells)


def _is_word(cell: str) -> bool:
    return cell.replace("-", "").isalpha()


def _full_names(cells: Sequence[str]) -> int:
    return sum(not isinstance(full_name_in(cell), NameFault) for cell in cells)


def _share(cells: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(bool(holds(cell)) for cell in cells) / len(cells)


def _first(columns: Mapping[int, list[str]], fits: Callable[[list[str]], bool]) -> int | None:
    return next((place for place, cells in columns.items() if fits(cells)), None)
