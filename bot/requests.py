"""Calls to Telegram, counted and timed below everything that repeats or paces them; from each we learn the time."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot import metrics
from bot.clock import stopwatch, telegram_clock
from rollcall.vitals import Pulse

_KINDS = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "token",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "token",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.TOO_MANY_REQUESTS: "flood",
}


_SENDS = ("sendmessage", "sendvoice", "sendphoto", "senddocument")
"""Calls that are answered with the message as it was sent just now."""


class CountedRequest(HTTPXRequest):
    """The library's client; each call leaves its time, its method and its error."""

    def __init__(self, *, heard: Pulse | None = None, **options: Any) -> None:
        """`heard` beats with every answer of Telegram's, whatever it says."""
        hooks = {"request": [_note_the_time], "response": [_read_the_time]}
        super().__init__(httpx_kwargs={"event_hooks": hooks}, **options)
        self._heard = heard

    async def do_request(self, url: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`."""
        started, asked = time.perf_counter(), stopwatch()
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
        elif _method_of(url).lower().startswith(_SENDS):
            _read_the_date(payload, asked, stopwatch())
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


async def _note_the_time(request: httpx.Request) -> None:
    request.extensions["asked"] = stopwatch()


async def _read_the_time(response: httpx.Response) -> None:
    """The ``Date`` header, before the answer's body has come."""
    asked, date = response.request.extensions.get("asked"), response.headers.get("date")
    if asked is None or date is None:
        return
    try:
        second = parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return
    telegram_clock().header(second, asked, stopwatch())


def _read_the_date(payload: bytes, asked: float, answered: float) -> None:
    """A sent message's date."""
    try:
        second = json.loads(payload)["result"]["date"]
    except (ValueError, LookupError, TypeError):
        return
    if isinstance(second, int):
        telegram_clock().message(second, asked, answered)
