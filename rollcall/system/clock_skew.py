"""By how much this machine's clock is off, as an HTTP server's ``Date`` header tells (RFC 9110)."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime

_TIMEOUT = 10


def seconds_ahead(url: str) -> float | None:
    """Seconds by which the server's clock is ahead of ours, good to a second; None where it tells no time.

    What the server answers else does not matter: a refusal is dated too.

    Raises:
        OSError: it is out of reach.
    """
    asked = time.time()
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 - the admin's own URL
            date = answer.headers["Date"]
    except urllib.error.HTTPError as refusal:
        date = refusal.headers["Date"]
    answered = time.time()
    try:
        second = parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return None
    # It lay between the question and the answer, and the header does not tell the second's fraction.
    earliest, latest = second - answered, second + 1 - asked
    return (earliest + latest) / 2
