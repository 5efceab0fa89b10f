"""The message, the words in both languages, and the CSV table."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from rollcall.domain.attendance import Remarks, Status
from rollcall.domain.confidence import percent
from rollcall.domain.verdict import Reason
from rollcall.report.model import LessonHead, Mark, Period, Report, StudentLine
from rollcall.report.table import csv_table
from rollcall.report.text import LONGEST_MESSAGE, report_text
from rollcall.texts import LANGUAGES, texts_in
from tests.office import csv_as_opened, needs_office

START = datetime(2025, 3, 11, 6, 0, tzinfo=UTC)
HERE = Mark(Status.PRESENT, START + timedelta(minutes=3), 0.978)
LATE = Mark(Status.LATE, START + timedelta(minutes=14), 1.0)
GONE = Mark(Status.ABSENT)
ODD = Mark(Status.FLAGGED, refused=(Reason.FORWARDED, Reason.OTHER_VOICE, Reason.FORWARDED))


def report_of(
    students: Mapping[str, tuple[Mark | None, ...]], period: Period = Period.LESSON, *, title: str = "English B2"
) -> Report:
    """A report on lessons two days apart, the last of them on 11 March 2025 from 09:00 Moscow time."""
    lessons = len(next(iter(students.values()), (None,)))
    starts = [START - timedelta(days=2 * (lessons - 1 - index)) for index in range(lessons)]
    heads = tuple(
        LessonHead(index, start, start + timedelta(minutes=10), start + timedelta(minutes=90))
        for index, start in enumerate(starts)
    )
    lines = [StudentLine(name, marks) for name, marks in students.items()]
    return Report(title, ZoneInfo("Europe/Moscow"), period, START + timedelta(hours=2), heads, lines)


def test_a_lesson_is_told_student_by_student_with_status_time_and_confidence() -> None:
    report = report_of({"Анна Белова": (HERE,), "Иван Ким": (LATE,), "Олег Лис": (GONE,), "Яна Юн": (ODD,)})
    assert report_text(report, texts_in("ru")).splitlines() == [
        "English B2",
        "Вторник, 11 марта 2025, 09:00–10:30",
        "2 из 4 на месте",
        "",
        "✅ присутствует: 1",
        "🕒 опоздал: 1",
        "▫️ отсутствует: 1",
        "⚠️ под вопросом: 1",
        "",
        "✅ Анна Белова — присутствует · 09:03 · 97 %",
        "🕒 Иван Ким — с опозданием · 09:14 · 99 %",
        "▫️ Олег Лис — отсутствует",
        "⚠️ Яна Юн — под вопросом · пересланное сообщение, голос другого ученика",
        "",
        "⚠️ «Под вопросом»: отметки нет, но с аккаунта ученика приходили записи, которые стоит проверить.",
    ]


REMARKED = Mark(
    Status.PRESENT, START + timedelta(minutes=9), 0.98, remarks=Remarks(START + timedelta(minutes=7), 3, True)
)


def test_what_a_lesson_was_about_is_said_before_its_time() -> None:
    report = report_of({"Анна Белова": (HERE,)})
    (head,) = report.lessons
    about = replace(report, lessons=(replace(head, title="Present perfect"),))
    assert report_text(about, texts_in("ru")).splitlines()[:3] == [
        "English B2",
        "Present perfect",
        "Вторник, 11 марта 2025, 09:00–10:30",
    ]


def test_remarks_stand_beside_a_mark_in_the_message_the_table_and_the_csv() -> None:
    by_file = Mark(Status.LATE, START + timedelta(minutes=14), 0.9, remarks=Remarks(as_file=True))
    vouched = Mark(Status.PRESENT, START, confirmed=True, remarks=Remarks(other_voices=1))
    report = report_of({"Анна Белова": (REMARKED,), "Иван Ким": (by_file,), "Олег Лис": (vouched,), "Яна Юн": (HERE,)})
    said = report_text(report, texts_in("ru")).splitlines()
    remarks = "голос записан в 09:07, после начала урока · до этого 3 записи другим голосом · отправлено файлом"
    assert f"✅ Анна Белова — присутствует · 09:09 · 98 % · {remarks}" in said
    assert "🕒 Иван Ким — с опозданием · 09:14 · 90 % · отправлено файлом" in said
    assert "✅ Олег Лис — присутствует · 09:00 · подтверждено учителем · до этого 1 запись другим голосом" in said
    assert "✅ Яна Юн — присутствует · 09:03 · 97 %" in said
    assert said[-1] == texts_in("ru")("report-remarks-explained")
    rows = list(csv.reader(io.StringIO(csv_table(report, texts_in("ru")).decode("utf-8-sig")), delimiter=";"))
    assert [row[-1] for row in rows] == [
        "Пояснения", remarks.replace(" · ", "; "), "отправлено файлом", "до этого 1 запись другим голосом", ""
    ]  # fmt: skip


def test_a_lesson_without_remarks_says_nothing_of_them() -> None:
    said = report_text(report_of({"Ann Lee": (HERE,), "Bo Ray": (ODD,)}), texts_in("en"))
    assert "emark" not in said


def test_where_a_class_records_its_voices_together_one_line_says_so() -> None:
    new = Mark(Status.PRESENT, START + timedelta(minutes=9), 0.98, remarks=Remarks(START + timedelta(minutes=7)))
    lesson = report_of({**{f"S{number}": (new,) for number in range(4)}, "Ann Lee": (HERE,)})
    said = report_text(lesson, texts_in("en"))
    assert "🎙 Recorded their voice during the lesson: 4" in said
    assert "after the lesson had begun" not in said
    assert "emarks beside" not in said
    assert csv_table(lesson, texts_in("en")).decode().count("after the lesson had begun") == 4
    few = report_text(report_of({f"S{number}": (new,) for number in range(3)}), texts_in("en"))
    assert few.count("voice recorded at 09:07, after the lesson had begun") == 3


def test_a_period_counts_per_student_and_points_out_who_is_worth_a_look() -> None:
    students = {
        "Ann Lee": (HERE, LATE, HERE, HERE, HERE, HERE, HERE, HERE),
        "Bo Ray": (GONE, GONE, GONE, HERE, HERE, HERE, HERE, HERE),
        "Cy Orr": (None, None, None, HERE, ODD, ODD, HERE, GONE),
        "Di New": (None,) * 8,
    }
    lines = report_text(report_of(students, Period.MONTH), texts_in("en")).splitlines()
    assert lines[1:3] == ["Last 30 days · 10 February 2025 – 11 March 2025", "8 lessons · attendance 71 %"]
    assert lines[9:] == [
        "Ann Lee — 8 of 8 · 100 % · 1 late",
        "Bo Ray — 5 of 8 · 63 %",
        "Cy Orr — 2 of 5 · 40 % · 2 in doubt",
        "Di New — not in the class yet",
        "",
        "Worth a look:",
        "👀 Cy Orr — 40 %",
        "👀 Bo Ray — 3 absences in a row",
        "",
        "⚠️ “In doubt”: not marked, but notes came from the student’s account that deserve a look.",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("period", [Period.LESSON, Period.ALL])
def test_a_large_class_is_cut_but_keeps_its_head_its_counts_and_its_tail(language: str, period: Period) -> None:
    marks = (ODD,) if period is Period.LESSON else (GONE,) * 4
    report = report_of({f"{number:03} " + "𝒜" * 124: marks for number in range(200)}, period, title="T" * 500)
    text = report_text(report, texts_in(language))
    assert LONGEST_MESSAGE - 600 < len(text.encode("utf-16-le")) // 2 <= LONGEST_MESSAGE
    assert texts_in(language)("report-count", word="", number=report.count(marks[0].status)) in text[:900]
    left_out = re.search(texts_in(language)("report-more", number=777).replace("777", r"(\d+)"), text)
    assert left_out is not None
    listed = sum("𝒜" in line and not line.startswith("👀") for line in text.splitlines())
    assert listed + int(left_out[1]) == 200


@pytest.mark.parametrize("period", Period)
def test_no_lessons_and_no_students_are_each_said_in_one_line(period: Period) -> None:
    empty = Report("English B2", ZoneInfo("Europe/Moscow"), period, START, ())
    assert len(report_text(empty, texts_in("ru")).splitlines()) == 2
    lessons = report_of({}, period)
    assert report_text(lessons, texts_in("en")).endswith("\nNobody has joined this class yet.")


def test_an_open_lesson_says_so() -> None:
    report = report_of({"Ann Lee": (HERE,)})
    open_head = LessonHead(1, START, START, None)
    still = Report(report.class_title, report.timezone, report.period, report.made_at, (open_head,), report.students)
    assert "from 09:00, still open" in report_text(still, texts_in("en"))


@pytest.mark.parametrize(
    ("confidence", "shown"), [(0.0, 0), (0.29, 29), (0.5799, 57), (0.97, 97), (0.999, 99), (1.0, 99)]
)
def test_confidence_is_rounded_down_and_never_certain(confidence: float, shown: int) -> None:
    assert percent(confidence) == shown


def test_both_languages_define_the_same_messages() -> None:
    keys = []
    for language in LANGUAGES:
        source = (resources.files("rollcall") / "locales" / language / "report.ftl").read_text(encoding="utf-8")
        keys.append(re.findall(r"^([a-z][\w-]*) =", source, re.MULTILINE))
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(keys[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_and_reason_has_a_word_of_its_own(language: str) -> None:
    texts = texts_in(language)
    for kind in ("status", "status-letter"):
        assert len({texts(f"{kind}-{status.value}") for status in Status}) == len(Status)
    assert len({texts(f"short-reason-{reason.value}") for reason in Reason}) == len(Reason)


@pytest.mark.parametrize(("number", "words"), [(1, "1 урок"), (3, "3 урока"), (11, "11 уроков"), (21, "21 урок")])
def test_russian_counts_agree_with_their_nouns(number: int, words: str) -> None:
    assert texts_in("ru")("report-lessons", number=number) == words


def rows_of(content: bytes, separator: str) -> list[list[str]]:
    """The table read back as a spreadsheet program would, with the list separator of where it runs."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


def test_the_csv_has_a_row_per_student_and_nothing_that_runs() -> None:
    students = {'=HYPERLINK("x")': (HERE,), "+7": (LATE,), "-1": (GONE,), "@me": (ODD,), "Ли, Анна": (None,)}
    rows = rows_of(csv_table(report_of(students), texts_in("ru")), ";")
    assert rows[0] == ["Имя", "Статус", "Время", "Уверенность", "Не принято", "Причины", "Пояснения"]
    assert [row[0] for row in rows[1:]] == ['\'=HYPERLINK("x")', "'+7", "'-1", "'@me", "Ли, Анна"]
    assert rows[1][1:] == ["присутствует", "11.03.2025 09:03:00", "97%", "0", "", ""]
    assert rows[4][4:] == ["3", "пересланное сообщение, голос другого ученика", ""]


def test_a_table_does_not_tell_who_was_confirmed_without_a_voice() -> None:
    tries = (Reason.UNSURE, Reason.UNSURE, Reason.TEACHER_DECIDES)
    by_voice = Mark(Status.PRESENT, START, None, tries, confirmed=True)
    by_a_tap = Mark(Status.PRESENT, START, None, confirmed=True)
    _, one, other = rows_of(csv_table(report_of({"Ann": (by_voice,), "Bob": (by_a_tap,)}), texts_in("en")), ",")
    assert one[1:] == other[1:] == ["present", "2025-03-11 09:00:00", "confirmed", "0", "", ""]


@pytest.mark.parametrize(("number", "word"), [(1, "пропуск: 1"), (22, "пропуска: 22"), (425, "пропусков: 425")])
def test_what_is_counted_agrees_with_its_number(number: int, word: str) -> None:
    report = report_of({f"Student {one}": (GONE, None) for one in range(number)}, Period.ALL)
    assert f"▫️ {word}" in report_text(report, texts_in("ru")).splitlines()


def test_the_csv_of_a_period_has_a_column_per_lesson() -> None:
    rows = rows_of(csv_table(report_of({"Ann": (None, HERE, GONE)}, Period.WEEK), texts_in("en")), ",")
    assert rows[0][:4] == ["Name", "2025-03-07 09:00", "2025-03-09 09:00", "2025-03-11 09:00"]
    assert rows[1] == ["Ann", "", "present", "absent", "1", "0", "1", "1", "2", "50%"]


def test_the_csv_is_in_the_dialect_of_its_reader() -> None:
    report = report_of({"Ann": (GONE, HERE, LATE)}, Period.WEEK)
    russian, english = rows_of(csv_table(report, texts_in("ru")), ";"), rows_of(csv_table(report, texts_in("en")), ",")
    assert (russian[0][1], russian[1][-1]) == ("07.03.2025 09:00", "66,7%")
    assert (english[0][1], english[1][-1]) == ("2025-03-07 09:00", "66.7%")


@needs_office
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spreadsheet_program_opens_the_csv_in_columns_of_days_and_numbers(language: str, tmp_path: Path) -> None:
    names = ["Ли, Анна; «Ё»", "=1+1"]
    report = report_of(dict.fromkeys(names, (GONE, HERE, LATE)), Period.WEEK)
    file = tmp_path / "report.csv"
    file.write_bytes(csv_table(report, texts_in(language)))
    sheet = load_workbook(csv_as_opened(file, language)).worksheets[0]
    days = [str(cell.value) for cell in sheet[1]][1:4]
    assert days == ["2025-03-07 09:00:00", "2025-03-09 09:00:00", "2025-03-11 09:00:00"]
    present, late, gone = (texts_in(language)(f"status-{one}") for one in ("present", "late", "absent"))
    for row, name in zip((sheet[2], sheet[3]), ("Ли, Анна; «Ё»", "'=1+1"), strict=True):
        values = [cell.value for cell in row]
        assert values == [name, gone, present, late, 1, 1, 1, 2, 3, pytest.approx(0.667)]
    sheet = load_workbook(csv_as_opened(lesson_file(tmp_path, language), language)).worksheets[0]
    assert sheet["C2"].value == datetime(2025, 3, 11, 9, 3)  # noqa: DTZ001
    assert sheet["D2"].value == 0.97


def lesson_file(folder: Path, language: str) -> Path:
    """A lesson's CSV."""
    file = folder / "lesson.csv"
    file.write_bytes(csv_table(report_of({"Ann": (HERE,)}), texts_in(language)))
    return file


def test_number_group_and_e_mail_are_columns_of_a_class_whose_list_has_them() -> None:
    report = report_of({"Ann": (HERE,), "Bo": (GONE,)})
    ann, bo = report.students
    known = replace(report, students=(ann, replace(bo, number="0042", email="bo@school.example")))
    rows = rows_of(csv_table(known, texts_in("ru")), ";")
    assert rows[0][:4] == ["Имя", "Личный номер", "Эл. почта", "Статус"]
    assert [row[:3] for row in rows[1:]] == [["Ann", "", ""], ["Bo", "0042", "bo@school.example"]]


@pytest.mark.parametrize("name", ["Иван;=cmd|' /C calc'!A0", 'Иван";=1+1;"', " =1+1", "＝1+1", "+7", "-1", "@SUM(A1)"])
def test_no_name_becomes_a_formula_in_csv_whichever_separator_a_spreadsheet_takes(name: str) -> None:
    table = csv_table(report_of({"Анна": (HERE,), name: (HERE,)}), texts_in("ru")).decode("utf-8-sig")
    for separator in ",;":
        cells = [cell.strip() for row in csv.reader(io.StringIO(table), delimiter=separator) for cell in row]
        assert [cell for cell in cells if cell.startswith(tuple("=+-@＝"))] == []
