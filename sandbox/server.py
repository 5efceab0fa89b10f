"""The Bot API server: what a bot talks to in place of api.telegram.org."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
from collections.abc import Callable, Sequence
from email.utils import formatdate
from typing import Any, Self

from aiohttp import web

from sandbox.control import Control
from sandbox.errors import ApiError, Json
from sandbox.faults import Fault
from sandbox.limits import LIMITED
from sandbox.methods import METHODS
from sandbox.parameters import Parameters, read_parameters
from sandbox.registry import Method
from sandbox.telegram import TOKEN, Call, Telegram

DEFAULT_PORT = 8081
_LARGEST_REQUEST = 60 * 1024 * 1024
_LOG = logging.getLogger(__name__)


class Server:
    """Serves one ``Telegram``; use it as ``async with Server() as server``. Port 0 takes any that is free.

    Everything (people, listeners, waiting) belongs to the event loop that ``start`` ran in.
    """

    def __init__(
        self,
        telegram: Telegram | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        also: Sequence[Callable[[web.Application], None]] = (),
    ) -> None:
        self.telegram = telegram or Telegram()
        self.host = host
        self.port = port
        self._also = also
        """What adds further routes: the page of `sandbox.web`."""
        self._runner: web.AppRunner | None = None
        self._date = 0, ""
        """The second that was last told, and how."""

    @property
    def url(self) -> str:
        """The base URL: ``ROLLCALL_TELEGRAM_API_URL``."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> Self:
        """Begin to listen."""
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._call)
        app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._download)
        Control(self.telegram).add_routes(app)
        for add_routes in self._also:
            add_routes(app)
        app.router.add_route("*", "/{anything:.*}", self._nothing_here)
        # A long poll hangs on purpose: nobody waits for it at the end.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        """Listen no more. The state stays: a server started on it again goes on where this one stopped."""
        self.telegram.close()
        await self.telegram.webhook.end()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _answer(self, body: bytes, kind: str, status: int = 200) -> web.Response:
        """The whole of an answer, with the time by Telegram's clock."""
        now = self.telegram.now()
        if now != self._date[0]:
            self._date = now, formatdate(now, usegmt=True)
        return web.Response(body=body, status=status, headers={"Content-Type": kind, "Date": self._date[1]})

    def _json(self, body: Json, status: int = 200) -> web.Response:
        return self._answer(json.dumps(body).encode(), "application/json; charset=utf-8", status)

    async def _nothing_here(self, _request: web.Request) -> web.Response:
        """Dated as every answer is, for clocks are set by it."""
        return self._answer(b"404: Not Found", "text/plain; charset=utf-8", 404)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            method = self._method(request)
            given = await read_parameters(request)
            name = request.match_info["method"]
            self.telegram.record(Call(name, given.values))
            fault = self.telegram.faults.take(name, given.text("chat_id"), given.text("file_id"))
            if fault is not None and not fault.carried_out and fault.kind != "lacking":
                return await self._misbehave(fault, request)
            self._count(name, given)
            result = await method(self.telegram, given)
            if fault is not None and fault.kind == "lacking":
                result = {field: value for field, value in result.items() if field != fault.detail}
            elif fault is not None:
                return await self._misbehave(fault, request)
            return self._json({"ok": True, "result": result})
        except ApiError as refusal:
            return self._refuse(refusal, request.match_info["method"])
        except Exception:
            _LOG.exception("the sandbox failed at %s", request.match_info["method"])
            return self._json(ApiError(500).body, 500)

    def _method(self, request: web.Request) -> Method:
        self._check(request.match_info["token"])
        method = METHODS.get(request.match_info["method"].lower())
        if method is None:
            raise ApiError(404)
        return method

    def _check(self, token: str) -> None:
        number, _, secret = token.partition(":")
        if not number.isdigit() or not secret:
            raise ApiError(404)
        if token != self.telegram.token:
            raise ApiError(401)

    def _count(self, name: str, given: Parameters) -> None:
        limits, chat_id = self.telegram.limits, given.integer("chat_id")
        if limits is not None and chat_id is not None and name.lower() in LIMITED:
            limits.spend(chat_id)

    def _refuse(self, refusal: ApiError, method: str) -> web.Response:
        if refusal.code == 429:
            self.telegram.refusals[method.lower()] += 1
        return self._json(refusal.body, refusal.code)

    async def _misbehave(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        match fault.kind:
            case "garbage":
                return self._answer(b"<html>nothing a bot can read</html>", "text/html")
            case "error":
                return self._refuse(fault.error, request.match_info.get("method", "file"))
            case "hang":
                await self.telegram.faults.hang()
            case "drop":
                pass
        transport: Any = request.transport
        if transport is not None:
            transport.abort()
        return web.Response(status=502)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check(request.match_info["token"])
            path = request.match_info["path"]
            self.telegram.record(Call("file", {"path": path}))
            stored = self.telegram.files.at(path)
            fault = self.telegram.faults.take("file", file_id=stored.file_id if stored is not None else None)
            if fault is not None and fault.kind in ("empty", "truncated", "slow"):
                return await self._deliver_badly(fault, stored.data if stored is not None else b"", request)
            if fault is not None:
                return await self._misbehave(fault, request)
            if stored is None:
                raise ApiError(404)
            return self._answer(stored.data, "application/octet-stream")
        except ApiError as refusal:
            return self._json(refusal.body, refusal.code)

    async def _deliver_badly(self, fault: Fault, data: bytes, request: web.Request) -> web.StreamResponse:
        if fault.kind == "empty":
            return self._answer(b"", "application/octet-stream")
        response = web.StreamResponse()
        response.content_type = "application/octet-stream"
        # Without a length, as through a proxy: that it was cut off, nobody can tell from the connection.
        response.enable_chunked_encoding()
        await response.prepare(request)
        if fault.kind == "truncated":
            await response.write(data[: len(data) // 2])
        else:
            await response.write(data[:1])
            await self.telegram.faults.hang()
            await response.write(data[1:])
        await response.write_eof()
        return response


def run(host: str = "127.0.0.1", port: int = DEFAULT_PORT, token: str = TOKEN) -> int:
    """The sandbox by itself, ``rollcall sandbox``: serve until SIGINT or SIGTERM; returns an exit code."""
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(serve(host, port, token))
    return 0


async def serve(host: str, port: int, token: str) -> int:
    """What ``run`` runs."""
    try:
        server = await Server(Telegram(token), host=host, port=port).start()
    except OSError as error:
        print(f"The sandbox cannot listen on {host}:{port} ({error.strerror}); choose another port.")
        return 1
    print(_greeting(server), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await server.stop()
    return 0


def _greeting(server: Server) -> str:
    return f"""A local Telegram serves @{server.telegram.bot["username"]} at {server.url}

Point the bot at it:
  ROLLCALL_TELEGRAM_API_URL={server.url} ROLLCALL_TELEGRAM_TOKEN={server.telegram.token} ROLLCALL_ADMINS=1 rollcall up

Then be user 1, the admin:
  curl -X POST '{server.url}/sandbox/people/1/text?text=/start&first_name=Admin'
  curl '{server.url}/sandbox/people/1/messages?timeout=10'

More of this in sandbox/control.py. Nothing is kept: Ctrl-C forgets everything."""


if __name__ == "__main__":
    raise SystemExit(run())
