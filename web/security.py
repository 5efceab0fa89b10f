"""What every answer carries and every request has to be: headers, host, size. Around all else, so nothing passes by."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 4 << 20
"""Bytes; a list of students is the largest thing that anybody sends."""

FRAMED = "rollcall.framed"
"""In a request's state: its page may stand in Telegram's own window in the browser."""
_TELEGRAM_WEB = "https://web.telegram.org"
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "media-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
_TWO_YEARS = 63_072_000


def policy(**changed: str) -> str:
    """The content security policy, with some of it changed."""
    return "; ".join(f"{name} {what}" for name, what in {**_POLICY, **changed}.items())


class Guard:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, hosts: Callable[[], frozenset[str]], *, https: bool) -> None:
        self._app, self._hosts, self._https = app, hosts, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "") not in self._hosts():
            await PlainTextResponse("no such host\n", 421)(scope, receive, send)
            return
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            await PlainTextResponse("too large\n", 413)(scope, receive, send)
            return
        left = LARGEST_BODY

        async def received() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            # Whoever sends more than they said, or did not say how much, is hung up on.
            return {"type": "http.disconnect"} if left < 0 else message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), framed=bool(scope.get("state", {}).get(FRAMED)))
            await send(message)

        await self._app(scope, received, sent)

    def _dress(self, headers: MutableHeaders, *, framed: bool) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if framed:
            headers["Content-Security-Policy"] = policy(**{"frame-ancestors": _TELEGRAM_WEB})
            del headers["Cross-Origin-Opener-Policy"]
        headers.setdefault("Content-Security-Policy", policy())
        headers.setdefault("Cache-Control", "no-store")
        if self._https:
            headers.setdefault("Strict-Transport-Security", f"max-age={_TWO_YEARS}")
