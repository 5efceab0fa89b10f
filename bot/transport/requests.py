"""Calls to Telegram, counted and timed below everything that repeats or paces them; from each we learn the time.

On aiohttp: a call by the library's own client (httpx) costs the processor some twenty times as much, and there are four
to a note.
"""

from __future__ import annotations

import asyncio
import io
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot import metrics
from bot.transport.clock import stopwatch, telegram_clock
from rollcall.ops.liveness import Pulse

_KINDS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "token",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "token",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.TOO_MANY_REQUESTS: "flood",
}


_SENDS = ("sendmessage", "sendvoice", "sendphoto", "senddocument")
"""Calls that are answered with the message as it was sent just now."""


@dataclass(frozen=True)
class Patience:
    """How long each part of a call may take, seconds; None: for ever.

    Attributes:
        read: without a byte from Telegram, once it has everything.
        write: added to that where files are sent along: until they are over, Telegram says nothing.
        connect: until there is a connection.
        pool: until one of our own calls is over, where as many as may be are under way.
    """

    read: float | None = 5.0
    write: float | None = 20.0
    connect: float | None = 5.0
    pool: float | None = 1.0

    def but(self, **given: Any) -> Patience:
        """With what the library's caller asked for; it marks what nobody asked for."""
        return replace(self, **{name: value for name, value in given.items() if value is not BaseRequest.DEFAULT_NONE})

    def timeout(self, *, files: bool) -> aiohttp.ClientTimeout:
        read = self.read
        if files and read is not None and self.write is not None:
            read += self.write
        return aiohttp.ClientTimeout(total=None, connect=self.connect, sock_connect=self.connect, sock_read=read)


class Crowded(TimedOut):
    """No call of ours ended in time to make room for another: this one was not sent."""


class CountedRequest(BaseRequest):
    """The library's client on aiohttp; each call leaves its time, its method and its error."""

    def __init__(self, patience: Patience, at_once: int = 8, heard: Pulse | None = None) -> None:
        """
        Args:
            at_once: calls under way.
            heard: beats with every answer of Telegram's, whatever it says.
        """
        self._patience = patience
        self._at_once = at_once
        self._heard = heard
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(at_once)

    @property
    def read_timeout(self) -> float | None:
        """See `BaseRequest.read_timeout`."""
        return self._patience.read

    async def initialize(self) -> None:
        """Open the connections' pool, if it is not open."""
        if self._session is not None:
            return
        connector = aiohttp.TCPConnector(ssl=_authorities(), limit=self._at_once)
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers={"User-Agent": self.USER_AGENT},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def shutdown(self) -> None:
        """Close it."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`."""
        patience = self._patience.but(
            read=read_timeout, write=write_timeout, connect=connect_timeout, pool=pool_timeout
        )
        started, asked = time.perf_counter(), stopwatch()
        if self._heard is not None and self._heard.age is None:
            self._heard.beat()  # listening begins: from now on silence is told
        try:
            code, payload = await self._call(url, method, request_data, patience)
        except TelegramError as error:
            metrics.TELEGRAM_ERRORS.labels(_kind_of(error)).inc()
            raise
        finally:
            metrics.TELEGRAM_SECONDS.labels(_method_of(url)).observe(time.perf_counter() - started)
        if self._heard is not None:
            self._heard.beat()
        if code >= HTTPStatus.BAD_REQUEST:
            server = code >= HTTPStatus.INTERNAL_SERVER_ERROR
            metrics.TELEGRAM_ERRORS.labels("server" if server else _KINDS.get(code, "other")).inc()
        elif _method_of(url).lower().startswith(_SENDS):
            _read_the_date(payload, asked, stopwatch())
        return code, payload

    async def _call(
        self, url: str, method: str, request_data: RequestData | None, patience: Patience
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("a call before the client was opened, or after it was closed")
        files = request_data is not None and request_data.contains_files
        try:
            async with asyncio.timeout(patience.pool):
                await self._places.acquire()
        except TimeoutError as error:
            raise Crowded("as many calls as may be are under way") from error
        try:
            asked = stopwatch()
            async with self._session.request(
                method, url, data=_body(request_data), timeout=patience.timeout(files=files), allow_redirects=False,
                proxy=_proxy_to(urlsplit(url)[:2]),
            ) as response:  # fmt: skip
                _read_the_time(response.headers, asked)
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # In words of our own: aiohttp's may hold the URL, and with it the token.
            why = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
            raise NetworkError(type(error).__name__ + why) from error
        finally:
            self._places.release()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See `BaseRequest.parse_json_payload`."""
        try:
            return BaseRequest.parse_json_payload(payload)
        except TelegramError:
            metrics.TELEGRAM_ERRORS.labels("garbage").inc()
            raise


@cache
def _authorities() -> ssl.SSLContext:
    """Whom to believe, as the library does: those that certifi brings, or those that ``SSL_CERT_FILE`` names."""
    return httpx.create_ssl_context()


@cache
def _proxy_to(place: tuple[str, str]) -> str | None:
    """The proxy that the environment names for a scheme and a host; aiohttp would look it up at each call."""
    scheme, host = place
    return None if proxy_bypass(host) else getproxies().get(scheme)


def _body(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    """As Telegram takes it: a form, in parts where there are files."""
    if request_data is None:
        return None
    fields = request_data.json_parameters
    if not request_data.contains_files:
        return fields or None
    form = aiohttp.FormData(fields, quote_fields=False)  # Telegram shows a file's name as it is in the form
    for name, part in request_data.multipart_data.items():
        filename, content, kind = cast("tuple[str, bytes, str]", part)
        # Read bit by bit: a megabyte at once would hold up everybody else.
        form.add_field(name, io.BytesIO(content), filename=filename, content_type=kind)
    return form


def _method_of(url: str) -> str:
    """The Bot API's name of the call, which the library chose; ``file`` for a download."""
    return "file" if "/file/bot" in url else url.rpartition("/")[2]


def _kind_of(error: TelegramError) -> str:
    if isinstance(error, Crowded):
        return "pool"
    return "timeout" if isinstance(error, TimedOut) else "network"


def _read_the_time(headers: Mapping[str, str], asked: float) -> None:
    """The ``Date`` header, before the answer's body has come."""
    date = headers.get("Date")
    if date is None:
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
