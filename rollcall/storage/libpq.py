"""What stands behind a PostgreSQL URL, brought into the words of libpq, which reads it: TLS, timeouts, options.

Hosts print words of other libraries in it, and earlier settings have some of asyncpg.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

from __future__ import annotations

import difflib
import ssl
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from rollcall.errors import SettingsError

_CONNECT = 10
"""Seconds to connect in."""
_SILENCE = 10
"""Seconds without a sign of life from the other machine after which a connection counts as cut."""
_PROBES = 3

_NEEDLESS = {
    # Of poolers and of other languages' libraries.
    "connection_limit", "pool_timeout", "schema", "socket_timeout", "supa", "uselibpqcompat",
    # Of asyncpg.
    "async_fallback", "command_timeout", "max_cacheable_statement_size", "max_cached_statement_lifetime",
    "prepared_statement_name_func",
}  # fmt: skip
_POOLED = {"pgbouncer": "true", "prepared_statement_cache_size": "0", "statement_cache_size": "0"}
"""With these values they say that a pooler stands between, which hands every transaction to another connection."""
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # BSD, macOS
)


def for_libpq(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL with libpq's words alone, and arguments for psycopg's `connect`.

    Without `sslrootcert`, `verify-ca` and `verify-full` trust the certificate authorities of the system.

    Raises:
        SettingsError: a word that nobody knows, such as a misspelt `sslmode`, which must not be passed over; a mode of
            TLS that is none of libpq's; a certificate that cannot be read.
        ModuleNotFoundError: psycopg is not here.
    """
    said = {word: value if isinstance(value, str) else ",".join(value) for word, value in url.query.items()}
    _known(said)
    connect: dict[str, Any] = {"application_name": "rollcall"} | _timeouts(said)
    connect["options"] = " ".join([_notice_a_cut_client(), said.pop("options", "")]).strip()
    if any(said.get(word) == value for word, value in _POOLED.items()):
        connect["prepare_threshold"] = None
    tls = _tls(said)
    left = {word: value for word, value in said.items() if word not in {*_NEEDLESS, *_POOLED, "ssl"}}
    connect = {word: value for word, value in connect.items() if word not in left}
    return url.set(query=left | tls), connect


def _known(said: dict[str, str]) -> None:
    from psycopg import pq

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    known |= {*_NEEDLESS, *_POOLED, "ssl", "timeout"}
    for word in said:
        if word not in known:
            near = difflib.get_close_matches(word, known, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise SettingsError(f"ROLLCALL_DATABASE_URL has a word that is not known{hint}: {word!r}")


def _timeouts(said: dict[str, str]) -> dict[str, Any]:
    """The kernel's own, since a query may take its time while a line that is cut never answers."""
    asked = said.pop("connect_timeout", "") or said.pop("timeout", "")
    said.pop("timeout", None)
    return {
        "connect_timeout": int(asked) if asked.isdecimal() and int(asked) > 0 else _CONNECT,
        "keepalives": 1,
        "keepalives_idle": _SILENCE // _PROBES,
        "keepalives_interval": _SILENCE // _PROBES,
        "keepalives_count": _PROBES,
        "tcp_user_timeout": _SILENCE * 1000,  # of what was sent and not confirmed
    }


def _notice_a_cut_client() -> str:
    """For the server: a bot that was cut off amid a transaction must not keep its locks for hours."""
    settings = {
        "tcp_keepalives_idle": _SILENCE // _PROBES,
        "tcp_keepalives_interval": _SILENCE // _PROBES,
        "tcp_keepalives_count": _PROBES,
        "tcp_user_timeout": _SILENCE * 1000,
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _tls(said: dict[str, str]) -> dict[str, str]:
    """What libpq would leave open, or look for where it is not."""
    if not {"ssl", "sslmode", "sslrootcert", "sslcert", "sslkey"} & set(said):
        return {}
    mode = said.get("sslmode") or said.get("ssl") or ("verify-ca" if "sslrootcert" in said else "require")
    if mode not in _MODES:
        raise SettingsError(f"ssl in ROLLCALL_DATABASE_URL must be one of {', '.join(_MODES)}")
    found = {"sslmode": mode}
    if mode.startswith("verify") and "sslrootcert" not in said:
        found["sslrootcert"] = _authorities()
    try:
        context = ssl.create_default_context(cafile=said.get("sslrootcert"))
        if "sslcert" in said:
            context.load_cert_chain(said["sslcert"], said.get("sslkey"))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"a certificate that ROLLCALL_DATABASE_URL names cannot be read ({type(error).__name__}): "
            "check sslrootcert, sslcert and sslkey"
        ) from error
    return found


def _authorities() -> str:
    """The file with the system's certificate authorities: the libpq that comes with psycopg knows no place for it."""
    own = ssl.get_default_verify_paths().cafile
    for path in (own, *_BUNDLES):
        if path is not None and Path(path).is_file():
            return path
    raise SettingsError("this system has no file of certificate authorities: name one by sslrootcert")
