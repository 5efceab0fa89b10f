"""One input after the other, watched: what it raises and how long it takes."""

from __future__ import annotations

import hashlib
import json
import re
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.target import Target

_WRITE_EVERY = 500


@dataclass
class Account:
    """What became of a target's inputs.

    Attributes:
        slowest: seconds.
        findings: what happened → how often.
    """

    inputs: int = 0
    slowest: float = 0.0
    slowest_bytes: int = 0
    findings: dict[str, int] = field(default_factory=dict)


class Watch:
    """Calls a target's check; keeps an input for each kind of finding."""

    def __init__(self, target: Target, folder: Path, inputs: int) -> None:
        self._target, self._folder, self._inputs = target, folder, inputs
        self._clock = time.perf_counter if target.waits else time.process_time
        self.account = Account()

    def __call__(self, data: bytes) -> None:
        started = self._clock()
        try:
            self._target.check(data)
        except Exception as error:
            self._found(_kind(error), data, traceback.format_exc())
        took = self._clock() - started
        if took > self.account.slowest:
            self.account.slowest, self.account.slowest_bytes = took, len(data)
        if took > self._target.limit:
            self._found(f"slower than {self._target.limit} s", data, f"{took:.2f} s")
        self.account.inputs += 1
        if self.account.inputs % _WRITE_EVERY == 0 or self.account.inputs >= self._inputs:
            self.write()

    def write(self) -> None:
        """Where the parent reads it, whole or not at all."""
        draft = self._folder / "account.part"
        draft.write_text(json.dumps(asdict(self.account)))
        draft.replace(self._folder / "account.json")

    def _found(self, kind: str, data: bytes, told: str) -> None:
        if kind not in self.account.findings:
            stem = hashlib.sha256(kind.encode()).hexdigest()[:12]
            (self._folder / f"finding-{stem}.bin").write_bytes(data)
            (self._folder / f"finding-{stem}.txt").write_text(f"{kind}\n\n{told}")
        self.account.findings[kind] = self.account.findings.get(kind, 0) + 1


def read_account(folder: Path) -> Account:
    """The last account written; an empty one where there is none."""
    try:
        told: Mapping[str, Any] = json.loads((folder / "account.json").read_text())
    except FileNotFoundError:
        return Account()
    return Account(**told)


def _kind(error: Exception) -> str:
    """Type, message's beginning and place: the same for every input that fails alike."""
    frames = traceback.extract_tb(error.__traceback__)
    place = frames[-1]
    said = ": " + re.sub("[0-9]+", "#", str(error))[:60] if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__}{said} at {Path(place.filename).name}:{place.lineno}"
