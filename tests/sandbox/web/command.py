"""The command as a visitor gives it, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def trying() -> AsyncIterator[str]:
    """`rollcall sandbox --web`, on a port of its own; gives the address that it prints, and sees it end well."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rollcall", "sandbox", "--web", "--no-browser", "--port", "0",
        stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        yield found[0]
    finally:
        process.terminate()
        try:
            code = await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert code == 0
