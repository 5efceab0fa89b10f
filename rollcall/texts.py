"""Everything people read, in Fluent files: ``locales/<language>/<subject>.ftl``."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

from rollcall.marked import read, shielded

LANGUAGES = ("en", "ru")
DEFAULT_LANGUAGE = "en"


class Texts:
    """The texts of one language: ``texts("key", name=…)``."""

    def __init__(self, language: str) -> None:
        self.language = language
        # Without isolation marks: a name must read, copy and compare exactly as it was given.
        self._bundle = FluentBundle([language], use_isolating=False)
        for file in sorted(_folder(language).iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".ftl"):
                self._bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))

    def __call__(self, key: str, **values: Any) -> str:
        """The message for ``key``, filled in; `rollcall.marked.Marked` where some of it is bold or folded.

        Raises:
            KeyError: there is no such message, or a value it needs is missing.
        """
        message = self._bundle.get_message(key)
        if message.value is None:
            raise KeyError(key)
        text, errors = self._bundle.format_pattern(message.value, {name: shielded(it) for name, it in values.items()})
        if errors:
            raise KeyError(f"{key}: {errors[0]}")
        return read(str(text))


@cache
def texts_in(language: str) -> Texts:
    """The texts of a language; Fluent files are parsed once."""
    return Texts(language)


def language_for(language_code: str | None) -> str:
    """Which of our languages serves a Telegram ``language_code``: ``ru*`` Russian, anything else English."""
    return "ru" if (language_code or "").lower().startswith("ru") else DEFAULT_LANGUAGE


def _folder(language: str) -> Any:
    return resources.files("rollcall") / "locales" / language
