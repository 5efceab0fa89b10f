"""The installation, as a page sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from rollcall.config.settings import Settings
from rollcall.sealing.seal import Keyring
from rollcall.storage.database import Database
from web.bots_word import BotsWord
from web.live import Feeds
from web.outside import Outside
from web.rates import Rates
from web.render import Pages

LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Site:
    """What pages work with; opened and closed with the application."""

    settings: Settings
    keyring: Keyring
    database: Database
    pages: Pages
    rates: Rates
    outside: Outside
    bot: BotsWord
    feeds: Feeds

    @property
    def https(self) -> bool:
        """Whether people reach the pages by https: else they do on this machine alone."""
        return (self.settings.web_url or "").startswith("https://")

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins that our pages can have: forms of others are refused."""
        port = self.settings.effective_web_port
        near = {f"http://{host}:{port}" for host in LOOPBACK}
        url = self.settings.web_url
        return frozenset(near | ({url} if url is not None else set()))

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The names by which we are asked: whoever leads another name to us is up to no good."""
        return frozenset(urlsplit(one).netloc for one in self.origins) | frozenset(LOOPBACK)
