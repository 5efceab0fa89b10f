"""A school written into an installation's database, by the code of the commit that is to run.

A program of its own: ``python -P prepare.py FOLDER STUDENTS CLASSES [numbers]``, with the commit's files as PYTHONPATH
and the installation's settings in the environment; the database has its tables already. It says how far it is, a line
each, and leaves in FOLDER what the crowd needs (`bench.load.roster`).
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import sys
from pathlib import Path
from typing import Any

# By the names that bench.load of any commit has for them: Rollcall's own modules move from commit to commit.
cast_of: Any = importlib.import_module("bench.load.cast")
school_of: Any = importlib.import_module("bench.load.school")


async def main(folder: Path, students: int, classes: int, *, numbers: bool = False) -> None:
    """Do it."""
    settings = cast_of.Settings(_env_file=None)
    keyring = cast_of.Keyring([base64.b64decode(settings.voiceprint_key.get_secret_value())])
    cast = cast_of.Cast(settings, keyring)
    size = -(-students // classes)
    cast.assemble(size, lambda count: _tell(f"voices: {count} of {size}"))
    school = school_of.plan(students, classes, cast.voices)
    database = school_of.Database.open(settings)
    try:
        await school_of.enrol(school, cast, database, keyring, lambda done: _tell(f"enrolled: {done} of {students}"))
        if numbers:
            await database.run(school_of.require_numbers)
    finally:
        await database.close()
    (folder / "notes").mkdir()
    for number, student in enumerate(school.students):
        note = student.voice.check_in.copy(number + 1)
        (folder / "notes" / str(student.telegram_id)).write_bytes(note)
    told = {
        "teachers": school.teachers,
        "students": [[student.telegram_id, student.name] for student in school.students],
    }
    (folder / "roster.json").write_text(json.dumps(told), encoding="utf-8")


def _tell(what: str) -> None:
    print(what, flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), numbers="numbers" in sys.argv[4:]))
    except cast_of.Unavailable as error:
        sys.exit(str(error))
