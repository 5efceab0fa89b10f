"""A sandbox, two people and python-telegram-bot's own client for it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from sandbox.person import Person
from sandbox.server import Server
from sandbox.telegram import Telegram


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares us python-telegram-bot's warning about the coming type of ``RetryAfter.retry_after``."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


@pytest.fixture
def telegram(server: Server) -> Telegram:
    return server.telegram


@pytest.fixture
def anna(telegram: Telegram) -> Person:
    return Person(telegram, "Анна", "Белова", username="anna_b")


@pytest.fixture
def boris(telegram: Telegram) -> Person:
    return Person(telegram, "Boris", language_code="en")


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[Bot]:
    client = Bot(server.telegram.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")
    async with client:
        yield client


@pytest.fixture
def png() -> bytes:
    """The smallest honest picture: 3 by 2 pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0abc" * 2))
        + chunk(b"IEND", b"")
    )
