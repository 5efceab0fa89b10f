"""Lists as teachers have them, and files as nobody should."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from openpyxl import Workbook
from xlsxwriter import Workbook as Writer

from rollcall.roster.model import MOST_BYTES, MOST_PEOPLE, Line, Oddity, Trouble, Unreadable, Why
from rollcall.roster.reading import looks_like_list, read_file, read_text

ANNA, BORIS, VERA = "Белова Анна Игоревна", "Громов Борис", "Ким Вера"


def workbook(fill: Callable[[Any], None], title: str = "Лист1") -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    fill(book.active)
    return _saved(book)


def rows(*lines: Sequence[object]) -> bytes:
    def fill(sheet: Any) -> None:
        for line in lines:
            sheet.append(list(line))

    return workbook(fill)


def table(*lines: Sequence[str], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    return text.getvalue().encode(encoding)


def _saved(book: Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


LIST = (("№", "ФИО", "Зачётка", "Группа", "E-mail"),
        ("1", ANNA, "001234", "ИВТ-21", "anna@x.ru"), ("2", BORIS, "1235", "ИВТ-22", ""))  # fmt: skip
READ = (Line(ANNA, "001234", "ИВТ-21", "anna@x.ru"), Line(BORIS, "1235", "ИВТ-22"))


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_table_of_text_is_read_whatever_parts_it_and_however_it_is_encoded(delimiter: str, encoding: str) -> None:
    assert read_file(table(*LIST, delimiter=delimiter, encoding=encoding)).lines == READ


def test_a_workbook_is_read() -> None:
    assert read_file(rows(*LIST)).lines == READ


@pytest.mark.parametrize(
    ("heading", "cells", "read"),
    [
        (("Фамилия", "Имя", "Отчество"), ("Белова", "Анна", "Игоревна"), Line(ANNA)),
        (("Имя", "Фамилия", "Индивидуальный номер", "Адрес электронной почты"),
         ("Вера", "Ким", "77", "v@k.org"), Line("Вера Ким", "77", None, "v@k.org")),
        (("First name", "Last name", "ID number", "Email address"),
         ("Vera", "Kim", "A-77", "v@k.org"), Line("Vera Kim", "A-77", None, "v@k.org")),
        (("Class", "Name", "Student ID"), ("9B", "Vera Kim", "77"), Line("Vera Kim", "77", "9B")),
        (("№ п/п", "Ф.И.О. студента", "№ зачётной книжки"), ("1", VERA, "77"), Line(VERA, "77")),
        (("Класс", "Ученик", "Тел."), ("9Б", VERA, "+7 900"), Line(VERA, None, "9Б")),
    ],
)  # fmt: skip
def test_columns_are_found_by_their_headings_in_both_languages(
    heading: Sequence[str], cells: Sequence[str], read: Line
) -> None:
    assert read_file(rows(heading, cells)).lines == (read,)


def test_a_heading_may_stand_below_a_title_and_above_gaps() -> None:
    read = read_file(rows(("Школа 5, журнал",), (), ("", "ФИО"), (), ("1", ANNA), (), ("2", BORIS), ("", "Итого: 2")))
    assert [line.name for line in read.lines] == [ANNA, BORIS]
    assert read.left_out == ()


def test_a_number_that_only_counts_the_rows_is_nobodys() -> None:
    assert read_file(rows(("Номер", "ФИО"), (1, ANNA), (2, BORIS))).lines == (Line(ANNA), Line(BORIS))


def test_without_a_heading_the_content_tells() -> None:
    letters = "абвгдежз"
    people = [(f"Тов{one} Имя", 9000 + 7 * i, ("9А", "9Б")[i % 2], f"p{i}@x.ru") for i, one in enumerate(letters)]
    read = read_file(rows(*((i, *facts) for i, facts in enumerate(people, start=1))))
    assert read.lines == tuple(Line(name, str(number), group, email) for name, number, group, email in people)


def test_without_a_heading_a_word_in_each_column_is_a_name() -> None:
    assert read_file(table(("Белова", "Анна"), ("Громов", "Борис"))).lines == (Line("Белова Анна"), Line(BORIS))


def test_plain_lines_are_names_without_their_bullets_and_with_a_number_behind() -> None:
    read = read_text(f"Список группы:\n1. {ANNA}\n2) {BORIS} 1235\n\n— {VERA}\n")
    assert read.lines == (Line(ANNA), Line(BORIS, "1235"), Line(VERA))
    assert read_text(f"{ANNA}, {BORIS}, {VERA}").lines == (Line(ANNA), Line(BORIS), Line(VERA))


def test_formulas_are_what_they_came_to() -> None:
    kept = io.BytesIO()
    with Writer(kept) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("ФИО", "id"))
        sheet.write_formula(1, 0, '="Ким "&"Вера"', None, "Ким Вера")
        sheet.write_number(1, 1, 77.0)
    assert read_file(kept.getvalue()).lines == (Line(VERA, "77"),)


def test_what_is_merged_stands_in_each_of_its_cells() -> None:
    def fill(sheet: Any) -> None:
        for row in (("Группа", "ФИО", None, None), ("ИВТ-21", "Белова", "Анна", "Игоревна"), (None, "Ким", "Вера")):
            sheet.append(row)
        sheet.merge_cells("B1:D1")
        sheet.merge_cells("A2:A3")

    assert read_file(workbook(fill)).lines == (Line(ANNA, None, "ИВТ-21"), Line(VERA, None, "ИВТ-21"))


def test_of_several_sheets_the_first_with_names_is_read_and_hidden_ones_are_not() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Расписание", 1])
    book.create_sheet("тайна").append(["Тайный Человек"])
    book["тайна"].sheet_state = "hidden"
    book.create_sheet("9Б").append([ANNA])
    book.create_sheet("9В").append([BORIS])
    read = read_file(_saved(book))
    assert (read.sheet, [line.name for line in read.lines]) == ("9Б", [ANNA])


def test_who_comes_twice_is_taken_once_and_namesakes_are_two() -> None:
    read = read_file(
        rows(("ФИО", "id"), (VERA, "1"), ("КИМ  Вера", "1"), (VERA, "2"), (VERA, None), (BORIS, "2"), ("Гость", "5"))
    )
    assert read.lines == (Line(VERA, "1"), Line(VERA, "2"), Line(BORIS), Line("Гость", "5"))
    assert [(one.row, one.why) for one in read.left_out] == [(3, Why.DOUBLE), (5, Why.DOUBLE)]
    assert set(read.odd) == {(1, Oddity.SAME_NAME), (2, Oddity.SAME_NUMBER), (3, Oddity.ONE_WORD)}


def test_what_is_no_name_is_left_out_and_shown() -> None:
    read = read_file(table(("ФИО",), (VERA,), ("https://x.ru",), ("Здравствуйте, я",), ("=cmd|x",), ("Анна 😀",)))
    assert [line.name for line in read.lines] == [VERA]
    assert [(one.row, one.why) for one in read.left_out] == [(row, Why.NO_NAME) for row in (3, 4, 5, 6)]


def test_a_message_of_three_names_is_a_list_and_a_letter_is_none() -> None:
    assert looks_like_list(f"{ANNA}\n{BORIS}\n{VERA}")
    assert looks_like_list(f"ФИО; группа\n{ANNA};1\n{BORIS};1\n{VERA};2")
    assert not looks_like_list(f"{ANNA}\n{BORIS}")
    assert not looks_like_list("Добрый день!\nПодскажите, как открыть урок?\nСпасибо\nМария Ивановна")
    assert not looks_like_list("Молоко\nХлеб\nСыр\nЯйца")


# What nobody should send.


def trouble_of(data: bytes) -> Trouble:
    with pytest.raises(Unreadable) as caught:
        read_file(data)
    return caught.value.trouble


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more.items():
            new.writestr(name, content)
    return made.getvalue()


def test_a_bomb_is_weighed_and_not_opened() -> None:
    assert trouble_of(repacked(rows(*LIST), lambda _, content: content, bomb=b"\0" * (64 * 2**20))) is Trouble.TOO_BIG
    book = repacked(rows(*LIST), lambda _, content: content, **{f"p{i}": b"" for i in range(600)})
    assert trouble_of(book) is Trouble.TOO_BIG


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_followed(encoding: str) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'

    def change(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return content
        text = content.decode()
        body = text.split("?>", 1)[-1]
        return (f'<?xml version="1.0" encoding="{encoding}"?>' + laughs + body).encode(encoding)

    assert trouble_of(repacked(rows(*LIST), change)) is Trouble.UNREADABLE


def test_a_merge_of_the_whole_sheet_fills_no_memory() -> None:
    def change(name: str, content: bytes) -> bytes:
        merge = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
        return content.replace(b"</worksheet>", merge) if name.endswith("sheet1.xml") else content

    assert read_file(repacked(rows(*LIST), change)).lines == READ


def test_a_cell_far_away_is_not_waited_for() -> None:
    def fill(sheet: Any) -> None:
        for row in LIST:
            sheet.append(row)
        sheet["A3001"] = "x"

    assert trouble_of(workbook(fill)) is Trouble.TOO_MANY


def test_too_many_people_are_too_many() -> None:
    letters = "абвгдежзик"
    names = ["Иван " + "".join(letters[int(digit)] for digit in f"{i:04}") for i in range(MOST_PEOPLE + 1)]
    assert trouble_of("\n".join(names).encode()) is Trouble.TOO_MANY
    assert len(read_text("\n".join(names[:-1])).lines) == MOST_PEOPLE


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"", Trouble.NO_NAMES),
        (b" " * (MOST_BYTES + 1), Trouble.TOO_BIG),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, Trouble.OLD_WORKBOOK),
        (b"PK\x03\x04" + b"\xff" * 100, Trouble.UNREADABLE),
        (b"%PDF-1.7\n\x00\x01\x02\x03\x04\x05\xff\xfe", Trouble.UNREADABLE),
        (b"\xff\xfe\x00", Trouble.UNREADABLE),
        (b'name,id\n"' + b"x" * 200_000, Trouble.UNREADABLE),
        (b"1;2;3\n4;5;6\n", Trouble.NO_NAMES),
    ],
)
def test_what_is_no_list_says_why(data: bytes, trouble: Trouble) -> None:
    assert trouble_of(data) is trouble


def test_a_zip_of_something_else_is_no_workbook() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert trouble_of(made.getvalue()) is Trouble.UNREADABLE


def test_half_of_a_workbook_is_no_workbook() -> None:
    data = rows(*LIST)
    for cut in range(4, len(data), 97):
        with pytest.raises(Unreadable):
            read_file(data[:cut])
