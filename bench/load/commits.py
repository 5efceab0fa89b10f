"""The code that runs: this folder's, or another commit's beside it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from rollcall.errors import WrongUse

_HERE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Code:
    """A commit's files.

    Attributes:
        name: as it stands in the report.
        folder: holds ``rollcall``, ``bot``, ``worker`` and the rest.
    """

    name: str = "this folder"
    folder: Path = _HERE


async def checkout(commit: str, folder: Path) -> Code:
    """A commit's files, unpacked into a folder that is not there yet.

    Raises:
        WrongUse: there is no such commit.
    """
    name = (await _git("rev-parse", "--short", "--verify", "--end-of-options", f"{commit}^{{commit}}")).strip()
    archive = f"{folder}.tar"
    await _git("archive", f"--prefix={folder.name}/", f"--output={archive}", name)
    await _run("tar", "-x", "-f", archive, "-C", str(folder.parent))
    return Code(name, folder)


async def _git(*arguments: str) -> str:
    return await _run("git", "-C", str(_HERE), *arguments)


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, wrong = await process.communicate()
    if process.returncode:
        raise WrongUse(f"{' '.join(command)}: {wrong.decode().strip()}")
    return out.decode()
