"""``rollcall sandbox --web``: the sandbox, the product and the page, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from sandbox.product import UP, Product, ProductError
from sandbox.server import Server
from sandbox.telegram import TOKEN, Telegram
from sandbox.web.company import TEACHER_ID
from sandbox.web.explaining import Explainer
from sandbox.web.page import Page


def main(
    data_dir: Path,
    explainer: Explainer,
    *,
    host: str,
    port: int | None,
    browser: bool = True,
    command: Sequence[str] = UP,
) -> int:
    """Run everything; returns an exit code.

    Args:
        data_dir: an empty folder for the product's data and its log.
        explainer: tells of a note what the product's records say.
        port: None takes the usual one, or any where that is taken.
        browser: whether the page is opened, if there is anything to open it with.
    """
    os.environ.setdefault("ROLLCALL_TIMEZONE", _zone())
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_serve(data_dir, explainer, host, port, browser, command))
    return 0


_USUAL_PORT = 8081


async def _serve(
    data_dir: Path, explainer: Explainer, host: str, port: int | None, browser: bool, command: Sequence[str]
) -> int:
    telegram = Telegram(TOKEN)
    page = Page(telegram, explainer)
    server = Server(telegram, host=host, port=_USUAL_PORT if port is None else port, also=[page.add_routes])
    try:
        await server.start()
    except OSError as error:
        if port is not None:
            print(f"The sandbox cannot listen on {host}:{port} ({error.strerror}); choose another port.")
            return 1
        server.port = 0
        await server.start()
    print(f"Rollcall to try: {server.url}\nNothing is kept, nothing leaves this machine. Ctrl-C ends it.", flush=True)
    if browser and _has_display():
        await asyncio.to_thread(webbrowser.open, server.url)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        return await _until(stop, page, Product(
            server, admin=TEACHER_ID, data_dir=data_dir / "data", log=data_dir / "rollcall.log", command=command
        ))  # fmt: skip
    finally:
        await page.close()
        await server.stop()


async def _until(stop: asyncio.Event, page: Page, product: Product) -> int:
    """The product's life, told to the page; one that ended by itself is told there too, until Ctrl-C."""
    stopping = asyncio.create_task(stop.wait())
    code = 0
    async with product:
        living = asyncio.create_task(_live(page, product))
        await asyncio.wait((stopping, living), return_when=asyncio.FIRST_COMPLETED)
        if not living.done():
            living.cancel()
        try:
            await living
        except asyncio.CancelledError:
            pass
        except ProductError as error:
            print(error, file=sys.stderr, flush=True)
            page.feed.tell_product("ended", why=str(error))
            code = 1
            await stopping
    stopping.cancel()
    return code


async def _live(page: Page, product: Product) -> None:
    await product.ready()
    page.feed.tell_product("ready")
    await product.ended()


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _zone() -> str:
    """This machine's time zone by its name, so that the bot's clock is the one on the wall."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if "/" in named and not named.startswith("/"):
        return named
    with contextlib.suppress(OSError):
        _, found, zone = str(Path("/etc/localtime").resolve(strict=True)).rpartition("/zoneinfo/")
        if found:
            return zone
    return "UTC"
