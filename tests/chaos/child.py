"""A process that comes back when it dies: what an init system does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

_RESTART_AFTER = 0.3


class Child:
    """A process that is started again whenever it ends."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        ready: str,
        folder: Path | None = None,
    ) -> None:
        self.name = name
        self.kind = name.partition(" ")[0]
        self._command = command
        self._environment = environment
        self._folder = folder
        self.log = log
        self.process: asyncio.subprocess.Process | None = None
        self._ready = ready.encode()
        self._started_at_byte = 0
        self._keeper: asyncio.Task[None] | None = None
        self.held = asyncio.Event()
        self.held.set()

    def start(self) -> None:
        """Begin to keep it alive."""
        self._keeper = asyncio.create_task(self._keep(), name=self.name)

    async def _keep(self) -> None:
        while True:
            await self.held.wait()
            with self.log.open("ab") as log:
                self._started_at_byte = log.tell()
                self.process = await asyncio.create_subprocess_exec(
                    *self._command, env={**os.environ, **self._environment}, cwd=self._folder,
                    stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
            await self.process.wait()
            await asyncio.sleep(_RESTART_AFTER)

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; False if it does not run just now."""
        if self.process is None or self.process.returncode is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)
            return True
        return False

    async def stop(self) -> None:
        """End it for good."""
        if self._keeper is not None:
            self._keeper.cancel()
        self.send(signal.SIGCONT)
        if self.send(signal.SIGTERM) and self.process is not None:
            try:
                await asyncio.wait_for(self.process.wait(), 20)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()

    @property
    def is_ready(self) -> bool:
        """Whether it runs and has said so in its log."""
        if self.process is None or self.process.returncode is not None:
            return False
        with self.log.open("rb") as log:
            log.seek(self._started_at_byte)
            return self._ready in log.read()
