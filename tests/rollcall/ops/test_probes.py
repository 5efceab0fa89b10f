"""The operator's door and the watchdog."""

import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from rollcall.cli import health
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongUse
from rollcall.ops.liveness import Pulse, Vitals, examine
from rollcall.ops.probes import observed, serving
from rollcall.ops.watchdog import Watchdog, reporting
from tests.conftest import WaitUntil


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_pulse_that_has_not_begun_is_not_late_and_one_that_stopped_is() -> None:
    pulse = Pulse()
    assert pulse.stopped_for(timedelta(0))() is None
    pulse.beat()
    assert pulse.stopped_for(timedelta(minutes=1))() is None
    assert pulse.stopped_for(timedelta(seconds=-1))() == "has not moved for 0 s"


def test_a_check_that_raises_has_failed_and_tells_only_its_kind() -> None:
    def secretive() -> str | None:
        raise LookupError("Анна")

    assert examine({"a": secretive, "b": lambda: None}) == {"a": "LookupError"}


def test_the_door_tells_alive_from_ready() -> None:
    vitals = Vitals(live={"loop": lambda: None}, ready={"database": lambda: "away", "queue": lambda: None})
    with serving(vitals, "127.0.0.1", 0) as port:
        assert get(port, "/live") == (200, '{"loop": "ok"}\n')
        assert get(port, "/ready") == (503, '{"database": "away", "queue": "ok"}\n')
        status, metrics = get(port, "/metrics")
        assert status == 200
        assert "process_resident_memory_bytes" in metrics
        assert get(port, "/")[0] == 404
        vitals.live["loop"] = lambda: "has not moved for 61 s"
        assert get(port, "/live")[0] == 503
    with pytest.raises(OSError, match="refused"):
        get(port, "/live")


def test_a_client_that_says_nothing_keeps_nobody_waiting() -> None:
    with serving(Vitals(), "127.0.0.1", 0) as port, socket.create_connection(("127.0.0.1", port)):
        assert get(port, "/live")[0] == 200


def test_a_port_that_is_taken_is_named_with_its_setting() -> None:
    with (
        serving(Vitals(), "127.0.0.1", 0) as port,
        pytest.raises(Unavailable, match=rf"port {port} .*ROLLCALL_OPS_PORT"),
        serving(Vitals(), "127.0.0.1", port),
    ):
        pass


def test_without_a_port_nothing_listens() -> None:
    with observed(Vitals(), Settings(_env_file=None)):
        assert "ops" not in {thread.name for thread in threading.enumerate()}


def test_health_asks_the_process_on_this_machine() -> None:
    vitals = Vitals(live={"loop": lambda: None}, ready={"queue": lambda: "out of reach"})
    with serving(vitals, "0.0.0.0", 0) as port:  # noqa: S104 - as in a container
        settings = Settings(ops_port=port, ops_listen="0.0.0.0", _env_file=None)  # noqa: S104
        assert health.ask(settings, "live") == (True, "loop: ok")
        assert health.ask(settings, "ready") == (False, "queue: out of reach")
    assert health.ask(settings, "live") == (False, f"no answer from http://127.0.0.1:{port}/live (URLError)")
    with pytest.raises(WrongUse, match="ROLLCALL_OPS_PORT"):
        health.ask(Settings(_env_file=None), "live")


def test_the_health_command_ends_with_what_a_container_runtime_reads() -> None:
    vitals = Vitals(live={"loop": lambda: None})
    with serving(vitals, "127.0.0.1", 0) as port:
        assert _command(port) == (0, "loop: ok\n")
        vitals.live["loop"] = lambda: "has not moved for 61 s"
        assert _command(port) == (1, "loop: has not moved for 61 s\n")


async def test_a_watchdog_hears_of_life_of_stillness_and_of_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> None:
    watchdog = Watchdog(tmp_path / "x.watch", timedelta(seconds=0.4))
    for name, value in watchdog.environment.items():
        monkeypatch.setenv(name, value)
    wrong: list[str] = []
    try:
        watchdog.expect()
        assert watchdog.complaint() is None  # not before it has begun
        with reporting({"loop": lambda: wrong[0] if wrong else None}):
            await wait_until(lambda: watchdog.complaint() is None and watchdog.heard)
            wrong.append("has not moved for 61 s")
            await wait_until(lambda: watchdog.complaint() == "stuck")
        watchdog.expect()
        wrong.clear()
        with reporting({"loop": lambda: wrong[0] if wrong else None}):
            await wait_until(lambda: watchdog.complaint() is None and watchdog.heard)
        await wait_until(lambda: watchdog.complaint() == "silent")
    finally:
        watchdog.close()
    assert not (tmp_path / "x.watch").exists()


def test_without_a_watchdog_nobody_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    with reporting({}):
        assert "watchdog" not in {thread.name for thread in threading.enumerate()}


def _command(port: int) -> tuple[int, str]:
    environment = {**os.environ, "ROLLCALL_OPS_PORT": str(port)}
    command = [sys.executable, "-m", "rollcall", "health"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
