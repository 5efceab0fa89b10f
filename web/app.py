"""The pages: one Starlette application, opened and closed with its database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from rollcall.config.settings import Settings
from rollcall.sealing.seal import Keyring
from rollcall.storage.database import Database
from rollcall.storage.roll import make_ready
from web.bots_word import BotsWord
from web.gate import nowhere
from web.live import Feeds
from web.outside import Outside
from web.rates import Rates
from web.render import Pages
from web.routes import routes
from web.security import Guard
from web.site import Site


def build(settings: Settings, keyring: Keyring, database: Database) -> Starlette:
    """The application on a database, which is closed with it."""
    outside = Outside(settings, keyring, database)
    bot = BotsWord(outside.queue, keyring)
    site = Site(settings, keyring, database, Pages(), Rates(), outside, bot, Feeds(database, bot.now))

    @asynccontextmanager
    async def life(_application: Starlette) -> AsyncIterator[None]:
        listening = asyncio.create_task(bot.listen(), name="bulletin")
        await database.apart(make_ready)  # or whoever looks first would wait a second for the alphabet
        yield
        listening.cancel()
        await site.outside.close()
        await database.close()

    async def not_found(request: Request, _error: Exception) -> Response:
        return nowhere(site, request)

    application = Starlette(
        routes=list(routes(site)),
        middleware=[Middleware(Guard, hosts=lambda: site.hosts, https=site.https)],
        exception_handlers={404: not_found, 405: not_found, HTTPException: not_found},
        lifespan=life,
    )
    application.state.site = site
    return application
