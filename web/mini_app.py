"""The Mini App's door: Telegram's word who opens it becomes a session, in the window that Telegram shows.

The page needs no script of Telegram's: the word stands in the address, after the ``#``, which is never sent; ours reads
it there and sends it in a form.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from rollcall.domain.limits import GUESSES
from rollcall.usecases import web_access
from web import cookies, csrf
from web.gate import nowhere, texts_for, too_often
from web.init_data import opener
from web.security import FRAMED
from web.site import Site

_PATH = re.compile(r"/|(?:/[a-z0-9-]{1,40}){1,6}", re.ASCII)
"""Of a page of ours: two slashes would lead to another host."""


async def door(request: Request, site: Site) -> Response:
    """GET /app: reads Telegram's word and shows it to us."""
    if site.settings.telegram_token is None or not site.https:
        return nowhere(site, request)
    request.scope.setdefault("state", {})[FRAMED] = True
    to = request.query_params.get("to", "/")
    html = site.pages.render("app.html", texts_for(request), to=to if _PATH.fullmatch(to) else "/")
    return HTMLResponse(html)


async def enter(request: Request, site: Site) -> Response:
    """POST /app: the window is signed in. The same word shown once more signs nobody in who is not already."""
    token, t = site.settings.telegram_token, texts_for(request)
    if token is None or not csrf.is_ours(request, site.origins):
        return JSONResponse({"said": str(t("web-form-old"))}, 403)
    form = await request.form(max_files=0, max_fields=4)
    found = opener(str(form.get("data", "")), token.get_secret_value(), site.bot.now())
    if found is None:
        wait = site.rates.spend(request.client.host if request.client is not None else "", GUESSES)
        return JSONResponse({"said": str(t("web-app-refused"))}, 403) if wait is None else too_often(site, t, wait)
    shown = request.cookies.get(cookies.session_name(site), "")
    made = await site.database.run(
        web_access.enter_app, found.telegram_id, found.digest, found.expires_at, shown, site.bot.now()
    )
    if made is None:
        return JSONResponse({"said": str(t("web-app-refused"))}, 403)
    response = JSONResponse({"said": ""})
    if made:
        cookies.sign_in(response, site, made, framed=True)
    return response
