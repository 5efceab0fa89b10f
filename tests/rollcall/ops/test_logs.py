"""Log lines: one schema, and nothing in them that is nobody's business."""

import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from rollcall.ops.logs import describe, report_unforeseen, set_up_logging, stacks
from rollcall.ops.redaction import Redactor

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
KEYS = ("Zmlyc3Qga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMhISE=", "c2Vjb25kIGtleSBvZiB0aGlydHktdHdvIGJ5dGVzISE=")
SETTINGS = Settings(
    telegram_token=SecretStr(TOKEN),
    voiceprint_key=SecretStr(", ".join(KEYS)),
    redis_url="rediss://:hunter%40two@queue:6379/0",
    database_url="postgresql://rollcall:correct-horse@postgres/rollcall",
    log_format="json",
    log_level="DEBUG",
    _env_file=None,
)
NAME = "Анна Иванова"
OURS = logging.getLogger("bot.test")

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged from here on; logging is as before afterwards."""
    root = logging.getLogger()
    before = root.level, list(root.handlers), logging.raiseExceptions
    root.handlers.clear()  # pytest's own would be closed
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up_logging(SETTINGS, "bot", stream=stream)
        yield stream
        logging.captureWarnings(False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    logging.raiseExceptions = before[2]
    for room in ("bot", "evaluation", "models", "rollcall", "sandbox", "worker"):
        logging.getLogger(room).setLevel(logging.NOTSET)


@pytest.fixture
def lines(written: io.StringIO) -> Lines:
    """What was logged, read as JSON."""
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def test_every_line_is_one_object_of_one_schema(lines: Lines) -> None:
    OURS.info("settled %s", "well", extra={"job": "note-1", "seconds": 1.5, "verdict": None})
    OURS.debug("two\nlines")
    first, second = lines()
    assert list(first) == ["time", "level", "process", "logger", "message", "fields"]
    assert first["fields"] == {"job": "note-1", "seconds": 1.5, "verdict": None}
    assert (first["level"], first["process"], first["logger"]) == ("INFO", "bot", "bot.test")
    assert first["message"] == "settled well"
    assert second["message"] == "two\nlines"
    at = datetime.fromisoformat(first["time"])
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=10)


def test_an_exception_is_one_field_with_its_causes_in_order(lines: Lines) -> None:
    try:
        try:
            raise Unavailable("the queue is away: start it")
        except Unavailable as error:
            raise RuntimeError(f"{NAME} said hello") from error
    except RuntimeError:
        OURS.exception("a task failed")
    (line,) = lines()
    assert line["exception"].index("rollcall.errors.Unavailable: the queue is away: start it") < line[
        "exception"
    ].index("RuntimeError")
    assert "test_logs.py" in line["exception"]
    assert NAME not in json.dumps(line, ensure_ascii=False)


def test_a_name_that_the_database_refuses_is_not_logged_with_the_statement(tmp_path: Path) -> None:
    # Our own engines hide what a statement was given; this one does not.
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with pytest.raises(SQLAlchemyError) as caught, engine.begin() as connection:
        connection.execute(text("INSERT INTO people VALUES (:name)"), {"name": NAME})
    engine.dispose()
    assert NAME in str(caught.value)
    said = describe(caught.value)
    assert NAME not in said
    assert "no such table: people" in said
    assert "sqlalchemy.exc.OperationalError" in said


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        TOKEN.replace(":", "%3A"),
        "987654321:AAsomebodyelsesbottokenxxxxxxxxxxxx",
        *KEYS,
        "correct-horse",
        "hunter%40two",
        "hunter@two",
        "redis://user:other-password@elsewhere",
    ],
)
def test_a_secret_gets_out_by_no_way(lines: Lines, secret: str) -> None:
    hidden = secret.removeprefix("redis://").partition("@elsewhere")[0]
    OURS.warning("POST https://api.telegram.org/bot%s/getMe", secret, extra={"url": f"x{secret}y"})
    try:
        raise Unavailable(f"GET {secret} failed") from OSError(2, secret)
    except Unavailable:
        OURS.exception("failed")
    logging.getLogger("telegram.Bot").error(f"the token {secret} was refused")
    report_unforeseen(Unavailable(secret))
    found = lines()
    assert len(found) == 4
    assert hidden not in json.dumps(found, ensure_ascii=False)


def test_text_for_a_terminal_hides_the_same(written: io.StringIO) -> None:
    set_up_logging(SETTINGS.model_copy(update={"log_format": "text"}), "worker", stream=written)
    OURS.info("asked %s", TOKEN, extra={"job": "note-1"})
    said = written.getvalue()
    assert "INFO worker bot.test: asked *** job=note-1" in said
    assert TOKEN not in said


def test_of_a_library_only_its_own_words_are_taken_and_only_warnings(lines: Lines) -> None:
    library = logging.getLogger("telegram.ext.Updater")
    library.debug("Received %s", "Анна")
    library.info("Received %s", "Анна")
    library.warning('Can not load invalid JSON data: "%s"', "Анна", extra={"who": "Анна"})
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('Анна')>"
    )
    warnings.warn("an old way to call", DeprecationWarning, stacklevel=1)
    found = lines()
    assert [line["message"] for line in found[:2]] == [
        'Can not load invalid JSON data: "%s"',
        "Task exception was never retrieved",
    ]
    assert found[0]["fields"] == {}
    assert "an old way to call" in found[2]["message"]
    assert len(found) == 3


def test_a_group_of_exceptions_and_a_circle_of_causes_come_to_an_end() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    said = describe(ExceptionGroup("two", [first, TimeoutError(5, "slow")]))
    assert "KeyError" in said
    assert "ValueError" in said
    assert "TimeoutError: slow" in said
    assert "ExceptionGroup" in said


def test_where_each_thread_is_can_be_told() -> None:
    assert "thread MainThread:" in stacks()
    assert "test_where_each_thread_is_can_be_told" in stacks()


def test_an_installation_without_secrets_still_hides_what_looks_like_one() -> None:
    redact = Redactor(Settings(_env_file=None))
    assert redact(f"/bot{TOKEN}/x") == "/bot***/x"
    assert (
        redact("job 9a16a51d-8113-579d-9d14-5de179455e1c at 12:30")
        == "job 9a16a51d-8113-579d-9d14-5de179455e1c at 12:30"
    )


def test_our_own_error_is_a_json_line_too_where_lines_are_json(tmp_path: Path) -> None:
    settings = {"LOG_FORMAT": "json", "TELEGRAM_TOKEN": "", "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "rollcall", "bot"],
        env=os.environ | {f"ROLLCALL_{name}": value for name, value in settings.items()},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    # Warnings may come before it, of settings that nobody reads.
    assert [json.loads(line) for line in done.stderr.splitlines()][-1]["message"].startswith("no token:")
