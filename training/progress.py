"""What is told while a training runs: where it is, what it has come to, and how long it will yet take."""

from __future__ import annotations

import importlib
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from training.history import Round

EVENTS: Final = "tensorboard"


class Teller:
    """Tells a round in a line; on a terminal, a bar shows the batches in between."""

    def __init__(self, say: Console, folder: Path) -> None:
        """`folder` is for TensorBoard's events, where its writer is installed."""
        self._say = say
        self._events = _writer(folder)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
            console=say, transient=True, disable=not say.is_terminal,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._stage = ""
        self._began = time.monotonic()
        self._first: int | None = None

    def stage(self, name: str) -> None:
        """Another stage begins."""
        self._stage, self._began, self._first = name, time.monotonic(), None

    def filling(self, done: int, of: int) -> None:
        """So many files were heard."""
        self._show("listening", done, of)

    def ticked(self, step: int, of: int) -> None:
        """A batch was learnt."""
        self._show(self._stage, step, of)

    def told(self, found: Round, rounds: int) -> None:
        """A round is over."""
        if self._first is None:
            self._first = found.number  # what was done before this start says nothing of how long a round takes
            self._began = time.monotonic() if found.number == 0 else self._began
        done = found.number - (self._first if self._first == 0 else self._first - 1)
        parts = [f"{found.stage} {found.number}/{rounds}"]
        if found.loss is not None and found.right is not None:
            parts += [f"loss {found.loss:.3f}", f"right {100 * found.right:.1f} %"]
        if found.eer is not None:
            parts.append(f"held-out EER {100 * found.eer:.2f} %")
        if done:
            left = (time.monotonic() - self._began) / done * (rounds - found.number)
            parts.append(f"{_words(left)} left of this stage")
        self._say.print(", ".join(parts), soft_wrap=True)
        for name, value in (("loss", found.loss), ("right", found.right), ("eer", found.eer)):
            if self._events is not None and value is not None:
                self._events.add_scalar(f"{found.stage}/{name}", value, found.step)
        if self._events is not None:
            self._events.flush()

    def close(self) -> None:
        """The last of the events are on the disk."""
        if self._events is not None:
            self._events.close()

    def _show(self, what: str, done: int, of: int) -> None:
        if self._task is None:
            self._task = self._bar.add_task(what, total=of)
            self._bar.start()
        self._bar.update(self._task, description=what, completed=done, total=of)
        if done >= of:
            self._bar.stop()
            self._bar.remove_task(self._task)
            self._task = None


def _writer(folder: Path) -> Any:
    """TensorBoard's, without TensorBoard and torch's own; None where tensorboardX is not installed."""
    if find_spec("tensorboardX") is None:
        return None
    return importlib.import_module("tensorboardX").SummaryWriter(str(folder / EVENTS))


def _words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
