"""Fuzz the parsers and the audio path, target by target, and tell what came of it."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import AUDIO, PARSERS, target
from tests.fuzz.watch import Account, read_account

_LOOK_EVERY = 10.0


@dataclass(frozen=True)
class Row:
    """One line of the closing table."""

    name: str
    account: Account
    new_paths: int
    seconds: float


def main() -> int:
    """Exit code: 0 where nothing was found, 1 where something was."""
    asked = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    asked.add_argument("targets", nargs="*", metavar="target", help=f"of {', '.join(PARSERS + AUDIO)}; none: all")
    asked.add_argument("--inputs", type=int, help="for each target; else each target's own number, 1,000,000 together")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--output", type=Path, default=Path("fuzz-output"), help="corpus, findings and logs")
    options = asked.parse_args()
    unknown = set(options.targets) - {*PARSERS, *AUDIO}
    if unknown:
        asked.error(f"no such target: {', '.join(sorted(unknown))}")
    rows = [
        _fuzz(name, options.inputs or target(name).inputs, options.seed, options.output / name)
        for name in options.targets or PARSERS + AUDIO
    ]
    print(table(rows))
    return 1 if any(row.account.findings for row in rows) else 0


def _fuzz(name: str, inputs: int, seed: int, folder: Path) -> Row:
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("account.*"), *folder.glob("finding-*"), *folder.glob("died-*")]:
        old.unlink()
    started = time.monotonic()
    log = folder / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-W", "ignore", "-m", "tests.fuzz.one", name, str(inputs), str(seed), str(folder)]
        # What a confined decoder is refused must not be written to the log a million times.
        child = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, "PYTHONHASHSEED": "0"})
        while True:
            try:
                child.wait(_LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                _tell(name, read_account(folder), inputs, started)
    account = read_account(folder)
    if child.returncode != 0:
        account.findings[f"the process died ({child.returncode}), see {folder}"] = 1
    elif account.inputs < inputs:
        account.findings[f"only {account.inputs} of {inputs} inputs were tried, see {log}"] = 1
    said = re.search(r"stat::new_units_added:\s+(\d+)", log.read_text(errors="replace"))
    row = Row(name, account, int(said[1]) if said else 0, time.monotonic() - started)
    print(f"{name}: {account.inputs:,} inputs, {sum(account.findings.values())} findings", flush=True)
    return row


def _tell(name: str, account: Account, inputs: int, started: float) -> None:
    rate = account.inputs / (time.monotonic() - started)
    print(f"{name}: {account.inputs:,} of {inputs:,} inputs, {rate:,.0f}/s", flush=True)


def table(rows: list[Row]) -> str:
    """Markdown, for docs/security.md."""
    lines = ["", "| target | inputs | new paths | slowest input | findings | minutes |", "|---|--:|--:|--:|--:|--:|"]
    for row in rows:
        slowest = f"{row.account.slowest * 1000:,.0f} ms ({row.account.slowest_bytes:,} bytes)"
        lines.append(
            f"| {row.name} | {row.account.inputs:,} | {row.new_paths:,} | {slowest} "
            f"| {len(row.account.findings)} | {row.seconds / 60:.1f} |"
        )
    for kind, names in (("parsers", PARSERS), ("audio", AUDIO)):
        lines.append(f"{kind}: {sum(row.account.inputs for row in rows if row.name in names):,} inputs")
    for row in rows:
        lines += [f"{row.name}: {what} ({times:,} times)" for what, times in row.account.findings.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
