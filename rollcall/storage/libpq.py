"""What hosts put behind a PostgreSQL URL, in libpq's words, brought into those of asyncpg.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

from __future__ import annotations

import difflib
from typing import Any

from sqlalchemy import URL

from rollcall.errors import SettingsError

_NEEDLESS = {
    # Of libpq: asyncpg agrees on these with the server by itself, or has nothing to set.
    "channel_binding", "client_encoding", "fallback_application_name", "gssencmode", "keepalives", "keepalives_count",
    "keepalives_idle", "keepalives_interval", "load_balance_hosts", "require_auth", "sslcompression", "sslcrl",
    "ssl_max_protocol_version", "ssl_min_protocol_version", "sslnegotiation", "sslsni", "tcp_user_timeout",
    # Of poolers and of other languages' libraries, which hosts print in the same line.
    "connection_limit", "pgbouncer", "pool_timeout", "schema", "socket_timeout", "supa", "uselibpqcompat",
}  # fmt: skip
_SERVER = {"application_name", "options"}
_ASYNCPG = {
    "async_fallback", "command_timeout", "host", "krbsrvname", "max_cacheable_statement_size",
    "max_cached_statement_lifetime", "passfile", "port", "prepared_statement_cache_size",
    "prepared_statement_name_func", "service", "servicefile", "statement_cache_size", "target_session_attrs", "timeout",
}  # fmt: skip


def without_libpq_words(url: URL) -> tuple[URL, dict[str, str], dict[str, Any]]:
    """The URL with asyncpg's words alone; settings for the server; arguments for asyncpg's `connect`.

    Raises:
        SettingsError: a word that nobody knows, such as a misspelt `sslmode`, which must not be passed over.
    """
    known = _NEEDLESS | _SERVER | _ASYNCPG | {"connect_timeout"}
    for word in url.query:
        if word not in known:
            near = difflib.get_close_matches(word, [*known, "sslmode", "sslrootcert", "sslcert", "sslkey"], 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise SettingsError(f"ROLLCALL_DATABASE_URL has a word that is not known{hint}: {word!r}")
    server = {word: str(url.query[word]) for word in _SERVER if word in url.query}
    connect: dict[str, Any] = {}
    timeout = str(url.query.get("connect_timeout", ""))
    if timeout.isdecimal() and int(timeout) > 0:
        connect["timeout"] = int(timeout)
    return url.difference_update_query([*_NEEDLESS, *_SERVER, "connect_timeout"]), server, connect
