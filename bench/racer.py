"""One contestant in a process of its own: ``python -m bench.racer NAME``.

Reads the notes' paths from the first line (JSON), embeds the first and says so; then, for each further line, embeds all
of them and says how many seconds that took. Every answer carries the peak of memory, in megabytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path

from bench.contestants import CONTESTANTS


def main(name: str) -> None:
    """Embed the notes that come on standard input, by one contestant's way."""
    warnings.simplefilter("ignore")
    notes = [Path(path).read_bytes() for path in json.loads(sys.stdin.readline())]
    embed = CONTESTANTS[name][1]()
    embed(notes[0])
    _say(0.0)
    for _ in sys.stdin:
        started = time.perf_counter()
        for note in notes:
            embed(note)
        _say(time.perf_counter() - started)


def _say(seconds: float) -> None:
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"seconds": seconds, "megabytes": max(peaks) / 1024}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
