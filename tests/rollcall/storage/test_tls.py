"""Redis with a password over TLS, PostgreSQL with TLS: by URL alone, for every client we have."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import text

from rollcall.config.settings import Settings, load_settings
from rollcall.errors import SettingsError
from rollcall.ops import doctor
from rollcall.queue import bot_end, worker_end
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from tests.certificates import certificate_pem, issue, key_pem

PASSWORD = "h%40sh%3Apass%2Fword"
"""As it stands in a URL."""
PLAIN = "h@sh:pass/word"


@dataclass(frozen=True)
class Certificates:
    """An authority of our own, a server's certificate by it for localhost, and another authority."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def stranger(self) -> Path:
        return self.folder / "other-ca.pem"

    @property
    def server(self) -> Path:
        return self.folder / "server.pem"

    @property
    def key(self) -> Path:
        return self.folder / "server.key"


@pytest.fixture(scope="module")
def certificates() -> Iterator[Certificates]:
    # Not in pytest's own folder, which PostgreSQL's account may not enter.
    folder = Path(tempfile.mkdtemp(prefix="rollcall-tls."))
    folder.chmod(0o755)
    made = Certificates(folder)
    key, authority = issue("Rollcall's tests", None, None, authority=True)
    _, stranger = issue("Somebody", None, None, authority=True)
    server_key, server = issue("localhost", key, authority, authority=False)
    for path, certificate in ((made.authority, authority), (made.stranger, stranger), (made.server, server)):
        path.write_bytes(certificate_pem(certificate))
    made.key.write_bytes(key_pem(server_key))
    yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def tls_redis(certificates: Certificates) -> Iterator[int]:
    """A redis-server that wants TLS and a password; its port."""
    port = _free_port()
    server = subprocess.Popen(
        [
            _program("redis-server"), "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1",
            "--tls-cert-file", certificates.server, "--tls-key-file", certificates.key,
            "--tls-ca-cert-file", certificates.authority, "--tls-auth-clients", "no",
            "--requirepass", PLAIN, "--save", "", "--dir", certificates.folder,
        ],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    _until_open(port, server)
    yield port
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="module")
def tls_postgres(certificates: Certificates) -> Iterator[int]:
    """A PostgreSQL that wants TLS and a password; its port."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [Path(_program("initdb")).parent]
    folder, port = certificates.folder / "postgres", _free_port()
    folder.mkdir()
    (password := certificates.folder / "password").write_text(PLAIN)
    key = certificates.folder / "postgres.key"
    shutil.copy(certificates.key, key)
    key.chmod(0o600)
    account = _postgres_account()
    for path in (folder, password, key):
        if account is not None:
            os.chown(path, account.pw_uid, account.pw_gid)
    user: dict[str, Any] = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "cwd": "/"}
    subprocess.run(
        [
            bins[-1] / "initdb", "--pgdata", folder, "--username", "rollcall", "--auth", "scram-sha-256",
            "--pwfile", password, "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ],
        check=True, capture_output=True, **user,
    )  # fmt: skip
    (folder / "pg_hba.conf").write_text("hostssl all all 127.0.0.0/8 scram-sha-256\n")
    options = {
        "port": port, "listen_addresses": "127.0.0.1,127.0.0.2", "unix_socket_directories": "", "fsync": "off",
        "ssl": "on", "ssl_cert_file": certificates.server, "ssl_key_file": key,
    }  # fmt: skip
    server = subprocess.Popen(
        [bins[-1] / "postgres", "-D", folder, *(f"--{name}={value}" for name, value in options.items())],
        stderr=subprocess.DEVNULL, **user,
    )  # fmt: skip
    _until_open(port, server)
    yield port
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(20)
    server.kill()


@pytest.fixture
async def databases() -> AsyncIterator[list[Database]]:
    """Closed at the end."""
    opened: list[Database] = []
    yield opened
    for one in opened:
        await one.close()


@pytest.mark.redis
async def test_redis_with_a_password_over_tls_serves_bot_worker_and_doctor(
    tls_redis: int, certificates: Certificates
) -> None:
    url = f"rediss://:{PASSWORD}@localhost:{tls_redis}/0?ssl_ca_certs={certificates.authority}"
    settings = Settings(redis_url=url, _env_file=None)
    with worker_end.connect(settings.effective_redis_url) as worker:
        assert worker.ping()
    async with bot_end.connect(settings.effective_redis_url) as bot:
        assert await bot.ping()
    finding = await doctor._redis(settings)
    assert finding.good, finding


@pytest.mark.redis
@pytest.mark.parametrize(
    ("scheme", "password", "authority"),
    [("rediss", PASSWORD, "stranger"), ("rediss", "wrong", "authority"), ("redis", PASSWORD, None)],
    ids=["another authority", "another password", "no TLS"],
)
async def test_redis_is_not_used_otherwise_and_no_password_is_told(
    tls_redis: int, certificates: Certificates, scheme: str, password: str, authority: str | None
) -> None:
    query = f"?ssl_ca_certs={getattr(certificates, authority)}" if authority else ""
    url = f"{scheme}://:{password}@localhost:{tls_redis}/0{query}"
    with worker_end.connect(url) as worker, pytest.raises(redis.RedisError) as caught:
        worker.ping()
    finding = await doctor._redis(Settings(redis_url=url, _env_file=None))
    assert not finding.good
    assert not _leaks(f"{caught.value!r} {finding}")


@pytest.mark.postgres
@pytest.mark.parametrize(
    "how", ["ssl=require", "sslmode=verify-ca&sslrootcert={ca}", "ssl=verify-full&sslrootcert={ca}", "sslrootcert={ca}"]
)
async def test_postgres_over_tls_serves_bot_and_doctor(
    tls_postgres: int, certificates: Certificates, databases: list[Database], how: str
) -> None:
    query = how.format(ca=certificates.authority)
    url = f"postgresql://rollcall:{PASSWORD}@localhost:{tls_postgres}/postgres?{query}"
    database = Database(url)
    databases.append(database)
    with database.session() as session:
        assert session.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    await migrate(database)
    finding = await doctor._database(Settings(database_url=url, _env_file=None))
    assert finding.good, finding


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("password", "host", "query"),
    [
        (PASSWORD, "localhost", "ssl=verify-full&sslrootcert={stranger}"),
        (PASSWORD, "localhost", "ssl=verify-full"),
        (PASSWORD, "127.0.0.2", "ssl=verify-full&sslrootcert={ca}"),
        (PASSWORD, "localhost", "ssl=disable"),
        ("wrong", "localhost", "ssl=require"),
    ],
    ids=["another authority", "the system's authorities", "another host", "no TLS", "another password"],
)
async def test_postgres_is_not_used_otherwise_and_no_password_is_told(
    tls_postgres: int, certificates: Certificates, password: str, host: str, query: str
) -> None:
    query = query.format(ca=certificates.authority, stranger=certificates.stranger)
    url = f"postgresql://rollcall:{password}@{host}:{tls_postgres}/postgres?{query}"
    finding = await doctor._database(Settings(database_url=url, _env_file=None))
    assert not finding.good
    assert finding.cure == "check ROLLCALL_DATABASE_URL and that it runs"
    assert not _leaks(str(finding))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{PASSWORD}@host/n?ssl=maybe",
        f"postgresql://u:{PASSWORD}@host/n?ssl=verify-full&sslrootcert=/nowhere/ca.pem",
        f"nothing+asyncpg://u:{PASSWORD}@host/n",
        f"postgresql://u:{PLAIN}@host:port/n",
        f"{PLAIN}@host",
    ],
)
def test_a_database_url_that_cannot_be_used_is_told_in_one_line_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="ROLLCALL_DATABASE_URL") as caught:
        Database(url)
    assert "\n" not in str(caught.value)
    assert not _leaks(str(caught.value))


@pytest.mark.parametrize("url", [f"http://:{PASSWORD}@host", f"redis://:{PLAIN}@host:port/0", f"redis://u:{PASSWORD}x"])
def test_a_redis_url_that_cannot_be_used_is_told_in_one_line_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ROLLCALL_REDIS_URL", url)
    with pytest.raises(SettingsError, match="ROLLCALL_REDIS_URL is malformed") as caught:
        load_settings()
    assert "\n" not in str(caught.value)
    assert not _leaks(str(caught.value))


def test_passwords_in_urls_do_not_show_in_a_printed_settings_object() -> None:
    settings = Settings(
        redis_url=f"redis://:{PASSWORD}@host:1/0", database_url=f"postgresql://u:{PASSWORD}@h/n", _env_file=None
    )
    assert not _leaks(repr(settings))


def _leaks(said: str) -> list[str]:
    return [part for part in (PASSWORD, PLAIN, "sh:pass", "pass/word", "h@sh", "wrong") if part in said]


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not installed: scripts/services install"
    return found


def _postgres_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_open(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")
