"""Calls to Telegram, counted and timed below everything that repeats or paces them."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot import metrics
from rollcall.vitals import Pulse

_KINDS = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "token",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "token",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.TOO_MANY_REQUESTS: "flood",
}


class CountedRequest(HTTPXRequest):
    """The library's client; each call leaves its time, its method and its error."""

    def __init__(self, *, heard: Pulse | None = None, **options: Any) -> None:
        """`heard` beats with every answer of Telegram's, whatever it says."""
        super().__init__(**options)
        self._heard = heard

    async def do_request(self, url: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`."""
        started = time.perf_counter()
        if self._heard is not None and self._heard.age is None:
            self._heard.beat()  # listening begins: from now on silence is told
        try:
            code, payload = await super().do_request(url, *args, **options)
        except TelegramError as error:
            metrics.TELEGRAM_ERRORS.labels(_kind_of(error)).inc()
            raise
        finally:
            metrics.TELEGRAM_SECONDS.labels(_method_of(url)).observe(time.perf_counter() - started)
        if self._heard is not None:
            self._heard.beat()
        if code >= HTTPStatus.BAD_REQUEST:
            server = code >= HTTPStatus.INTERNAL_SERVER_ERROR
            metrics.TELEGRAM_ERRORS.labels("server" if server else _KINDS.get(HTTPStatus(code), "other")).inc()
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See `BaseRequest.parse_json_payload`."""
        try:
            return HTTPXRequest.parse_json_payload(payload)
        except TelegramError:
            metrics.TELEGRAM_ERRORS.labels("garbage").inc()
            raise


def _method_of(url: str) -> str:
    """The Bot API's name of the call, which the library chose; ``file`` for a download."""
    return "file" if "/file/bot" in url else url.rpartition("/")[2]


def _kind_of(error: TelegramError) -> str:
    if isinstance(error, TimedOut):
        return "pool" if isinstance(error.__cause__, httpx.PoolTimeout) else "timeout"
    return "network"
