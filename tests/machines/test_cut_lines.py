"""Two bots and three workers on machines of their own, Redis and PostgreSQL on others, and lines that are cut."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines.scenario import SHORT, STUDENTS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Apart from the tests' own: PostgreSQL's user has to reach it."""
    with tempfile.TemporaryDirectory(prefix="rollcall-machines-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.machines
@pytest.mark.timeout(600)
def test_whatever_line_is_cut_every_note_is_answered_once(folder: Path) -> None:
    answer = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.machines.scenario", folder],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.stdout, answer.stderr + _logs(folder)
    told = json.loads(answer.stdout)
    account = told["account"]
    assert account["notes"] == STUDENTS * (3 + len(SHORT))  # three notes to enrol
    assert account["lost"] == account["again"] == account["unexplained"] == 0
    assert told["good"], json.dumps(account, indent=1) + _logs(folder)
    # The lines were cut while notes were under way, and the notes did not have to wait for a kernel to give up.
    assert all(act["cut_for"] < act["slowest_answer"] < act["cut_for"] + 60 for act in told["acts"])


def _logs(folder: Path) -> str:
    return "".join(f"\n== {log.name}\n{log.read_text()[-3000:]}" for log in sorted(folder.glob("*.log")))
