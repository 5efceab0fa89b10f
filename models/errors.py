"""What can go wrong with a model.

ModelError
├── UnknownModel          no model has this name
└── WeightsUnavailable    no source could give the weights

Every message is one line that says what to do, fit to be shown to an operator as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


class ModelError(Exception):
    """A model cannot be had or used."""


class UnknownModel(ModelError):
    """Neither a known name nor a path to weights."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no model is called {name!r}: choose {', '.join(sorted(known))} or a path to own weights")
        self.name = name


class WeightsUnavailable(ModelError):
    """Every source failed, or there is none.

    Attributes:
        failures: (source, why it failed), in the order tried.
        place: where a file put by hand is found next time.
    """

    def __init__(
        self, model: str, failures: Sequence[tuple[str, str]], place: Path, sha256: str, cure: str = ""
    ) -> None:
        tried = "; ".join(f"{source}: {reason}" for source, reason in failures) or "nobody hosts them"
        remedy = cure or f"put the file with SHA-256 {sha256[:12]}…"
        super().__init__(f"no weights for {model} ({tried}); {remedy} at {place}")
        self.failures = tuple(failures)
        self.place = place


class SourceFailed(ModelError):
    """One source could not give its file. Stays inside this package: the next source is tried."""
