"""Every fault that a person can cause is one line with its cure: the commands themselves, as they are run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rollcall.config.settings import Settings, load_settings
from rollcall.config.strays import strays
from rollcall.errors import SettingsError
from rollcall.storage.database import Database

Run = Callable[..., subprocess.CompletedProcess[str]]
TOKEN = {"ROLLCALL_TELEGRAM_TOKEN": "123:secret", "ROLLCALL_TELEGRAM_API_URL": "http://127.0.0.1:9"}


@pytest.fixture
def rollcall(tmp_path: Path) -> Run:
    """Run a command in an empty folder; what it says."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_")}
        return subprocess.run(
            [sys.executable, "-m", "rollcall", *arguments], cwd=tmp_path, env={**environment, **settings},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return run


def in_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode in (1, 2), done
    lines = [line for line in done.stderr.splitlines() if line.strip() and " WARNING " not in line]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("rollcall: ")
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize("command", [["up"], ["bot"], ["doctor", "--rebuild"], ["backup", "b"], ["audit", "verify"]])
def test_a_data_folder_that_is_a_file_is_one_line_with_its_cure(rollcall: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "data").write_text("in the way")
    in_one_line(rollcall(*command, **TOKEN), "data cannot be used", "set ROLLCALL_DATA_DIR")


def test_a_data_folder_that_nobody_may_make_is_one_line_with_its_cure(rollcall: Run) -> None:
    in_one_line(rollcall("up", ROLLCALL_DATA_DIR="/proc/rollcall", **TOKEN), "set ROLLCALL_DATA_DIR")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bot", "--foo"], "no such option: --foo: see rollcall bot --help"),
        (["xyzzy"], "no such command 'xyzzy': see rollcall --help"),
        (["restore"], "see rollcall restore --help"),
        (["restore", "nowhere/b"], "nowhere/b"),
        (["backup", "nowhere/b"], "choose another place"),
        (["models", "pull", "rescmm"], "no model is called 'rescmm'"),
        (["worker"], "no voiceprint key: set ROLLCALL_VOICEPRINT_KEY"),
    ],
)
def test_a_command_called_wrongly_is_one_line(rollcall: Run, arguments: list[str], words: str) -> None:
    key = {} if arguments == ["worker"] else {"ROLLCALL_VOICEPRINT_KEY": "A" * 43 + "="}
    in_one_line(rollcall(*arguments, **key), words)


def test_a_redis_and_a_database_out_of_reach_are_one_line_each(rollcall: Run) -> None:
    key = {"ROLLCALL_VOICEPRINT_KEY": "A" * 43 + "="}
    in_one_line(rollcall("doctor", "--rebuild", ROLLCALL_REDIS_URL="redis://127.0.0.1:1", **key), "rollcall migrate")
    away = {"ROLLCALL_DATABASE_URL": "postgres://u:p@127.0.0.1:1/x", "ROLLCALL_REDIS_URL": "redis://127.0.0.1:1"}
    in_one_line(rollcall("keys", **away, **key), "out of reach")
    in_one_line(rollcall("migrate", **away, **key), "the database is out of reach")


def test_the_version_is_told(rollcall: Run) -> None:
    done = rollcall("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("rollcall 0.")


def test_the_trace_of_a_foreseen_fault_is_there_for_who_asks(rollcall: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    said = rollcall("audit", "verify", ROLLCALL_LOG_LEVEL="debug").stderr
    assert "Traceback" in said
    assert said.splitlines()[-1].startswith("rollcall: ")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("written", ["{}\n", " {}\t", '"{}"', "'{}'\r\n", "\ufeff{}"])
def test_what_copying_brings_along_is_left_out(monkeypatch: pytest.MonkeyPatch, nowhere: Path, written: str) -> None:
    monkeypatch.setenv("ROLLCALL_TELEGRAM_TOKEN", written.format("123:secret"))
    monkeypatch.setenv("ROLLCALL_REDIS_URL", written.format("redis://host"))
    monkeypatch.setenv("ROLLCALL_ADMINS", written.format("12 34"))
    settings = load_settings()
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "123:secret"
    assert settings.redis_url == "redis://host"
    assert settings.admins == {12, 34}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LESSON_LENGTH", "abc", "'abc' is no duration: write 30s, 5m, 2h, 7d or 00:05:00"),
        ("LATE_AFTER", "5 minutos y medio", "is no duration"),
        ("LESSON_LENGTH", "0m", "longer than nothing"),
        ("STUCK_AFTER", "1s", "at least"),
        ("OPS_PORT", "http", "'http' is no whole number"),
        ("WEBHOOK_PORT", "70000", "at most 65535"),
        ("KEEP_DETAILS_DAYS", "0", "at least 1"),
        ("ADMINS", "@anna", "'@anna' is no Telegram id of a person"),
        ("ADMINS", "-100123", "'-100123' is no Telegram id of a person"),
        ("TIMEZONE", "Moscow", "'Moscow' is no IANA time zone"),
        ("DEVICE", "gpu", "'gpu' is none of auto, cpu, cuda"),
        ("WEBHOOK_URL", "school.example", "it begins with https://"),
        ("TELEGRAM_API_URL", "ftp://x", "it begins with https://"),
        ("REDIS_URL", "localhost:6379", "is no address of a Redis"),
        ("TELEGRAM_TOKEN", "123: secret", "is no bot's token"),
    ],
)
def test_a_malformed_setting_is_told_in_our_own_words(
    monkeypatch: pytest.MonkeyPatch, nowhere: Path, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"ROLLCALL_{name}", value)
    with pytest.raises(SettingsError, match=f"^ROLLCALL_{name} is malformed: .*; see .env.example$") as caught:
        load_settings()
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30s", 30), ("5m", 300), ("5 min", 300), ("2h", 7200), ("1h30m", 5400), ("1 day", 86_400), ("0s", 0),
     ("00:05:00", 300), ("PT45M", 2700)],
)  # fmt: skip
def test_durations_are_read_as_people_write_them(
    monkeypatch: pytest.MonkeyPatch, nowhere: Path, written: str, seconds: int
) -> None:
    monkeypatch.setenv("ROLLCALL_LATE_AFTER", written)
    assert load_settings().late_after.total_seconds() == seconds


@pytest.mark.parametrize("content", [b"ROLLCALL_TIMEZONE=\xcc\xee\xf1\xea\xe2\xe0\n", "ROLLCALL_X=1".encode("utf-16")])
def test_an_env_file_that_is_no_utf8_is_told(nowhere: Path, content: bytes) -> None:
    (nowhere / ".env").write_bytes(content)
    with pytest.raises(SettingsError, match=r"\.env.* no UTF-8 text: save it as UTF-8$"):
        load_settings()


def test_the_mark_of_a_windows_editor_hides_no_setting(nowhere: Path) -> None:
    (nowhere / ".env").write_bytes("\ufeffROLLCALL_TIMEZONE=Europe/Moscow\r\n".encode())
    assert load_settings().timezone == "Europe/Moscow"


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@h/db?sslmode=require&channel_binding=require&connect_timeout=10",
        "postgresql://u:p@h:5433/db?options=endpoint%3Dx&target_session_attrs=read-write&application_name=school",
        "postgresql+psycopg2://u:p@h/db?pgbouncer=true",
        "postgresql+asyncpg://u:p@h/db?ssl=require",
    ],
)
async def test_a_postgresql_url_works_as_hosts_give_it(nowhere: Path, url: str) -> None:
    database = Database(Settings(database_url=url, _env_file=None).effective_database_url)
    assert database.engine.url.drivername == "postgresql+psycopg"
    words = database.engine.url.query
    assert not {"pgbouncer", "ssl"} & set(words)
    assert words.get("sslmode") == ("require" if "require" in url else None)
    await database.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [("postgres://u@h/db?sslmod=verify-full", "did you mean sslmode"), ("mysql://u@h/db", "PostgreSQL and SQLite")],
)
def test_what_a_database_url_asks_in_vain_is_told(nowhere: Path, url: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Database(Settings(database_url=url, _env_file=None).effective_database_url)


def test_settings_that_nobody_reads_are_named_with_the_nearest_that_there_is(
    monkeypatch: pytest.MonkeyPatch, nowhere: Path
) -> None:
    monkeypatch.setenv("ROLLCALL_ADMIN", "5")
    monkeypatch.setenv("ROLLCALL_BOT_SERVICE_HOST", "10.0.0.1")
    (nowhere / ".env").write_text("ROLLCALL_TIME_ZONE=UTC\nROLCALL_TELEGRAM_TOKEN=1:a\nPROXY_SITE=x\nSPEAKER_MODEL=e\n")
    (nowhere / "secrets").mkdir()
    (nowhere / "secrets" / "rollcall_redis_pass").write_text("x")
    monkeypatch.setenv("ROLLCALL_SECRETS_DIR", str(nowhere / "secrets"))
    assert strays(load_settings()) == [
        "ROLLCALL_ADMIN (did you mean ROLLCALL_ADMINS?)",
        "ROLLCALL_TIME_ZONE in .env (did you mean ROLLCALL_TIMEZONE?)",
        "ROLCALL_TELEGRAM_TOKEN in .env (did you mean ROLLCALL_TELEGRAM_TOKEN?)",
        f"rollcall_redis_pass in {nowhere / 'secrets'} (did you mean ROLLCALL_REDIS_PASSWORD?)",
    ]
