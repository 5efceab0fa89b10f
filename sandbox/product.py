"""The product under the play: ``rollcall up`` as a process of its own, as a user starts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from sandbox.server import Server

UP = (sys.executable, "-m", "rollcall", "up")
_STOP_SECONDS = 15
# A user's own .env must not pull the demo into their real database. Empty means unset.
_NEUTRAL = ("REDIS_URL", "DATABASE_URL", "WEBHOOK_URL", "WEB_URL", "VOICEPRINT_KEY", "TIMEZONE")


class ProductError(Exception):
    """It did not start, or ended by itself; says where its log is."""


class Product:
    """Runs while the ``async with`` block does; its output goes to a log file."""

    def __init__(self, server: Server, *, admin: int, data_dir: Path, log: Path, command: Sequence[str] = UP) -> None:
        self._server = server
        self._log = log
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        own = {
            "TELEGRAM_TOKEN": server.telegram.token,
            "TELEGRAM_API_URL": server.url,
            "ADMINS": str(admin),
            "DATA_DIR": str(data_dir),
            "LATE_AFTER": "PT10M",
            "TIMEZONE": os.environ.get("ROLLCALL_TIMEZONE", "UTC"),
        }
        settings = {**dict.fromkeys(_NEUTRAL, ""), **own}
        self._environment = {**os.environ, **{f"ROLLCALL_{name}": value for name, value in settings.items()}}

    async def __aenter__(self) -> Self:
        with self._log.open("wb") as log:
            # A session of its own: Ctrl-C reaches the demo alone, which then stops the product in order.
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdout=log, stderr=log, env=self._environment, start_new_session=True
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def ready(self, timeout: float = 120) -> None:  # noqa: ASYNC109 - callers read it so
        """Wait until the bot asks for updates.

        Raises:
            ProductError: it ended instead, or took too long.
        """
        polling = asyncio.create_task(self._server.telegram.until_called("getUpdates", timeout=timeout))
        ended = asyncio.create_task(self.ended())
        try:
            await asyncio.wait((polling, ended), return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ended.result()
            polling.result()
        except TimeoutError:
            raise ProductError(f"the bot asked for no updates within {timeout:.0f} s; see {self._log}") from None
        finally:
            for task in (polling, ended):
                task.cancel()

    async def ended(self) -> None:
        """Wait for the product to end by itself, which it should not.

        Raises:
            ProductError: always, once it has.
        """
        assert self._process is not None, "ready() and ended() are for the inside of the block"  # noqa: S101
        code = await self._process.wait()
        tail = self._log.read_text(errors="replace").strip().splitlines()[-5:]
        raise ProductError("\n".join((f"rollcall up ended with exit code {code}; see {self._log}", *tail)))
