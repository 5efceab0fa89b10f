"""What a server needs and no more: installed as `make run` installs it, and at work."""

import asyncio
import os
import subprocess
from pathlib import Path

from tests.end_to_end.product import Classroom, ask, running_anew, speak, synthetic

ROOT = Path(__file__).parents[2]
MOST_MIB = 700
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": ""}  # what running adds counts too, and is there
HEAVY = {"torch", "speechbrain", "scipy", "sklearn", "silero_vad", "pytest", "ruff", "uv", "mypy"}


async def test_a_light_installation_is_small_and_answers_its_first_note(tmp_path: Path, real_weights: Path) -> None:
    venv, models = tmp_path / "venv", tmp_path / "models"
    models.mkdir()
    (models / real_weights.name).symlink_to(real_weights)  # its graph must be written here, without torch
    environment = {name: value for name, value in os.environ.items() if name not in BYTECODE}
    command, environment["VENV"] = [str(ROOT / "scripts/setup"), "--server"], str(venv)
    setup = await asyncio.to_thread(
        lambda: subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    )
    assert setup.returncode == 0, setup.stderr

    python = str(venv / "bin/python")
    async with running_anew(tmp_path / "data", python=python, ROLLCALL_MODELS_DIR=str(models), **BYTECODE) as product:
        classroom = Classroom(product)
        await classroom.begin()
        student = await classroom.student("Захар Волков", [synthetic("zac", number) for number in (1, 2, 3)])
        await ask(classroom.teacher, "/open")
        assert "Захар Волков" in (await speak(student, synthetic("zac", 4))).text

    (packages,) = venv.glob("lib/python*/site-packages")
    assert {path.name for path in packages.iterdir()} & HEAVY == set()
    size = await asyncio.to_thread(subprocess.check_output, ["du", "-sm", str(venv)], text=True)
    assert int(size.split()[0]) <= MOST_MIB
    print(f"{size.split()[0]} MiB")
