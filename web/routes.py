"""The map: every page with its handler and the row of `rollcall.domain.permissions` that says who may see it.

The rows are the bot's own: whoever may press a button there may send the form here.
"""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web import mini_app, sign_in
from web.gate import Open, guarded, unguarded
from web.pages import board
from web.register import REGISTER
from web.render import STATIC
from web.site import Site
from web.visit import Handler

PAGES: tuple[tuple[str, str, Handler, str], ...] = (
    *REGISTER,
    ("POST", "/leave", sign_in.leave, "/help"),
    ("GET", "/board", board.boards, "/board"),
    ("GET", "/board/{lesson_id:int}", board.board, "button:board"),
    ("GET", "/board/{lesson_id:int}/live", board.feed, "button:board"),
    ("POST", "/board/open/{class_id:int}", board.opened, "button:open"),
    ("POST", "/board/{lesson_id:int}/longer", board.longer, "button:longer"),
    ("POST", "/board/{lesson_id:int}/close", board.closed, "button:close-now"),
    ("POST", "/board/{lesson_id:int}/reopen", board.reopened, "button:reopen"),
    ("POST", "/board/{lesson_id:int}/mark", board.marked, "button:mark-set"),
    ("POST", "/board/{lesson_id:int}/excuse", board.excused, "button:mark-excuse"),
    ("POST", "/board/{lesson_id:int}/undo", board.undone, "button:mark-undo"),
    ("POST", "/board/{lesson_id:int}/names", board.named, "button:board"),
    ("POST", "/board/{lesson_id:int}/screen", board.to_screen, "button:board"),
)
"""Behind their permission. What a row is about is named in the path by its `Target`, such as ``{class_id:int}``."""

OPEN: tuple[tuple[str, str, Open], ...] = (
    ("GET", "/in/{token}", sign_in.ask),
    ("POST", "/in/{token}", sign_in.enter),
    ("GET", "/app", mini_app.door),
    ("POST", "/app", mini_app.enter),
    ("GET", "/screen/{token}", board.screen),
    ("GET", "/screen/{token}/live", board.screen_feed),
)
"""For whoever has the address."""


def routes(site: Site) -> Iterator[Route | Mount]:
    """Every one of them.

    Raises:
        Undeclared: one has no row.
    """
    for method, path, handler, action in PAGES:
        yield guarded(site, method, path, handler, action)
    for method, path, answer in OPEN:
        yield unguarded(site, method, path, answer)
    yield Mount("/static", _Static(directory=STATIC), name="static")


class _Static(StaticFiles):
    """Our own files, which a browser need ask for once: with their content their address changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
