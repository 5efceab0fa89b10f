"""rollcall drift, as whoever runs the installation calls it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread
from typer.testing import Result

from rollcall.config.settings import load_settings
from rollcall.domain.sent_as import SentAs
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.report.drawing import WIDTH
from rollcall.storage import classes, people
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Attempt, StoredVoiceprint
from tests.rollcall.cli.test_records import exit_code, rollcall
from tests.rollcall.ops.test_backup import KEY
from tests.schema import lay_schema

ENROLLED = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
WIDE, TELEPHONE = {"high_band": -20.0}, {"high_band": -60.0}


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """An installation with Anna and Boris, and a way to write down what was said of a note of theirs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROLLCALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ROLLCALL_VOICEPRINT_KEY", KEY)
    ids: dict[str, int] = {}
    sent = iter(range(10_000))

    async def begin() -> None:
        settings = load_settings()
        lay_schema(settings.effective_database_url)
        database = Database.open(settings)
        await migrate(database)
        with database.session() as session:
            teacher = people.register_person(session, 1, "Мария", ENROLLED)
            made = classes.create_class(session, teacher, "Физика 9Б", "Europe/Moscow", ENROLLED)
            for number, name in ((2, "Анна"), (3, "Борис")):
                person = people.register_person(session, number, name, ENROLLED)
                classes.join_class(session, person, made, ENROLLED)
                ids[name] = person.id
                session.add(
                    StoredVoiceprint(
                        person_id=person.id, sealed=b"-", model="campplus", weight_hash="w2", notes=3, enrolment="e",
                        created_at=ENROLLED,
                    )
                )  # fmt: skip
        await database.close()

    written: list[Attempt] = []

    def write(name: str, day: float, **other: Any) -> None:
        at, number = ENROLLED + timedelta(days=day), next(sent)
        facts = {
            "id": f"a{number}", "person_id": ids[name], "purpose": Purpose.CHECK_IN, "chat_id": 2,
            "message_id": number, "file_id": "f", "file_unique_id": f"u{number}", "sent_at": at,
            "received_at": at, "verdict": Verdict.ACCEPTED, "reason": Reason.MATCH, "model": "campplus",
            "weight_hash": "w2", "score": 0.46, "threshold": 0.45, "quality": WIDE, "timings": {},
            "sent_as": SentAs.VOICE,
        }  # fmt: skip
        written.append(Attempt(**{**facts, **other}))

    async def keep() -> None:
        database = Database.open(load_settings())
        with database.session() as session:
            session.add_all(written)
        await database.close()
        written.clear()

    def show(*arguments: str) -> Result:
        asyncio.run(keep())
        return rollcall("drift", *arguments)

    asyncio.run(begin())
    return SimpleNamespace(write=write, show=show, folder=tmp_path)


def fill(school: SimpleNamespace) -> None:
    rng = np.random.default_rng(1)
    for number in range(14):
        day, kind = 10.0 * number, (SentAs.VIDEO_NOTE, SentAs.AUDIO)[number % 2]
        school.write("Анна", day, score=0.68 - 0.0016 * day + rng.normal(0, 0.01))
        school.write("Борис", day + 1, score=0.75 + rng.normal(0, 0.02), sent_as=kind)


def test_the_table_says_whose_score_falls_and_names_nobody(school: SimpleNamespace) -> None:
    fill(school)
    result = school.show("--out", "drift.png")
    assert result.exit_code == 0, result.output
    said = result.output
    assert "Анна" not in said
    assert "Борис" not in said
    rows = {" ".join(line.split()[:3]) for line in said.splitlines()}
    assert {"voice note 14", "round video 7"} <= rows
    first, second = (next(line for line in said.splitlines() if line.startswith(f"{number} ")) for number in (1, 2))
    assert "should record anew" in first
    assert "-0.5" in first or "-0.6" in first  # -0.0016 a day
    assert "should" not in second
    assert imread(BytesIO((school.folder / "drift.png").read_bytes())).shape[1] == WIDTH


def test_notes_of_another_voiceprint_another_encoder_and_telephones_do_not_count(school: SimpleNamespace) -> None:
    fill(school)
    school.write("Анна", -3.0)
    others: tuple[dict[str, Any], ...] = (
        {"model": "ecapa"}, {"weight_hash": "w1"}, {"quality": TELEPHONE}, {"quality": {}}, {"score": None},
        {"verdict": Verdict.UNSURE, "reason": Reason.UNSURE}, {"reason": Reason.TEACHER_CONFIRMED},
        {"purpose": Purpose.ENROL},
    )  # fmt: skip
    for other in others:
        school.write("Анна", 20.0, **other)
    rows = {" ".join(line.split()[:3]) for line in school.show().output.splitlines()}
    assert "voice note 14" in rows


def test_too_little_is_one_line(school: SimpleNamespace) -> None:
    for number in range(11):
        school.write("Анна", float(number))
    little = school.show()
    assert exit_code(little) == 1
    assert "\n" not in str(little.exception)
    school.write("Анна", 12.0)
    assert school.show().exit_code == 0


def test_a_picture_that_cannot_be_written_is_told(school: SimpleNamespace) -> None:
    fill(school)
    failed = school.show("--out", "nowhere/drift.png")
    assert exit_code(failed) == 2
    assert "nowhere" in str(failed.exception)
