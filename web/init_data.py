"""Telegram's word who opens a Mini App, checked as https://core.telegram.org/bots/webapps documents it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

LASTS = timedelta(minutes=5)
"""From Telegram's signing it to our taking it: the app is being opened."""
_AHEAD = timedelta(minutes=1)
"""By how much its clock may be ahead of ours."""
_LONGEST = 8192


@dataclass(frozen=True)
class Opener:
    """Who opens the Mini App.

    Attributes:
        digest: of the data, by which it is known when it is shown again.
    """

    telegram_id: int
    digest: str
    expires_at: datetime


def opener(data: str, token: str, now: datetime) -> Opener | None:
    """Who it is; None where Telegram did not sign it for this bot, or did so too long ago.

    Args:
        data: as the app was given it: a query string.
        token: the bot's.
    """
    if len(data) > _LONGEST:
        return None
    try:
        pairs = parse_qsl(data, keep_blank_values=True, strict_parsing=True, max_num_fields=50)
    except ValueError:
        return None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        return None  # of two fields of a name which was signed?
    signature = fields.pop("hash", "")
    signed = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    due = hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(due.encode(), signature.encode()):  # as bytes: a text must be ASCII
        return None
    return _read(fields, signature, now)


def _read(fields: dict[str, str], signature: str, now: datetime) -> Opener | None:
    try:
        signed_at = datetime.fromtimestamp(int(fields["auth_date"]), UTC)
        number = json.loads(fields["user"])["id"]
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return None
    if not isinstance(number, int) or not (-_AHEAD <= now - signed_at <= LASTS):
        return None
    return Opener(number, hashlib.sha256(signature.encode()).hexdigest(), signed_at + LASTS + _AHEAD)
