"""Lessons while lines are cut. Runs in a network namespace of its own:

    unshare --net python -m tests.machines.scenario FOLDER [short|long]

Prints one JSON line: for each act what was cut, for how long and how long the notes took; and the account at the end.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from tests.chaos.account import settle_accounts
from tests.chaos.form import Form
from tests.chaos.house import House
from tests.chaos.notes import VOICES
from tests.machines.estate import Estate, estate

STUDENTS = 3


@dataclass(frozen=True)
class Act:
    """A lesson, and what is cut before its notes are sent.

    Attributes:
        seconds: until the lines are mended; 0: only after every note was answered.
    """

    name: str
    wires: tuple[tuple[str, str], ...]
    seconds: float = 0.0


SHORT = (
    Act("a worker from Redis, a bot from PostgreSQL, the other from Telegram", (
        ("worker 0", "redis"), ("bot 0", "postgres"), ("bot 1", "here"),
    ), 7.0),
)  # fmt: skip
LONG = (
    Act("nothing", ()),
    Act("a worker from Redis", (("worker 0", "redis"),)),
    Act("two workers from Redis", (("worker 0", "redis"), ("worker 1", "redis"))),
    Act("a bot from Telegram", (("bot 0", "here"),), 40.0),
    Act("a bot from Redis", (("bot 0", "redis"),), 40.0),
    Act("a bot from PostgreSQL", (("bot 0", "postgres"),), 40.0),
    Act("every worker from Redis", tuple((f"worker {number}", "redis") for number in range(3)), 40.0),
    Act("every bot from Redis", (("bot 0", "redis"), ("bot 1", "redis")), 40.0),
    Act("every bot from PostgreSQL", (("bot 0", "postgres"), ("bot 1", "postgres")), 40.0),
    Act("every bot from Telegram", (("bot 0", "here"), ("bot 1", "here")), 40.0),
    Act("everything", (
        *((f"worker {number}", "redis") for number in range(3)),
        *((f"bot {number}", other) for number in range(2) for other in ("redis", "postgres", "here")),
    ), 40.0),
)  # fmt: skip


@dataclass
class Played:
    """How an act went, in seconds."""

    name: str
    cut_for: float
    slowest_answer: float


async def main(folder: Path, acts: tuple[Act, ...]) -> dict[str, object]:
    """Play the acts one after another."""
    async with estate(folder) as made:
        form = await asyncio.to_thread(Form, made.server.telegram, 0, VOICES[:STUDENTS])
        await form.begin()
        played = [await _play(made, form, act) for act in acts]
        account = await settle_accounts(cast(House, made), [form])
        return {"acts": [asdict(one) for one in played], "account": asdict(account), "good": account.good}


async def _play(made: Estate, form: Form, act: Act) -> Played:
    before = len(form.notes)
    lesson = asyncio.create_task(form.lesson(spread=0.5))
    lessons = form.lessons
    while form.lessons == lessons and not lesson.done():  # noqa: ASYNC110 - it is opened before anything is cut
        await asyncio.sleep(0.02)
    started = time.monotonic()
    await made.cut(act.wires)
    try:
        if act.seconds:
            await asyncio.wait([lesson], timeout=act.seconds)
        else:
            await _answered(form, before, lesson)
    finally:
        await made.mend(act.wires)
        cut_for = time.monotonic() - started
    await lesson
    played = Played(act.name, round(cut_for, 1), round(max(_waits(form, before)), 1))
    print(f"{played.name}: cut for {played.cut_for} s, slowest answer {played.slowest_answer} s", file=sys.stderr)
    return played


async def _answered(form: Form, before: int, lesson: asyncio.Task[None]) -> None:
    async with asyncio.timeout(120):
        while len(_waits(form, before)) < STUDENTS and not lesson.done():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _waits(form: Form, before: int) -> list[float]:
    return [wait for note in list(form.notes.values())[before:] if (wait := note.wait) is not None]


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="machines-"))
    place.chmod(0o755)
    told = asyncio.run(main(place, LONG if "long" in sys.argv else SHORT))
    print(json.dumps(told, ensure_ascii=False))
    sys.exit(0 if told["good"] else 1)
