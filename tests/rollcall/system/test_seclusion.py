"""Sockets, files and memory dumps: for their own user alone, whoever made them and whatever stands in their place."""

from __future__ import annotations

import logging
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import redis

from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from rollcall.queue.embedded import start_valkey
from rollcall.queue.files import KEPT_FOR, remove_set_aside
from rollcall.system.seclusion import close_to_others
from rollcall.system.sockets import make_socket_folder, remove_socket_folder, socket_path

NOBODY = 65_534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder to another user wants root")


def deep(tmp_path: Path) -> Path:
    """A data folder whose path is too long for a socket."""
    return tmp_path / ("deep" * 30)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_deep_data_folder_gets_a_short_socket_path_that_nobody_could_foresee(tmp_path: Path) -> None:
    places = set()
    for name in ("one", "other"):
        data = deep(tmp_path / name)
        assert not Settings(data_dir=data, _env_file=None).redis_socket.exists()
        folder = make_socket_folder(data)
        assert make_socket_folder(data) == folder, "the next start finds the same"
        assert Settings(data_dir=data, _env_file=None).redis_socket == folder / "valkey.sock"
        assert len(str(folder / "valkey.sock")) < 104
        assert mode(folder) == 0o700
        places.add(folder)
        remove_socket_folder(data)
        assert not folder.exists()
        assert make_socket_folder(data) != folder
        remove_socket_folder(data)
    assert len(places) == 2


@pytest.mark.parametrize("spoilt", ["open", "link", pytest.param("foreign", marks=as_root)])
def test_a_socket_folder_that_is_not_ours_alone_is_left_and_another_one_made(tmp_path: Path, spoilt: str) -> None:
    data = deep(tmp_path)
    folder = make_socket_folder(data)
    if spoilt == "open":
        folder.chmod(0o755)
    elif spoilt == "link":
        folder.rmdir()
        folder.symlink_to(tempfile.mkdtemp(dir=tmp_path))
    else:
        os.chown(folder, NOBODY, NOBODY)
    assert socket_path(data).parent != folder, "no client goes there either"
    again = make_socket_folder(data)
    assert (again != folder, mode(again)) == (True, 0o700)
    remove_socket_folder(data)
    folder.unlink() if folder.is_symlink() else folder.rmdir()


@as_root
def test_a_queue_folder_of_another_user_is_refused_in_one_line(tmp_path: Path) -> None:
    queue = tmp_path / "valkey"
    queue.mkdir(mode=0o700)
    os.chown(queue, NOBODY, NOBODY)
    with pytest.raises(Unavailable, match="is another user's or open to others: remove it"):
        make_socket_folder(tmp_path)


def test_what_others_could_read_is_closed_to_them_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "data"
    (data / "valkey" / "appendonlydir").mkdir(parents=True)
    ours = [
        "rollcall.sqlite3",
        "rollcall.sqlite3-wal",
        "voiceprint.key",
        "valkey/valkey.log",
        "valkey/appendonlydir/x.aof",
    ]
    for name in (*ours, "somebody-elses.txt", "valkey/leashed"):
        (data / name).write_text("")
        (data / name).chmod(0o755 if name.endswith("leashed") else 0o644)
    (data / "valkey" / "sockets").symlink_to(tmp_path)
    for folder in (data, data / "valkey", data / "valkey" / "appendonlydir"):
        folder.chmod(0o755)
    before = mode(tmp_path)
    with caplog.at_level(logging.WARNING):
        close_to_others(data)
        close_to_others(data)
    assert {name: mode(data / name) for name in ours} == dict.fromkeys(ours, 0o600)
    assert mode(data) == mode(data / "valkey") == mode(data / "valkey" / "appendonlydir") == 0o700
    assert mode(data / "valkey" / "leashed") == 0o700, "what is run stays so"
    assert mode(data / "somebody-elses.txt") == 0o644, "in a folder that we were given with other things in it"
    assert mode(tmp_path) == before, "no link is followed"
    assert len(caplog.records) == 1


CRASH = """
import os, signal, subprocess, sys
from rollcall.system.seclusion import seclude
seclude()
open('made', 'w').close()
child = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
subprocess.run([sys.executable, '-c', child])
print(open('/proc/self/limits').read(), open('/proc/self/coredump_filter').read(), flush=True)
os.abort()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_crash_of_ours_or_of_what_we_start_leaves_no_memory_behind(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", "ulimit -c unlimited 2>/dev/null; umask 022; exec \"$@\"", "sh", sys.executable, "-c", CRASH],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert done.returncode == -signal.SIGABRT
    (limit,) = [line.split() for line in done.stdout.splitlines() if line.startswith("Max core file size")]
    assert limit[4:6] == ["0", "0"]
    assert int(done.stdout.split()[-1], 16) == 0, "of a core that goes to a collector all the same"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert mode(tmp_path / "made") == 0o600


def break_manifest(files: Path) -> None:
    (files / "appendonly.aof.manifest").write_text("")


def break_middle(files: Path) -> None:
    (log,) = files.glob("*.incr.aof")
    log.write_bytes(log.read_bytes()[:40] + b"\0" * 100 + log.read_bytes()[140:])


def lose_base(files: Path) -> None:
    for base in files.glob("*.base.*"):
        base.unlink()


def cut_tail(files: Path) -> None:
    (log,) = files.glob("*.incr.aof")
    log.write_bytes(log.read_bytes()[:-20])


@pytest.mark.parametrize(("harm", "left"), [(break_manifest, 0), (break_middle, 0), (lose_base, 0), (cut_tail, 1)])
def test_a_damaged_queue_is_set_aside_and_begun_anew_and_a_cut_one_goes_on(
    tmp_path: Path, harm: object, left: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data_dir=tmp_path, queue_memory="40mb", _env_file=None)
    server = start_valkey(settings)
    with redis.Redis.from_url(settings.effective_redis_url) as client:
        assert client.config_get("maxmemory") == {"maxmemory": str(40_000_000)}
        for _ in range(2):
            client.xadd("notes", {"a": b"sealed" * 20})
    server.stop()
    assert callable(harm)
    harm(tmp_path / "valkey" / "appendonlydir")
    with caplog.at_level(logging.ERROR):
        server = start_valkey(settings)
    with redis.Redis.from_url(settings.effective_redis_url) as client:
        assert client.xlen("notes") == left
        assert client.xadd("notes", {"a": b"b"})
    server.stop()
    aside = list(tmp_path.glob("valkey.damaged-*"))
    assert (len(aside), len(caplog.records)) == ((0, 0) if left else (1, 1))
    remove_set_aside(tmp_path, KEPT_FOR)
    assert list(tmp_path.glob("valkey.damaged-*")) == aside
    remove_set_aside(tmp_path)  # as after an erasure
    assert not list(tmp_path.glob("valkey.damaged-*"))
