"""Everything people read, in Fluent files: ``locales/<language>/<subject>.ftl``.

What a class calls its people and what they come to is its setting (`rollcall.domain.class_settings.Vocabulary`).
A text names them by the messages of ``words.ftl``: ``{ word-lesson } { word-lesson-open } до { $closes }`` is "урок
открыт", "пара открыта" or "занятие открыто". Each of these chooses by ``$vocabulary``, which no caller gives: a `Texts`
knows it. `texts_in` speaks as in a school; ``speaking(vocabulary)`` gives the same texts in another class's words.
`bot.caller` and `bot.gate` choose the words of the class at hand; what is sent by itself asks for those of its class.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from rollcall.domain.class_settings import Vocabulary
from rollcall.marked import read, shielded

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

LANGUAGES = ("en", "ru")
DEFAULT_LANGUAGE = "en"


class Texts:
    """The texts of one language: ``texts("key", name=…)``."""

    def __init__(self, language: str, vocabulary: str = Vocabulary.SCHOOL) -> None:
        self.language, self.vocabulary = language, vocabulary
        self._bundle = _bundle_in(language)

    def __call__(self, key: str, **values: Any) -> str:
        """The message for ``key``, filled in; `rollcall.marked.Marked` where some of it is bold or folded.

        Raises:
            KeyError: there is no such message, or a value it needs is missing.
        """
        message = self._bundle.get_message(key)
        if message.value is None:
            raise KeyError(key)
        values = {name: shielded(it) for name, it in values.items()}
        text, errors = self._bundle.format_pattern(message.value, {"vocabulary": str(self.vocabulary), **values})
        if errors:
            raise KeyError(f"{key}: {errors[0]}")
        return read(str(text))

    def speaking(self, vocabulary: str) -> Texts:
        """The same texts in the words of such a class."""
        return self if vocabulary == self.vocabulary else _speaking(self.language, str(vocabulary))


@cache
def _speaking(language: str, vocabulary: str) -> Texts:
    return texts_in(language) if vocabulary == Vocabulary.SCHOOL else Texts(language, vocabulary)


@cache
def _bundle_in(language: str) -> FluentBundle:
    from fluent.runtime import FluentBundle, FluentResource

    # Without isolation marks: a name must read, copy and compare exactly as it was given.
    bundle = FluentBundle([language], use_isolating=False)
    for file in sorted(_folder(language).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


@cache
def texts_in(language: str) -> Texts:
    """The texts of a language, in the words of a school; Fluent files are parsed once."""
    return Texts(language)


def language_for(language_code: str | None) -> str:
    """Which of our languages serves a Telegram ``language_code``: ``ru*`` Russian, anything else English."""
    return "ru" if (language_code or "").lower().startswith("ru") else DEFAULT_LANGUAGE


def _folder(language: str) -> Any:
    return resources.files("rollcall") / "locales" / language
