"""The page itself: its files, the stream of what happens, and what it looks up. Nothing in it comes from elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from sandbox.cast import SHIPPED
from sandbox.errors import ApiError, Json
from sandbox.telegram import Telegram
from sandbox.web import recording
from sandbox.web.acts import Acts
from sandbox.web.company import PARTS, Company
from sandbox.web.explaining import Explainer, Explanations
from sandbox.web.feed import Feed

FILES = Path(__file__).parent / "page"
_BEAT = 15
"""Seconds between signs of life in a stream."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_OUR_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SHOWN = ("image/", "audio/", "video/")


class Page:
    """What a browser gets from the sandbox."""

    def __init__(self, telegram: Telegram, explainer: Explainer | None = None, *, language: str = "ru") -> None:
        self._telegram = telegram
        self.company = Company(telegram, language)
        self.feed = Feed(telegram, self.company)
        self._acts = Acts(telegram, self.company, self.feed)
        self._explanations = explainer and Explanations(telegram, self.company, self.feed, explainer)
        self._waveforms: dict[str, list[int]] = {}

    def add_routes(self, app: web.Application) -> None:
        """Serve it from ``app``."""
        app.middlewares.append(_guard)
        app.router.add_get("/", self._index)
        app.router.add_get("/try/page/{path:[a-z/.-]+}", self._static)
        app.router.add_get("/try/events", self._events)
        app.router.add_get("/try/voices", self._voices)
        app.router.add_get(r"/try/people/{id:\d+}/commands", self._commands)
        app.router.add_get("/try/files/{id}", self._file)
        app.router.add_get("/try/waveforms/{id}", self._waveform)
        self._acts.add_routes(app)

    async def close(self) -> None:
        """Explain no more."""
        if self._explanations is not None:
            await self._explanations.close()

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(FILES / "index.html", headers=_HEADERS)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        file = FILES / request.match_info["path"]
        if ".." in file.parts or not await asyncio.to_thread(file.is_file):
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        # Some machines call a script plain text, and browsers then refuse it.
        headers = {**_HEADERS, "Content-Type": "text/javascript" if file.suffix == ".js" else kind}
        return web.FileResponse(file, headers=headers)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue = self.feed.open()
        try:
            while True:
                line = ": still here\n\n"
                with contextlib.suppress(TimeoutError):
                    line = await asyncio.wait_for(queue.get(), _BEAT)
                await response.write(line.encode())
        except ConnectionResetError:
            return response
        finally:
            self.feed.close(queue)

    async def _voices(self, _request: web.Request) -> web.Response:
        """The synthetic voices that are meant for somebody, with their notes."""
        found = [
            {
                "part": part.key,
                "voice": part.voice,
                "notes": sorted(f.stem for f in (SHIPPED / part.voice).glob("*.ogg")),
            }
            for part in PARTS
            if part.voice is not None
        ]
        return web.json_response(found, headers=_HEADERS)

    async def _commands(self, request: web.Request) -> web.Response:
        """The menu as this person's app shows it: the nearest scope in the person's language."""
        chat_id = int(request.match_info["id"])
        scopes: tuple[Json, ...] = (
            {"type": "chat", "chat_id": chat_id},
            {"type": "all_private_chats"},
            {"type": "default"},
        )
        for scope in scopes:
            for language in (self.company.language, ""):
                menu = self._telegram.profile.get(f"commands/{language}/{sorted(scope.items())}")
                if menu:
                    return web.json_response(menu, headers=_HEADERS)
        return web.json_response([], headers=_HEADERS)

    async def _file(self, request: web.Request) -> web.Response:
        try:
            stored = self._telegram.files.get(request.match_info["id"])
        except ApiError:
            raise web.HTTPNotFound from None
        kind = stored.mime_type or "application/octet-stream"
        if stored.data.startswith(b"OggS"):
            kind = "audio/ogg"
        headers = dict(_HEADERS)
        if not kind.startswith(_SHOWN) or kind == "image/svg+xml":
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name or 'file')}"
        return _ranged(request, stored.data, kind, headers)

    async def _waveform(self, request: web.Request) -> web.Response:
        try:
            stored = self._telegram.files.get(request.match_info["id"])
        except ApiError:
            raise web.HTTPNotFound from None
        if stored.file_unique_id not in self._waveforms:
            self._waveforms[stored.file_unique_id] = await asyncio.to_thread(recording.waveform, stored.data)
        return web.json_response(self._waveforms[stored.file_unique_id], headers=_HEADERS)


def _ranged(request: web.Request, data: bytes, kind: str, headers: Mapping[str, str]) -> web.Response:
    """The whole, or the part that a player asks for: without parts it cannot be wound forward."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    try:
        wanted = request.http_range
    except ValueError:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    start, stop, _ = wanted.indices(len(data))
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=data, content_type=kind, headers=headers)
    headers = {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
    return web.Response(status=206, body=data[start:stop], content_type=kind, headers=headers)


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Pages of other sites, open in the same browser, must not act here or read, wherever their names lead to."""
    if request.path == "/" or request.path.startswith("/try/"):
        name = request.host.rpartition(":")[0] or request.host
        if _is_loopback(request) and name not in _OUR_NAMES:
            return web.Response(status=403)
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            return web.Response(status=403)
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return web.Response(status=403)
    return await handler(request)


def _is_loopback(request: web.Request) -> bool:
    """Whether it was asked of an address that is this machine's alone."""
    address = request.transport.get_extra_info("sockname")[0] if request.transport is not None else ""
    return address.startswith("127.") or address == "::1"
