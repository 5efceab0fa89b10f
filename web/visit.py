"""One request for a page, by somebody who may: what its handler works with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from rollcall.storage.people import Acquaintance
from rollcall.storage.tables import TEACHER, Person, SchoolClass
from rollcall.texts import Texts
from web import cookies, csrf
from web.site import Site

_P = ParamSpec("_P")
_T = TypeVar("_T")

_SEE_OTHER = 303
_BY_SCRIPT = "x-by-script"
"""With this header a form's sender wants to say itself what came of it, and to stay on the page."""


@dataclass(frozen=True)
class Undo:
    """What takes the last change back: a form's address and fields."""

    path: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Visit:
    """A page's request, behind its permission.

    Attributes:
        texts: in the visitor's language, and in the words of the class at hand.
        classes: the visitor's, with the role in each; with the one at hand also where it is in the archive.
        class_id: the class at hand; 0 where the page is of none.
        number: the class, the lesson, the review or the person that the path names.
        form: what was sent; empty where nothing was.
    """

    request: Request
    site: Site
    session: str
    in_telegram: bool
    known: Acquaintance
    is_admin: bool
    texts: Texts
    now: datetime
    classes: Sequence[tuple[str, SchoolClass]]
    class_id: int
    number: int
    form: FormData

    @property
    def person(self) -> Person:
        """Who asks: nobody is signed in of whom there is no record."""
        if self.known.person is None:
            raise LookupError("a visitor without a record")
        return self.known.person

    @property
    def moment(self) -> datetime:
        """The present one as Telegram dates what is said to the bot: a note of the same second is of the lesson."""
        return self.now.replace(microsecond=0)

    @property
    def taught(self) -> Sequence[SchoolClass]:
        """The visitor's own classes."""
        return [one for role, one in self.classes if role == TEACHER]

    @property
    def school_class(self) -> SchoolClass:
        """The class at hand."""
        return next(one for _, one in self.classes if one.id == self.class_id)

    def said(self, field: str, default: str = "") -> str:
        """A field of the form, as text."""
        value = self.form.get(field, default)
        return default if isinstance(value, UploadFile) else value.strip()

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page, with the line that tells what came of the last form."""
        kept = self.request.cookies.get(cookies.flash_name(self.site))
        flash = csrf.opened(self.session, kept) if kept else None
        html = self.site.pages.render(
            template,
            self.texts,
            visit=self,
            csrf=csrf.token_for(self.session),
            flash=flash,
            **values,
        )
        response = HTMLResponse(html, status)
        if kept:
            cookies.drop(response, self.site, cookies.flash_name(self.site), framed=self.in_telegram)
        return response

    def go(self, path: str, said: str | None = None, undo: Undo | None = None) -> Response:
        """Lead on to a page after a form, and say there what came of it.

        Args:
            said: the line, a text already.
        """
        flash = {"said": str(said or ""), "undo": {"path": undo.path, "fields": undo.fields} if undo else None}
        if self.request.headers.get(_BY_SCRIPT):
            return JSONResponse({**flash, "to": path})
        response: Response = RedirectResponse(path, _SEE_OTHER)
        if said is not None:
            name, value = cookies.flash_name(self.site), csrf.sealed(self.session, flash)
            cookies.put(response, self.site, name, value, framed=self.in_telegram)
        return response

    async def run(self, use_case: Callable[Concatenate[Session, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Carry out a use case, in one transaction."""
        return await self.site.database.run(use_case, *args, **kwargs)

    async def look(self, query: Callable[Concatenate[Session, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Carry out what only reads."""
        return await self.site.database.look(query, *args, **kwargs)

    async def as_teacher(
        self, use_case: Callable[Concatenate[Session, Person, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Carry out a use case whose teacher is the visitor."""

        def carried_out(session: Session) -> _T:
            return use_case(session, session.merge(self.person, load=False), *args, **kwargs)

        return await self.site.database.run(carried_out)


Handler = Callable[[Visit], Coroutine[Any, Any, Response]]
