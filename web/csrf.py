"""A form of ours is known by a token that only this device's pages carry, and comes from our own origin."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from starlette.requests import Request

FIELD = "csrf"


def token_for(session: str) -> str:
    """What forms carry; it tells nothing of the session's own token."""
    return _mac(session, b"form")


def holds(request: Request, session: str, given: str, origins: frozenset[str]) -> bool:
    """Whether a form was sent by a page of ours to this very device."""
    return is_ours(request, origins) and hmac.compare_digest(token_for(session).encode(), given.encode())


def is_ours(request: Request, origins: frozenset[str]) -> bool:
    """Whether the request comes from a page of ours, as far as the browser tells; old ones do not."""
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        return origin in origins
    return origin is None and request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def sealed(session: str, value: dict[str, Any]) -> str:
    """A value to be kept in a cookie, which only we can have made, for this device."""
    text = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
    return f"{text}.{_mac(session, text.encode())}"


def opened(session: str, cookie: str) -> dict[str, Any] | None:
    """The value; None where it is not ours."""
    text, _, mac = cookie.partition(".")
    if not hmac.compare_digest(_mac(session, text.encode()).encode(), mac.encode()):
        return None
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text))
    return found


def _mac(session: str, value: bytes) -> str:
    return hmac.new(session.encode(), b"rollcall web v1:" + value, hashlib.sha256).hexdigest()
