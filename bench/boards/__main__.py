"""``make boards``."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench.boards.measure import Outcome, Wanted, measure, within


def told(wanted: Wanted, found: Outcome) -> str:
    """What was seen, in words."""
    away = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in found.away.items())
    lines = (
        f"{wanted.students} students in {wanted.seconds:.0f} s before {wanted.browsers} boards, "
        f"{wanted.windows} of them in chromium; killed, and away for: {away}",
        "a mark is shown after its transaction: "
        f"95 % within {found.wait(0.95):.2f} s, all within {found.wait(1):.2f} s",
        f"after the note was sent: 95 % within {within(found.ways, 0.95):.2f} s",
        f"{found.meanwhile} marks came while the pages were away; lost {found.lost}",
        f"rollcall web: {found.before:.0f} MB before {found.marks} marks, {found.after:.0f} MB after, "
        f"{found.processor:.0%} of a processor",
    )
    return "\n".join(lines)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="make boards", description=__doc__)
    usual = Wanted()
    parser.add_argument("--students", type=int, default=usual.students)
    parser.add_argument("--browsers", type=int, default=usual.browsers, help="boards that are looked at")
    parser.add_argument("--windows", type=int, default=usual.windows, help="of these, in windows of chromium")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="in which all check in")
    wanted = Wanted(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), wanted))
    print(told(wanted, found))


if __name__ == "__main__":
    main()
