"""A signal ends the bot's event loop whenever it comes."""

import subprocess
import sys

import pytest

SIGNALLED = """
import asyncio, os, signal
import uvloop
from bot.stopping import stop_on_signals

loop = uvloop.new_event_loop()
asyncio.set_event_loop(loop)
stop_on_signals(loop)
loop.run_until_complete(asyncio.sleep(0))
{before}
try:
    loop.run_forever()
except SystemExit:
    print("stopped")
"""


@pytest.mark.parametrize(
    "before",
    [
        "os.kill(os.getpid(), signal.SIGTERM)",
        "loop.call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)",
        "loop.call_later(0.1, os.kill, os.getpid(), signal.SIGINT)",
    ],
    ids=["between two runs", "in a run", "by Ctrl-C"],
)
def test_a_signal_ends_the_loop_whenever_it_comes(before: str) -> None:
    run = [sys.executable, "-c", SIGNALLED.format(before=before)]
    assert subprocess.run(run, capture_output=True, text=True, timeout=20, check=True).stdout == "stopped\n"
