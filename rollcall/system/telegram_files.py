"""A file of Telegram's by its id, for whoever has no bot at work: https://core.telegram.org/bots/api#getfile."""

from __future__ import annotations

import json
import mimetypes
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import quote

_TIMEOUT = 20
"""Seconds."""
_MOST_BYTES = 20 << 20
"""What Telegram gives out at most."""
_VOICE = "audio/ogg"


@dataclass(frozen=True)
class TelegramFile:
    """Its bytes, and of which media type they are, as far as its name tells."""

    data: bytes
    media_type: str


def fetched(api_url: str, token: str, file_id: str) -> TelegramFile | None:
    """The file; None where Telegram does not give it, or what it gives makes no sense.

    Raises:
        OSError: Telegram is out of reach.
    """
    try:
        told = json.loads(_read(f"{api_url}/bot{token}/getFile?file_id={quote(file_id, safe='')}"))
        path = str(told["result"]["file_path"])
        data = _read(f"{api_url}/file/bot{token}/{quote(path)}")
    except (urllib.error.HTTPError, KeyError, TypeError, ValueError):
        return None
    kind = mimetypes.guess_type(path)[0] or ""
    # Nothing that a browser would carry out, whatever somebody's file is called.
    return TelegramFile(data, kind if kind.startswith(("audio/", "video/")) else _VOICE)


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 - the admin's own URL
        data: bytes = answer.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError("more than Telegram gives out")
    return data
