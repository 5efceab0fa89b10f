"""Log lines: time, level, where, what, and facts as key=value. Never audio, embeddings, tokens or full names."""

from __future__ import annotations

import logging
import sys

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        facts = " ".join(f"{key}={value}" for key, value in vars(record).items() if key not in _STANDARD)
        head, newline, trace = line.partition("\n")
        return f"{head} {facts}{newline}{trace}" if facts else line


def set_up_logging(level: str, process: str) -> None:
    """Write to standard error. Libraries that put URLs, and with them the token, into their lines are kept quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(f"%(asctime)s %(levelname)s {process} %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "apscheduler", "matplotlib", "aiosqlite", "alembic", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
