"""``make mutate``: put faults into the modules that decide, one at a time, and see whether the tests notice.

What was found is kept, so that a run that was stopped goes on where it was. A fault that was noticed is not tried again
while its module stays as it is; one that was not, as soon as the module or its tests have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.explained import EXPLAINED
from tests.mutation.house import ROOT, House, house
from tests.mutation.operators import Mutant, mutants
from tests.mutation.plan import PLAN

_PATIENCE, _LEAST_PATIENCE = 4.0, 20.0
"""How much longer than the tests of the sound module those of a fault may take, and at least, seconds."""


class Memory:
    """What was found before: a line of JSON for each fault that was tried."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else ()
        self._found = {(one["module"], one["key"]): one for one in map(json.loads, lines)}

    def outcome(self, module: str, key: str, code: str, tests: str) -> str | None:
        one = self._found.get((module, key))
        if one is None or one["code"] != code or (one["outcome"] == "passed" and one["tests"] != tests):
            return None
        return str(one["outcome"])

    def keep(self, **found: object) -> None:
        self._found[str(found["module"]), str(found["key"])] = found
        with self._path.open("a") as file:
            file.write(json.dumps(found, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(PLAN)}; default: all")
    parser.add_argument("--each", type=int, default=30, help="faults for a module, drawn by the seed; 0: every one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="name the faults, try none")
    parser.add_argument("--out", type=Path, default=Path("mutation-output"))
    options = parser.parse_args(arguments)
    chosen = {module: PLAN[module] for module in PLAN if not options.modules or module in options.modules}
    if unknown := set(options.modules) - set(PLAN):
        parser.error(f"no tests are named for {', '.join(sorted(unknown))}: see tests/mutation/plan.py")
    if options.list:
        for module in chosen:
            for mutant in drawn(ROOT / module, module, options.each, options.seed):
                print(f"{module}:{mutant.line} {mutant.key}")
        return 0
    options.out.mkdir(exist_ok=True)
    memory = Memory(options.out / "found.jsonl")
    table, left = [], 0
    with house() as copy:
        for module, tests in chosen.items():
            row, unexplained = try_module(copy, memory, module, tests, (options.each, options.seed))
            table.append(row)
            left += unexplained
    print("\n".join(written(table)))
    (options.out / "table.md").write_text("\n".join(written(table)) + "\n")
    return 1 if left else 0


def drawn(path: Path, module: str, count: int, seed: int) -> list[Mutant]:
    """The module's faults, or so many of them."""
    every = mutants(path.read_text())
    if 0 < count < len(every):
        every = sorted(random.Random(f"{seed} {module}").sample(every, count), key=lambda one: one.start)
    return every


def try_module(
    copy: House, memory: Memory, module: str, tests: tuple[str, ...], draw: tuple[int, int]
) -> tuple[tuple[str, int, int, int, int], int]:
    """The module's row (seeded, killed, explained, survived), and how many survivors nobody has explained."""
    faults = drawn(copy.folder / module, module, *draw)
    source = (copy.folder / module).read_text()
    code, tested = _digest(source), _digest(*((copy.folder / test).read_text() for test in tests))
    known = {fault: memory.outcome(module, fault.key, code, tested) for fault in faults}
    patience = 0.0
    if None in known.values():
        outcome, seconds, said = copy.run(module, tests, 600)
        if outcome != "passed":
            raise SystemExit(f"{module}: its tests do not pass without a fault\n{said}")
        patience = max(_LEAST_PATIENCE, seconds * _PATIENCE)
        print(f"{module}: {len(faults)} faults, {seconds:.1f} s without any", file=sys.stderr, flush=True)
    killed = explained = survived = 0
    for number, fault in enumerate(faults, start=1):
        found = known[fault]
        if found is None:
            with copy.changed(module, fault.applied_to(source)):
                found, seconds, _ = copy.run(module, tests, patience)
            memory.keep(
                module=module, key=fault.key, line=fault.line, code=code, tests=tested, outcome=found,
                seconds=round(seconds, 1),
            )  # fmt: skip
        why = EXPLAINED.get(module, {}).get(fault.key)
        if found != "passed":
            killed += 1
        elif why is not None:
            explained += 1
        else:
            survived += 1
            print(f"  {number}/{len(faults)} SURVIVED {module}:{fault.line} {fault.key}", file=sys.stderr, flush=True)
    return (module, len(faults), killed, explained, survived), survived


def written(rows: Sequence[tuple[str, int, int, int, int]]) -> list[str]:
    """A table for docs/testing.md."""
    lines = ["| module | seeded | killed | explained | survived |", "|---|---|---|---|---|"]
    counts = [row[1:] for row in rows]
    seeded, killed, explained, survived = (sum(column) for column in zip(*counts, strict=True))
    for name, *numbers in [*((f"`{row[0]}`", *row[1:]) for row in rows), ("all", seeded, killed, explained, survived)]:
        lines.append(f"| {name} | {' | '.join(map(str, numbers))} |")
    return [*lines, "", f"{killed / seeded:.1%} killed."]


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
