"""A line that is cut says nothing. Here: a server that takes every connection and never a word to say."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

import pytest
import redis
from psycopg import pq
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from rollcall.queue import bot_end, worker_end
from rollcall.storage.libpq import for_libpq

_SILENCE = 0.3
_SOON = 20 * _SILENCE


@pytest.fixture
def silent_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for module in (worker_end, bot_end):
        monkeypatch.setattr(module, "SILENCE", _SILENCE)
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


def test_a_worker_does_not_wait_for_a_silent_redis(silent_url: str) -> None:
    started = time.monotonic()
    with worker_end.connect(silent_url) as client, pytest.raises(redis.TimeoutError):
        client.ping()
    assert time.monotonic() - started < _SOON


async def test_a_bot_does_not_wait_for_a_silent_redis(silent_url: str) -> None:
    started = time.monotonic()
    client = bot_end.connect(silent_url)
    with pytest.raises(redis.TimeoutError):
        await client.ping()
    await client.aclose()
    assert time.monotonic() - started < _SOON


def test_every_blocking_read_ends_before_silence_counts() -> None:
    from worker import loop

    assert max(loop._BLOCK, bot_end._BLOCK).total_seconds() * 2 < worker_end.SILENCE


def test_the_kernel_is_told_to_probe_the_line_to_postgresql() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        _, wanted = for_libpq(make_url("postgresql+psycopg://"))
        words = make_conninfo(host="127.0.0.1", port=server.getsockname()[1], sslmode="disable", **wanted)
        begun = pq.PGconn.connect_start(words.encode())
        for _ in range(2):
            begun.connect_poll()
        with socket.socket(fileno=os.dup(begun.socket)) as line:
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            for name, seconds in (("TCP_KEEPIDLE", 3), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 3)):
                assert line.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == seconds
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
        begun.finish()
