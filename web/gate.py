"""The one way from a request to a page: who is it, how often, and may they, on what they name?

No page is registered but through here, and none that `rollcall.domain.permissions` has no row for. What is another
class's is answered like what does not exist, to the byte.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from rollcall.domain.limits import MESSAGES
from rollcall.domain.permissions import PERMISSIONS, Permission, Role, Target
from rollcall.queue.elsewhere import Touched, call
from rollcall.storage.allowances import pseudonym, spend
from rollcall.storage.tables import TEACHER
from rollcall.texts import Texts, language_for, texts_in
from rollcall.usecases.access import WITH_NUMBERS, Access, Denied, access, number_in
from rollcall.usecases.web_access import Visitor, visitor
from web import cookies, csrf
from web.security import FRAMED
from web.site import Site
from web.visit import Handler, Visit

Open = Callable[[Request, Site], Awaitable[Response]]


class Undeclared(Exception):
    """A page that nobody may see: it has no row in `rollcall.domain.permissions`, or does not say what it is of."""


def guarded(site: Site, method: str, path: str, handler: Handler, action: str) -> Route:
    """A page behind its permission.

    Args:
        action: of a row in `rollcall.domain.permissions`: whoever may do that in the bot may do it here.

    Raises:
        Undeclared: there is no such row, or the path does not carry what the row is about.
    """
    permission = PERMISSIONS.get(action)
    if permission is None:
        raise Undeclared(f"{action!r} has no row in rollcall.domain.permissions")
    if permission.target is not Target.NONE and f"{{{permission.target.value}" not in path:
        raise Undeclared(f"{path!r} does not say which part is the {permission.target}")
    # Starlette adds HEAD to GET by itself.
    return Route(path, _Guarded(site, permission, handler), methods=[method], name=f"{method} {path}")


def unguarded(site: Site, method: str, path: str, handler: Open) -> Route:
    """A page for whoever holds its address, or for everybody."""

    async def answered(request: Request) -> Response:
        return await handler(request, site)

    return Route(path, answered, methods=[method], name=f"{method} {path}")


@dataclass(frozen=True)
class _Answer:
    visitor: Visitor
    found: Access
    wait: timedelta | None = None


class _Guarded:
    """A page's endpoint. An instance, so that Starlette takes it as an application of its own."""

    def __init__(self, site: Site, permission: Permission, handler: Handler) -> None:
        self._site, self._permission, self._handler = site, permission, handler

    async def __call__(self, scope: dict[str, object], receive: object, send: object) -> None:
        request = Request(scope, receive, send)  # type: ignore[arg-type]
        try:
            response = await self._respond(request)
        finally:
            await request.close()  # a file that was sent is let go
        await response(scope, receive, send)  # type: ignore[arg-type]

    async def _respond(self, request: Request) -> Response:
        site, now = self._site, self._site.bot.now()
        token = request.cookies.get(cookies.session_name(site), "")
        writes = request.method == "POST"
        number = _number(request, self._permission.target)
        # What is seldom allowed is counted for all our processes together, and together with the bot's.
        carry_out = site.database.look if self._permission.limit is MESSAGES else site.database.run
        answer = await carry_out(partial(self._admit, token=token, number=number, now=now)) if token else None
        if answer is None:
            return told(site, request, "web-sign-in", 401)
        if answer.visitor.device.in_telegram:
            request.scope.setdefault("state", {})[FRAMED] = True
        texts = texts_in(answer.visitor.locale)
        account = str(answer.visitor.device.telegram_id)
        wait = answer.wait or site.rates.spend(account, MESSAGES)
        if wait is not None:
            return too_often(site, texts, wait)
        form = FormData()
        if writes:
            form = await request.form(max_files=1, max_fields=2000)
            given = form.get(csrf.FIELD)
            if not csrf.holds(request, token, given if isinstance(given, str) else "", site.origins):
                return told(site, request, "web-form-old", 403, texts)
        refused = self._refusal(request, texts, answer)
        if refused is not None:
            return refused
        response = await self._handler(self._visit(request, answer, texts, token, number, form, now))
        if writes:
            lesson_id = number if self._permission.target is Target.LESSON else 0
            await call(site.outside.queue, Touched(answer.found.class_id or 0, lesson_id))
        return response

    def _admit(self, session: Session, *, token: str, number: int, now: datetime) -> _Answer | None:
        found = visitor(session, token, now)
        if found is None or found.known.person is None:
            return None
        who = found.device.telegram_id
        may = access(session, self._permission, found.known, number, now, is_admin=self._is_admin(who))
        if may.denied is not None or self._permission.limit is MESSAGES:
            return _Answer(found, may)
        held = spend(session, pseudonym(self._site.keyring, who), self._permission.limit, now, -secrets.randbits(62))
        return _Answer(found, may, held.wait if held is not None else None)

    def _is_admin(self, telegram_id: int) -> bool:
        return telegram_id in self._site.settings.admins

    def _refusal(self, request: Request, texts: Texts, answer: _Answer) -> Response | None:
        denied, put_away = answer.found.denied, answer.found.put_away
        if denied is None:
            return None
        if denied is Denied.ARCHIVED and put_away is not None:
            return told(self._site, request, "class-in-archive", 403, texts, title=put_away.title)
        if denied is Denied.STANDING:
            return told(self._site, request, f"standing-{self._permission.standing}", 403, texts)
        if self._permission.target is Target.NONE or self._permission.roles == frozenset({Role.ADMIN}):
            return told(self._site, request, self._permission.refusal(answer.found.roles), 403, texts)
        return nowhere(self._site, request, texts)

    def _visit(
        self, request: Request, answer: _Answer, texts: Texts, token: str, number: int, form: FormData, now: datetime
    ) -> Visit:
        known, found = answer.visitor.known, answer.found
        classes = known.classes + (((TEACHER, found.put_away),) if found.put_away is not None else ())
        here = next((one for _, one in classes if one.id == found.class_id), None)
        return Visit(
            request=request,
            site=self._site,
            session=token,
            in_telegram=answer.visitor.device.in_telegram,
            known=known,
            is_admin=self._is_admin(answer.visitor.device.telegram_id),
            texts=texts.speaking(here.vocabulary) if here is not None else texts,
            now=now,
            classes=classes,
            class_id=found.class_id or 0,
            number=number,
            form=form,
        )


async def still_may(visit: Visit, action: str) -> bool:
    """Whether whoever looks on still may: a device is revoked, a right ends, and a page stays open."""

    def asked(session: Session) -> bool:
        now = visit.site.bot.now()
        found = visitor(session, visit.session, now)
        permission = PERMISSIONS[action]
        return found is not None and (
            access(session, permission, found.known, visit.number, now, is_admin=visit.is_admin).denied is None
        )

    return await visit.site.database.look(asked)


def told(site: Site, request: Request, key: str, status: int, texts: Texts | None = None, **values: object) -> Response:
    """A page that says one thing."""
    texts = texts or texts_for(request)
    return HTMLResponse(site.pages.render("told.html", texts, said=texts(key, **values)), status)


def nowhere(site: Site, request: Request, texts: Texts | None = None) -> Response:
    """There is no such page, or none for this visitor."""
    return told(site, request, "web-nowhere", 404, texts)


def too_often(site: Site, texts: Texts, wait: timedelta) -> Response:
    """Slower, please."""
    seconds = math.ceil(wait.total_seconds())
    html = site.pages.render("told.html", texts, said=texts("slow-down", seconds=seconds))
    return HTMLResponse(html, 429, {"Retry-After": str(seconds)})


def texts_for(request: Request) -> Texts:
    """In the language that a browser asks for first, of somebody whom we do not know."""
    return texts_in(language_for(request.headers.get("accept-language", "").strip().lower()))


def _number(request: Request, target: Target) -> int:
    """The row's number in the path; 0, which is no row's, where it cannot be one."""
    text = str(request.path_params.get(target.value, "0"))
    return number_in(text) if target in WITH_NUMBERS and text.isascii() and text.isdecimal() and len(text) < 20 else 0
