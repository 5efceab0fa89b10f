"""The targets by name."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.target import Target

PARSERS = (
    "ogg", "job", "result", "seal", "gallery", "update", "button", "payload", "name", "report", "ids", "weights",
)  # fmt: skip
AUDIO = ("opus", "containers")


def target(name: str) -> Target:
    """Raises KeyError for a name that is none. What it needs is imported only now."""
    if name in AUDIO:
        from tests.fuzz import audio

        makers: dict[str, Callable[[], Target]] = {each: getattr(audio, each) for each in AUDIO}
    else:
        from tests.fuzz import parsers

        makers = {each: getattr(parsers, each) for each in PARSERS}
    return makers[name]()
