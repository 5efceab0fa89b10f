"""Contestants side by side: they take turns in one run, so that a busy neighbour slows all of them alike."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from rich.progress import track

from bench.contestants import CONTESTANTS

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass
class Standing:
    """What one contestant did.

    Attributes:
        alone: milliseconds a note, one process, each round.
        pair: notes a second, two processes at once, each round.
        start: seconds from the process's start to its first embedding, each start.
        megabytes: peak memory of a process.
    """

    name: str
    alone: list[float] = field(default_factory=list)
    pair: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    megabytes: float = 0.0


class Racer:
    """A contestant's process."""

    def __init__(self, name: str, notes: Sequence[Path]) -> None:
        started = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "bench.racer", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env={**os.environ, **_ONE_THREAD},
        )  # fmt: skip
        self._send(json.dumps([str(note) for note in notes]))
        self.megabytes = 0.0
        self.read()
        self.start = time.perf_counter() - started

    def go(self) -> None:
        """Begin a round."""
        self._send("go")

    def read(self) -> float:
        """Wait for the round's end: its seconds.

        Raises:
            EOFError: the process has died; it lacks what it would import, most likely.
        """
        line = cast(IO[str], self._process.stdout).readline()
        if not line:
            self.stop()
            raise EOFError
        said = json.loads(line)
        self.megabytes = said["megabytes"]
        return float(said["seconds"])

    def stop(self) -> None:
        """End it, at any time."""
        if not cast(IO[str], self._process.stdout).closed:
            self._process.kill()
            self._process.communicate()

    def _send(self, line: str) -> None:
        pipe = cast(IO[str], self._process.stdin)
        with contextlib.suppress(BrokenPipeError):
            pipe.write(line + "\n")
            pipe.flush()


def race(notes: Sequence[Path], rounds: int) -> tuple[list[Standing], list[str]]:
    """Every contestant that can run here, and those that cannot."""
    standings, absent = [], []
    with contextlib.ExitStack() as stack:
        pairs: dict[str, tuple[Racer, Racer]] = {}
        for name in track(CONTESTANTS, "contestants start", transient=True):
            standing = Standing(name)
            try:
                # The first start may write caches; it does not count.
                Racer(name, notes[:1]).stop()
                pairs[name] = (_started(stack, name, notes, standing), _started(stack, name, notes, standing))
            except EOFError:
                absent.append(CONTESTANTS[name][0])
                continue
            standings.append(standing)
        for _ in track(range(rounds), "rounds", transient=True):
            for standing in standings:
                one, other = pairs[standing.name]
                one.go()
                standing.alone.append(one.read() / len(notes) * 1000)
                began = time.perf_counter()
                one.go()
                other.go()
                one.read()
                other.read()
                standing.pair.append(2 * len(notes) / (time.perf_counter() - began))
                standing.megabytes = max(one.megabytes, other.megabytes)
    return standings, absent


def _started(stack: contextlib.ExitStack, name: str, notes: Sequence[Path], standing: Standing) -> Racer:
    racer = Racer(name, notes)
    stack.callback(racer.stop)
    standing.start.append(racer.start)
    return racer


def ratios(standings: Sequence[Standing], against: str) -> Iterator[tuple[str, float]]:
    """How many times as many notes a second as another contestant: the median of the rounds' own ratios."""
    base = next((standing for standing in standings if standing.name == against), None)
    if base is not None:
        for standing in standings:
            yield standing.name, statistics.median(own / its for own, its in zip(standing.pair, base.pair, strict=True))
