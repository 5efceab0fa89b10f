"""Templates, with the texts of the reader's language and the class's words. Whatever is put in is escaped."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rollcall.marked import Marked, Style
from rollcall.texts import Texts

STATIC = Path(__file__).parent / "static"
_TAGS = {Style.BOLD: "b", Style.FOLDED: "span"}


class Pages:
    """Makes HTML of a template and values."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals["asset"] = asset

    def render(self, template: str, texts: Texts, **values: Any) -> str:
        """The page; in it ``t("key", …)`` says a text."""
        found = self._templates.get_template(template)
        return found.render(t=partial(_said, texts), lang=texts.language, **values)


def _said(texts: Texts, key: str, /, **values: Any) -> Markup:
    return as_html(texts(key, **values))


def as_html(text: str) -> Markup:
    """A text as HTML: what is bold in it is bold, and a line's end ends a line."""
    made, last = Markup(), 0
    for one in sorted(getattr(text, "stretches", ()) if isinstance(text, Marked) else (), key=lambda it: it.start):
        tag = Markup(_TAGS[one.style])  # noqa: S704 - one of ours
        made += escape(text[last : one.start])
        made += Markup("<{0}>{1}</{0}>").format(tag, text[one.start : one.end])
        last = one.end
    made += escape(text[last:])
    return Markup("<br>").join(made.split("\n"))


@cache
def asset(name: str) -> str:
    """The address of a file of ours. It changes with its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"
