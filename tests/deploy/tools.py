"""The tools that check deploy/: each comes with the development requirements, so none may be missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rollcall.config.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS = {f"ROLLCALL_{name.upper()}" for name in Settings.model_fields}
TOOLS = Path(sys.executable).parent


def checked(tool: str, *arguments: str, **environment: str) -> str:
    """Run a tool over the repository; what it printed. Fails with its own words."""
    command = TOOLS / tool if (TOOLS / tool).exists() else tool
    answer = subprocess.run(
        [command, *arguments], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, f"{tool} says:\n{answer.stdout}{answer.stderr}"
    return answer.stdout
