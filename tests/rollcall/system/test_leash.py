"""A program on the leash ends with whoever started it, by the kernel's word or by looking."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rollcall.system.leash import leashed
from tests.conftest import WaitUntil

PARENT = """
import subprocess, sys
print(subprocess.Popen({command}).pid, flush=True)
sys.stdin.read()
"""
LOOKING = [
    sys.executable,
    "-c",
    "import sys, os; from rollcall.system import leash; "
    "sys.platform = 'other'; leash.main(os.getppid(), ['/bin/sleep', '60'])",
]


@pytest.mark.parametrize("kernel", [True, False], ids=["told by the kernel", "by looking"])
async def test_a_program_ends_with_its_parent_that_is_killed(wait_until: WaitUntil, *, kernel: bool) -> None:
    # Made in the parent: the leash is tied to the process that made it.
    command = "__import__('rollcall.system.leash').system.leash.leashed(['/bin/sleep', '60'])" if kernel else repr(LOOKING)
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.format(command=command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        program = int(parent.stdout.readline())
        await wait_until(lambda: Path(f"/proc/{program}/comm").read_text() == "sleep\n")
        parent.kill()
        parent.wait(20)
        await wait_until(lambda: not runs(program))


def test_a_program_whose_parent_has_ended_already_does_not_run() -> None:
    command = leashed(["/bin/sleep", "60"])
    command[4] = "1" if os.getpid() != 1 else "2"
    assert subprocess.run(command, timeout=20, check=False).returncode == 1


def test_a_program_on_the_leash_is_stopped_as_any_other() -> None:
    with subprocess.Popen(leashed(["/bin/sleep", "60"])) as program:
        program.terminate()
        assert program.wait(20) == -signal.SIGTERM


def runs(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False
