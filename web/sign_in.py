"""A link that the bot gave signs one device in; never a password.

Opening it asks first, and a press signs in: programs that look at links beforehand do not use them up.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from rollcall.domain.limits import GUESSES
from rollcall.domain.web_access import device_called
from rollcall.usecases import web_access
from web import cookies, csrf
from web.gate import texts_for, told, too_often
from web.site import Site
from web.visit import Visit

_SEE_OTHER = 303


async def ask(request: Request, site: Site) -> Response:
    """GET /in/<token>: who would be signed in here."""
    token, now = request.path_params["token"], site.bot.now()
    name = await site.database.look(web_access.waits_for, token, now)
    if name is None:
        return _leads_nowhere(request, site)
    return HTMLResponse(site.pages.render("sign_in.html", texts_for(request), token=token, name=name))


async def enter(request: Request, site: Site) -> Response:
    """POST /in/<token>: this device is signed in."""
    if not csrf.is_ours(request, site.origins):
        return told(site, request, "web-form-old", 403)
    device, now = device_called(request.headers.get("user-agent", "")), site.bot.now()
    found = await site.database.run(web_access.open_link, request.path_params["token"], device, now)
    if found is None:
        return _leads_nowhere(request, site)
    response = RedirectResponse(found.leads_to, _SEE_OTHER)
    cookies.sign_in(response, site, found.token, framed=False)
    return response


async def leave(visit: Visit) -> Response:
    """POST /leave: this device is signed in no more."""
    await visit.run(web_access.leave, visit.session, visit.now)
    response = HTMLResponse(visit.site.pages.render("told.html", visit.texts, said=visit.texts("web-left")))
    cookies.drop(response, visit.site, cookies.session_name(visit.site), framed=visit.in_telegram)
    return response


def _leads_nowhere(request: Request, site: Site) -> Response:
    """A right one costs nothing: so nobody can keep others out by guessing."""
    wait = site.rates.spend(request.client.host if request.client is not None else "", GUESSES)
    return told(site, request, "web-link-old", 404) if wait is None else too_often(site, texts_for(request), wait)
