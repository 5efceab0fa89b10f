"""PostgreSQL over TLS, told in the URL in libpq's words, of which asyncpg by way of SQLAlchemy knows only `ssl`.

https://www.postgresql.org/docs/current/libpq-ssl.html
"""

from __future__ import annotations

import ssl
from typing import Any

from sqlalchemy import URL

from rollcall.errors import SettingsError

_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_WORDS = ("ssl", "sslmode", "sslrootcert", "sslcert", "sslkey")


def without_tls_words(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL without what it says of TLS, and that as arguments for asyncpg's `connect`.

    Without `sslrootcert`, `verify-ca` and `verify-full` trust the certificate authorities of the system.

    Raises:
        SettingsError: the mode is none of libpq's, or a certificate cannot be read.
    """
    if url.get_driver_name() != "asyncpg" or not set(_WORDS) & set(url.query):
        return url, {}
    said = {word: str(url.query[word]) for word in _WORDS if word in url.query}
    mode = said.get("sslmode") or said.get("ssl") or ("verify-ca" if "sslrootcert" in said else "require")
    if mode not in _MODES:
        raise SettingsError(f"ssl in ROLLCALL_DATABASE_URL must be one of {', '.join(_MODES)}")
    plain = url.difference_update_query(_WORDS)
    if mode in ("disable", "allow", "prefer"):
        return plain, {"ssl": mode}
    return plain, {"ssl": _context(mode, said)}


def _context(mode: str, said: dict[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=said.get("sslrootcert"))
        if "sslcert" in said:
            context.load_cert_chain(said["sslcert"], said.get("sslkey"))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"a certificate that ROLLCALL_DATABASE_URL names cannot be read ({type(error).__name__}): "
            "check sslrootcert, sslcert and sslkey"
        ) from error
    if mode != "verify-full":
        context.check_hostname = False
    if mode == "require" and "sslrootcert" not in said:  # libpq: a root certificate makes it verify-ca
        context.verify_mode = ssl.CERT_NONE
    return context
