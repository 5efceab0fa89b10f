"""The pages on a port of this machine, and somebody who looks on by server-sent events."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from web.serve import bound


@asynccontextmanager
async def served(app: Starlette, port: int = 0, **options: Any) -> AsyncIterator[int]:
    """The application on a port; its port.

    Args:
        options: of uvicorn's.
    """
    taken = bound("127.0.0.1", port)
    taken.listen()
    number: int = taken.getsockname()[1]
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1, **options
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        yield number
    finally:
        server.should_exit = True
        await task


async def is_served(port: int) -> bool:
    """Whether the pages answer there: whoever is not signed in is told so."""
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/")).status_code == 401
        except httpx.HTTPError:
            return False


class Watcher:
    """Somebody's browser with the board open: keeps what it is told, and comes back when the line is cut.

    Attributes:
        times: the Unix time at which a student was first shown so.
        connected: whether it was told everything, and the line is there since.
    """

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self._client, self._path = client, path
        self.rows: dict[int, tuple[str, str, str]] = {}
        self.said: dict[str, Any] = {}
        self.ended = False
        self.times: dict[tuple[int, str], float] = {}
        self.connected = False
        self.text = ""

    async def watch(self) -> None:
        """Until it ends."""
        while not self.ended:
            with suppress(httpx.HTTPError):
                async with self._client.stream("GET", self._path, timeout=None) as answer:
                    if answer.status_code != 200:
                        await asyncio.sleep(0.2)
                        continue
                    event = ""
                    async for line in answer.aiter_lines():
                        if line.startswith("event:"):
                            event = line.partition(":")[2].strip()
                        elif line.startswith("data:"):
                            self._take(event, line.partition(":")[2].strip())
            self.connected = False
            await asyncio.sleep(0.1)

    def _take(self, event: str, data: str) -> None:
        self.text += data
        if event == "end":
            self.ended = True
            return
        self.said = json.loads(data)
        if self.said["whole"]:
            self.rows.clear()
        self.connected, now = True, time.time()
        for number, name, seen, clock in self.said["rows"]:
            self.rows[number] = (name, seen, clock)
            self.times.setdefault((number, seen), now)
