"""What must never be in a log line, wherever it came from: tokens, keys, passwords in URLs."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from rollcall.config.settings import Settings

_HIDDEN = "***"
_TOKEN = re.compile(r"\d{4,}(?::|%3[Aa])[\w-]{20,}")
"""Of any bot, ours or not: its number and its secret."""
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@'\"]*:[^\s/@'\"]*(?=@)")
_SHORTEST = 6
"""A shorter secret is a test's, and hiding it would tear words apart."""


class Redactor:
    """Hides this installation's secrets, and what looks like anybody's."""

    def __init__(self, settings: Settings) -> None:
        secrets = {secret for secret in _secrets(settings) if len(secret) >= _SHORTEST}
        longest_first = sorted(secrets, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if secrets else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        if self._known is not None:
            text = self._known.sub(_HIDDEN, text)
        return _CREDENTIALS.sub(_HIDDEN, _TOKEN.sub(_HIDDEN, text))


def _secrets(settings: Settings) -> set[str]:
    """Every secret setting, each of several keys, and the passwords of URLs as written and as meant."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.update(part.strip() for part in value.get_secret_value().split(","))
        elif isinstance(value, str) and "://" in value:
            password = _password(value)
            found.update({password, unquote(password)})
    return found


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:  # it will be refused where it is used
        return ""
