"""The pages on a port of this machine, and somebody who looks on by server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from web.serve import bound


@asynccontextmanager
async def served(app: Starlette, port: int = 0) -> AsyncIterator[int]:
    """The application on a port; its port."""
    taken = bound("127.0.0.1", port)
    taken.listen()
    number: int = taken.getsockname()[1]
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        yield number
    finally:
        server.should_exit = True
        await task


class Watcher:
    """Somebody's browser with the board open: keeps what it is told, and comes back when the line is cut."""

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self._client, self._path = client, path
        self.rows: dict[int, tuple[str, str, str]] = {}
        self.said: dict[str, Any] = {}
        self.ended = False
        self.times: dict[tuple[int, str], float] = {}
        self.connections = 0
        self.text = ""

    async def watch(self) -> None:
        """Until it ends."""
        while not self.ended:
            with suppress(httpx.HTTPError):
                async with self._client.stream("GET", self._path, timeout=None) as answer:
                    if answer.status_code != 200:
                        await asyncio.sleep(0.2)
                        continue
                    self.connections += 1
                    event = ""
                    async for line in answer.aiter_lines():
                        if line.startswith("event:"):
                            event = line.partition(":")[2].strip()
                        elif line.startswith("data:"):
                            self._take(event, line.partition(":")[2].strip())
            await asyncio.sleep(0.1)

    def _take(self, event: str, data: str) -> None:
        self.text += data
        if event == "end":
            self.ended = True
            return
        self.said = json.loads(data)
        if self.said["whole"]:
            self.rows.clear()
        now = asyncio.get_running_loop().time()
        for number, name, seen, time in self.said["rows"]:
            self.rows[number] = (name, seen, time)
            self.times.setdefault((number, seen), now)
