"""The commands of the record, as an admin runs them."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rollcall.cli.main import app
from rollcall.config.settings import load_settings
from rollcall.errors import RollcallError
from rollcall.ops.restore import restore
from tests.rollcall.ops.test_backup import KEY, silent
from tests.rollcall.storage.test_migrations import SCHEMAS, packed


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a school in it."""
    monkeypatch.chdir(tmp_path)  # no .env of the developer's
    monkeypatch.setenv("ROLLCALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ROLLCALL_VOICEPRINT_KEY", KEY)
    restore(load_settings(), packed(SCHEMAS[-1], tmp_path), silent)
    return tmp_path


def rollcall(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def exit_code(result: Result) -> int:
    """What the process would end with: `main` turns our errors into it."""
    return result.exception.exit_code if isinstance(result.exception, RollcallError) else result.exit_code


def test_an_audit_is_verified_against_a_head_that_was_noted_and_found_broken_once_it_is(installation: Path) -> None:
    good = rollcall("audit", "verify")
    assert exit_code(good) == 0, good.output
    head = re.search(r"the head is (\d+:[0-9a-f]{64})", good.output)
    assert head is not None, good.output
    assert exit_code(rollcall("audit", "verify", "--head", head[1])) == 0
    assert exit_code(rollcall("audit", "verify", "--head", "somewhere")) == 2
    with sqlite3.connect(installation / "rollcall.sqlite3") as database:
        database.execute("DROP TRIGGER audit_records_keep_update")
        database.execute("UPDATE audit_records SET actor = 'nobody' WHERE sequence = 1")
    broken = rollcall("audit", "verify")
    assert exit_code(broken) == 1
    assert "record 1 was changed" in broken.output


def test_an_export_is_one_json_line_per_record(installation: Path) -> None:
    result = rollcall("audit", "export", "--action", "database")
    assert exit_code(result) == 0, result.output
    (record,) = [json.loads(line) for line in result.output.splitlines()]
    assert record["action"] == "database.restored"
    assert rollcall("audit", "export", "--until", "2000-01-01").output == ""


def test_a_backup_says_that_the_key_is_not_in_it_and_a_restore_what_comes_next(installation: Path) -> None:
    file = installation / "school.rollcall"
    made = rollcall("backup", str(file))
    assert exit_code(made) == 0, made.output
    assert "key" in made.output
    assert "is not in it" in made.output
    assert exit_code(rollcall("backup", str(file))) == 2
    assert exit_code(rollcall("restore", str(file))) == 2, "not empty"
    restored = rollcall("restore", str(file), "--replace")
    assert exit_code(restored) == 0, restored.output
    assert "start the bots" in restored.output
    assert "forgotten" in restored.output
    assert exit_code(rollcall("audit", "verify")) == 0
    file.write_bytes(file.read_bytes()[:-100])
    assert exit_code(rollcall("restore", str(file), "--replace")) == 1


def test_a_database_out_of_reach_is_one_line(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    for command in (("audit", "verify"), ("audit", "export"), ("backup", str(installation / "x"))):
        result = rollcall(*command)
        assert exit_code(result) == 1
        assert "ROLLCALL_DATABASE_URL" in str(result.exception)
