"""SIGTERM and SIGINT end the event loop, whenever they come."""

from __future__ import annotations

import asyncio
import signal


def stop_on_signals(loop: asyncio.AbstractEventLoop) -> None:
    """Let these signals raise SystemExit in the loop: at once where it runs, else as soon as it does.

    uvloop's own handlers hear of a signal only while the loop runs, and python-telegram-bot runs it several times as it
    starts: one that comes between two runs would be lost, and with it the only word that the parent has died.
    """

    def stop(*_: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(_leave)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _leave() -> None:
    raise SystemExit
