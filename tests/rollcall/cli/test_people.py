"""Which classes there are and who teaches them, as whoever runs the installation lists it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rollcall.cli.test_records import exit_code, installation, rollcall

__all__ = ["installation"]


def test_classes_are_listed_with_their_teachers_and_counts_and_without_students(installation: Path) -> None:
    result = rollcall("classes", "--archived", "--json")
    assert exit_code(result) == 0, result.output
    found = json.loads(result.output)
    assert [(one["title"], one["students"], one["lessons"]) for one in found] == [
        ("Физика 9Б", 6, 3),
        ("History", 3, 0),
    ]
    assert [one["archived"] for one in found] == [None, "2026-09-10"]
    teachers = [(one["name"], one["owner"], one["until"]) for one in found[0]["teachers"]]
    assert teachers == [("Мария Ивановна", True, None)]
    table = rollcall("classes").output
    assert "Физика 9Б" in table
    assert "Мария Ивановна" in table
    assert "History" not in table
    assert "Анна" not in table + result.output


def test_teachers_are_listed_and_one_is_removed(installation: Path) -> None:
    (maria,) = json.loads(rollcall("teachers", "--json").output)
    assert (maria["name"], maria["classes"], maria["admin"]) == ("Мария Ивановна", ["Физика 9Б"], False)
    assert exit_code(rollcall("teachers", "remove", "999")) == 2
    assert "Мария Ивановна does not teach any more" in rollcall("teachers", "remove", str(maria["id"])).output
    assert json.loads(rollcall("teachers", "--json").output) == []
    assert exit_code(rollcall("audit", "verify")) == 0


def test_an_admin_is_not_removed_by_a_command(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (maria,) = json.loads(rollcall("teachers", "--json").output)
    monkeypatch.setenv("ROLLCALL_ADMINS", str(maria["telegram_id"]))
    assert json.loads(rollcall("teachers", "--json").output)[0]["admin"]
    assert exit_code(rollcall("teachers", "remove", str(maria["id"]))) == 2


def test_an_invitation_is_printed_as_a_code_where_telegram_is_not_asked(installation: Path) -> None:
    first, second = rollcall("teachers", "invite").stdout, rollcall("teachers", "invite").stdout
    assert first.startswith("teach-")
    assert len(first.strip()) == len("teach-") + 22
    assert first != second


def test_a_database_that_is_not_there_is_one_line(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    for command in (("classes",), ("teachers",), ("teachers", "invite"), ("teachers", "remove", "1")):
        result = rollcall(*command)
        assert exit_code(result) in (1, 2)
        assert "Traceback" not in result.output
