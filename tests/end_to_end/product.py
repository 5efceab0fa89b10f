"""The product as its users run it, `rollcall up` on a local Telegram, and a class to try it with."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rollcall.config.settings import Settings
from rollcall.sealing.seal import load_keyring
from sandbox.message import Message, Sent
from sandbox.person import Person
from sandbox.server import Server
from tests.schema import lay_schema

TEACHER_ID = 1001
PATIENCE = 60.0
_WITHOUT_PAGES = Path(__file__).parent / "without_pages"
SYNTHETIC = Path(__file__).parents[2] / "sandbox" / "voices"


def synthetic(voice: str, number: int) -> bytes:
    """A shipped synthetic note."""
    return (SYNTHETIC / voice / f"{number:02}.ogg").read_bytes()


@dataclass
class Product:
    """A running (or stopped) `rollcall up` with its data folder and its Telegram."""

    server: Server
    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    python: str = sys.executable

    async def start(self, ready: str = "getUpdates") -> None:
        """Start it; ready once the bot has called this method of Telegram's."""
        before = time.monotonic()
        log = (self.data_dir / "up.log").open("ab")
        with log:
            self.process = await asyncio.create_subprocess_exec(
                self.python, "-m", "rollcall", "up",
                env={**os.environ, **self.settings}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        await self.server.telegram.until_called(ready, after=before, timeout=PATIENCE)

    async def stop(self) -> int:
        """Ask it to stop; its exit code."""
        assert self.process
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 12)

    async def kill_everything(self) -> None:
        """kill -9 of `up`, bot, worker and Valkey at once."""
        assert self.process
        for pid in [*self.descendants(), self.process.pid]:
            os.kill(pid, signal.SIGKILL)
        await self.process.wait()

    def descendants(self) -> list[int]:
        """Process ids of everything that `up` started."""
        assert self.process
        found, waiting = [], [self.process.pid]
        while waiting:
            parent = waiting.pop()
            children = []
            # Each thread has its own list of children; it may end while we look.
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                with suppress(FileNotFoundError, ProcessLookupError):
                    children += [int(one) for one in task.read_text().split()]
            found += children
            waiting += children
        return found

    @property
    def log(self) -> str:
        return (self.data_dir / "up.log").read_text()

    def person(self, name: str, language: str = "ru") -> Person:
        """Someone on this Telegram."""
        return Person(self.server.telegram, name, language_code=language)

    @property
    def settings(self) -> dict[str, str]:
        """The environment it runs in."""
        return {
            "ROLLCALL_TELEGRAM_TOKEN": self.server.telegram.token,
            "ROLLCALL_TELEGRAM_API_URL": self.server.url,
            "ROLLCALL_ADMINS": str(TEACHER_ID),
            "ROLLCALL_DATA_DIR": str(self.data_dir),
            **self.environment,
        }


@asynccontextmanager
async def running(
    data_dir: Path, ready: str = "getUpdates", python: str = sys.executable, **environment: str
) -> AsyncIterator[Product]:
    """The product on a Telegram of its own, stopped at the end.

    It finds an empty database and a key, and serves no pages unless it is given a port for them.
    """
    if "ROLLCALL_WEB_PORT" not in environment:
        path = environment.get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        environment["PYTHONPATH"] = os.pathsep.join([path, str(_WITHOUT_PAGES)] if path else [str(_WITHOUT_PAGES)])
    if "ROLLCALL_DATABASE_URL" not in {*os.environ, *environment}:
        settings = Settings(data_dir=data_dir, _env_file=None)
        data_dir.mkdir(parents=True, exist_ok=True)
        load_keyring(settings, create=True)
        lay_schema(f"sqlite:///{settings.database_file}")
    async with running_anew(data_dir, ready, python, **environment) as product:
        yield product


@asynccontextmanager
async def running_anew(
    data_dir: Path, ready: str = "getUpdates", python: str = sys.executable, **environment: str
) -> AsyncIterator[Product]:
    """The same in a folder in which nothing is."""
    data_dir.mkdir(parents=True, exist_ok=True)
    async with Server() as server:
        product = Product(server, data_dir, environment, python=python)
        await product.start(ready)
        try:
            yield product
        finally:
            if product.process and product.process.returncode is None:
                await product.stop()


class Classroom:
    """A teacher's class, through the chat alone."""

    def __init__(self, product: Product, language: str = "ru") -> None:
        self.product = product
        self.teacher = Person(product.server.telegram, "Мария", "Ивановна", id=TEACHER_ID, language_code=language)
        self.link = ""

    async def begin(self, title: str = "Физика 9Б") -> None:
        """The teacher makes the class."""
        # By its link: what a test before this one led to may come in between.
        await self.teacher.say(f"/newclass {title}")
        self.link = link_in(await self.teacher.answer(PATIENCE, lambda message: "start=join-" in message.text))

    async def join(self, student: Person, full_name: str) -> None:
        """Consent and name."""
        await student.follow(self.link)
        await student.answer(PATIENCE)
        await student.press("consent:yes")
        await student.answer(PATIENCE)
        assert full_name in (await ask(student, full_name)).text

    async def enrol(self, student: Person, notes: Sequence[bytes]) -> None:
        """Three good notes."""
        await ask(student, "/enroll")
        for number, note in enumerate(notes, start=1):
            answer = await speak(student, note)
            assert f"{number}/3" in answer.text, answer.text

    async def student(self, full_name: str, notes: Sequence[bytes], language: str = "ru") -> Person:
        """Someone who joined and enrolled."""
        student = self.product.person(full_name, language)
        await self.join(student, full_name)
        await self.enrol(student, notes)
        return student


async def ask(person: Person, text: str) -> Message:
    """Say something; the answer."""
    await person.say(text)
    return await person.answer(PATIENCE)


async def speak(person: Person, note: bytes) -> Message:
    """Send a voice note; its final answer."""
    return await answer_to(person, await person.voice(note))


async def answer_to(person: Person, sent: Sent) -> Message:
    """The reply to a message."""
    return await person.answer(PATIENCE, lambda message: message.reply_to == sent.id)


def link_in(message: Message) -> str:
    """The t.me link of a message."""
    found = re.search(r"https://t\.me/\S+", message.text)
    assert found, message.text
    return found.group()
