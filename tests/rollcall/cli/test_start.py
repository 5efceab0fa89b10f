"""What a command loads before it begins."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_LOADED = """
import importlib
import sys

for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted({module.partition(".")[0] for module in sys.modules}))
"""


@pytest.mark.parametrize(
    ("rooms", "not_needed"),
    [
        ((), {"alembic", "babel", "cryptography", "fluent", "numpy", "redis", "sqlalchemy"}),
        (("worker.main",), {"alembic", "babel", "fluent", "sqlalchemy", "torch"}),
    ],
    ids=["any", "worker"],
)
def test_a_command_loads_only_what_it_needs(rooms: tuple[str, ...], not_needed: set[str]) -> None:
    command = [sys.executable, "-c", _LOADED, "rollcall.cli.main", *rooms]
    answer = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    assert not not_needed.intersection(answer.stdout.split())
