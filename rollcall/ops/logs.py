"""Log lines, for a terminal or as JSON. Never audio, embeddings, tokens, names, nor what people wrote.

Our own lines name things by our own ids. Of others' code we take only what it wrote itself: a library's message without
what it was filled with, an exception's type and place without its words, for both may quote a person's data.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TextIO

from rollcall.config.settings import Settings
from rollcall.ops.redaction import Redactor

_OURS = frozenset({"bot", "evaluation", "models", "rollcall", "sandbox", "web", "worker"})
_PLAIN_SPOKEN = _OURS | {"redis", "sqlite3"}
"""Whose exceptions quote no data: ours, and servers that name what is wrong with them."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_MOST_FRAMES = 30

_log = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, process, logger, message, fields, and exception where there is one."""

    def __init__(self, process: str, redact: Redactor) -> None:
        super().__init__()
        self._process = process
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            "message": self._redact(_message(record)),
            "fields": {key: self._field(value) for key, value in _fields(record)},
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = self._redact(describe(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)

    def _field(self, value: object) -> object:
        return value if value is None or isinstance(value, int | float) else self._redact(str(value))


class TextFormatter(logging.Formatter):
    """The same for a person: time, level, process, logger, message, fields as key=value; an exception below."""

    def __init__(self, process: str, redact: Redactor) -> None:
        super().__init__()
        self._process = process
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_time(record)} {record.levelname} {self._process} {record.name}: {_message(record)}"
        line += "".join(f" {key}={value}" for key, value in _fields(record))
        if record.exc_info and record.exc_info[1]:
            line += "\n" + describe(record.exc_info[1])
        return self._redact(line)


def set_up_logging(settings: Settings, process: str, level: str | None = None, stream: TextIO | None = None) -> None:
    """Write to standard error, or to a stream. Only our loggers say more than warnings: libraries quote requests."""
    formatter = JsonFormatter if settings.log_format == "json" else TextFormatter
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter(process, Redactor(settings)))
    level = level or settings.log_level
    logging.basicConfig(level="ERROR" if level == "ERROR" else "WARNING", handlers=[handler], force=True)
    for room in _OURS:
        logging.getLogger(room).setLevel(level)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that cannot be written would be printed, as it is, with all its arguments


def speaks_json() -> bool:
    """Whether standard error is JSON, line by line."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)


def report_unforeseen(error: BaseException) -> None:
    """The last line of a process that ends by what nobody foresaw."""
    _log.critical("ended by an unforeseen error", exc_info=error)


def describe(error: BaseException) -> str:
    """Types and places of an exception and of what led to it, in the order they happened."""
    parts = []
    for each in _chain(error, set()):
        frames = "".join(traceback.format_tb(each.__traceback__)[-_MOST_FRAMES:])
        head = f"Traceback (most recent call last):\n{frames}" if frames else ""
        words = _words(each)
        name = f"{type(each).__module__}.{type(each).__qualname__}".removeprefix("builtins.")
        parts.append(f"{head}{name}: {words}" if words else head + name)
    return "\n\n".join(parts)


def stacks() -> str:
    """Where each thread is just now."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"thread {names.get(number, number)}:\n{''.join(traceback.format_stack(frame)[-_MOST_FRAMES:])}"
        for number, frame in sys._current_frames().items()  # noqa: SLF001 (the standard way)
    )


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in _OURS:
        return record.getMessage()
    # py.warnings fills an empty template with a text of the library's own.
    text = record.getMessage() if record.name == "py.warnings" else str(record.msg)
    return text.partition("\n")[0]


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    if record.name.partition(".")[0] in _OURS:
        yield from ((key, value) for key, value in vars(record).items() if key not in _STANDARD)


def _chain(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    if id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ if error.__suppress_context__ else error.__cause__ or error.__context__
    if before is not None:
        yield from _chain(before, seen)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _chain(inner, seen)
    yield error


def _words(error: BaseException) -> str:
    if isinstance(error, OSError):
        return error.strerror or ""
    root = type(error).__module__.partition(".")[0]
    return str(error).partition("\n")[0] if root in _PLAIN_SPOKEN else ""


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
