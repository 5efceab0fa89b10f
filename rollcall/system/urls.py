"""Addresses as hosts and people give them, brought into the form that our libraries take."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
_PORTS_OF_TELEGRAM = (443, 80, 88, 8443)
_NOT_OUTSIDE = re.compile(r"localhost|127\..*|\[?::1\]?|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*")


def with_driver(url: str) -> str:
    """A database's URL with the driver that we have, whichever it names.

    Hosts give ``postgres://``, and earlier settings name other drivers.
    """
    scheme, mark, rest = url.partition("://")
    driver = _DRIVERS.get(scheme.partition("+")[0].lower())
    return f"{driver}{mark}{rest}" if driver and mark else url


def with_password(url: str, password: SecretStr | None) -> str:
    """The URL with this password, where it has none."""
    parts = urlsplit(url)
    if password is None or parts.password is not None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    secret = quote(password.get_secret_value(), safe="")
    # Not by urlunsplit: it drops an empty host, which unix:///path and postgresql:///name have.
    return url.replace(f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{user}:{secret}@{host}", 1)


def is_web(url: str) -> bool:
    """Whether it is an http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False


def unfit_for_webhook(url: str) -> str | None:
    """Why Telegram would not call this address, or None. https://core.telegram.org/bots/webhooks"""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return "it begins with http, and Telegram calls https alone"
    if (parts.port or 443) not in _PORTS_OF_TELEGRAM:
        return f"port {parts.port}, and Telegram calls 443, 80, 88 and 8443 alone"
    if parts.query or parts.fragment:
        return "it has a query, behind which our path has no place"
    if _NOT_OUTSIDE.fullmatch(parts.hostname or ""):
        return "that address is not reached from outside"
    if parts.path.rstrip("/").endswith("/telegram"):
        return "Rollcall puts /telegram behind it by itself"
    return None
