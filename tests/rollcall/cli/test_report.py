"""rollcall report, as whoever runs the installation calls it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from rollcall.config.settings import load_settings
from rollcall.storage import classes, lessons, people
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Membership
from tests.rollcall.cli.test_records import exit_code, rollcall
from tests.rollcall.ops.test_backup import KEY
from tests.schema import lay_schema

FIRST = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)  # 09:00 in Moscow
DAYS = (0, 7, 14)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class with a student and three lessons a week apart, and another of the same title."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROLLCALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ROLLCALL_VOICEPRINT_KEY", KEY)
    asyncio.run(_fill())
    return tmp_path


async def _fill() -> None:
    settings = load_settings()
    lay_schema(settings.effective_database_url)
    database = Database.open(settings)
    await migrate(database)
    with database.session() as session:
        teacher = people.register_person(session, 1, "Мария", FIRST)
        for title in ("Физика 9Б", "Химия", "Химия"):
            made = classes.create_class(session, teacher, title, "Europe/Moscow", FIRST - timedelta(days=1))
            made.created_at += timedelta(seconds=made.id)
            if title == "Физика 9Б":
                anna = people.register_person(session, 2, "Анна", FIRST)
                classes.join_class(session, anna, made, FIRST - timedelta(hours=1))
                (session.get_one(Membership, (made.id, anna.id))).student_number = "A-1"
                for day in DAYS:
                    begins = FIRST + timedelta(days=day)
                    lesson, _ = lessons.open_lesson(
                        session, made.id, teacher, begins, timedelta(hours=1), timedelta(minutes=10)
                    )
                    lessons.mark(session, lesson, anna.id, begins + timedelta(minutes=day), 0.9, None)
                    lessons.close_lesson(session, lesson, begins + timedelta(hours=1), teacher)
    await database.close()


async def _exports() -> list[str]:
    database = Database.open(load_settings())
    try:
        with database.session() as session:
            records = session.scalars(select(AuditRecord).where(AuditRecord.action == "export.made"))
            return [one.details for one in records]
    finally:
        await database.close()


def test_a_term_goes_into_a_file_in_every_form(installation: Path) -> None:
    out = installation / "out"
    for of in ("физика 9б", "1"):
        made = rollcall("report", "--class", of, "--format", "json", "--out", str(out))
        assert exit_code(made) == 0, made.output
        assert "students: 1, lessons: 3" in made.output
        assert [one["status"] for one in json.loads(out.read_text())["students"][0]["marks"]] == [
            "present",
            "present",
            "late",
        ]
    days = ("--from", "2026-09-02", "--to", "2026-09-15")
    for form in ("xlsx", "register", "csv", "moodle", "moodle-en", "json"):
        made = rollcall("report", "--class", "1", *days, "--format", form, "--lang", "ru", "--out", str(out))
        assert "lessons: 2" in made.output, made.output
        if form in ("xlsx", "register"):
            assert "Анна" in [cell.value for cell in load_workbook(io.BytesIO(out.read_bytes())).worksheets[0]["B"]]
        elif form == "json":
            assert json.loads(out.read_text())["period"] == {"kind": "days", "from": "2026-09-02", "to": "2026-09-15"}
        elif form.startswith("moodle"):
            rows = list(csv.reader(io.StringIO(out.read_text())))
            letters = ("П", "О") if form == "moodle" else ("P", "L")
            assert rows[1:] == [
                ["2026-09-08 09:00", "A-1", letters[0]],
                ["2026-09-15 09:00", "A-1", letters[1]],
            ]
    made = rollcall("report", "--class", "1", "--format", "moodle-sessions", "--course", "PHYS", "--out", str(out))
    assert exit_code(made) == 0, made.output
    assert out.read_text().splitlines()[1].startswith("PHYS,,2026-09-01,09:00,10:00")
    assert len(asyncio.run(_exports())) == 9


@pytest.mark.parametrize(
    "arguments",
    [
        ("--class", "Биология"),
        ("--class", "Химия"),
        ("--class", "1", "--format", "pdf"),
        ("--class", "1", "--lang", "de"),
        ("--class", "1", "--from", "2026-09-02", "--to", "2026-09-01"),
        ("--class", "1", "--format", "moodle-sessions"),
        ("--class", "1", "--out", "/nowhere/at/all"),
    ],
)
def test_a_wrong_use_says_so_and_makes_nothing(installation: Path, arguments: tuple[str, ...]) -> None:
    out = installation / "out"
    assert exit_code(rollcall("report", "--out", str(out), *arguments)) == 2
    assert not out.exists()


def test_moodle_without_ids_is_no_file(installation: Path) -> None:
    out = installation / "out"
    assert exit_code(rollcall("report", "--class", "2", "--format", "moodle", "--out", str(out))) == 1
    assert not out.exists()
