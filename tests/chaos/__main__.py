"""`make chaos`: hundreds of notes while every process and server is killed and paused; then a table."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from tests.chaos.account import Account
from tests.chaos.form import Form
from tests.chaos.house import Plan, house
from tests.chaos.storm import Weather, ride_out
from tests.end_to_end.product import TEACHER_ID

_CLASSES = tuple(TEACHER_ID + number for number in range(3))
_OUT = Console(width=100)


@dataclass(frozen=True)
class Outcome:
    """One installation's storm."""

    name: str
    account: Account
    blows: Counter[str]
    seconds: float


def plans(chosen: str) -> dict[str, Plan]:
    """The installations to try, by name.

    Raises:
        SystemExit: PostgreSQL is asked for and not there.
    """
    found = {}
    if chosen in ("sqlite", "both"):
        found["SQLite, Valkey, 1 polling bot, 1 worker"] = Plan(queue="valkey", teachers=_CLASSES)
    if chosen in ("postgres", "both"):
        postgres = os.environ.get("ROLLCALL_TEST_POSTGRES_URL")
        if not postgres:
            raise SystemExit("no PostgreSQL: run make chaos, or add --database sqlite")
        found["PostgreSQL, Redis, 2 webhook bots, 3 workers"] = Plan(
            bots=2, workers=3, queue="redis", postgres=postgres, teachers=_CLASSES
        )
    return found


async def run(notes: int, seed: int, weather: Weather, chosen: str) -> list[Outcome]:
    """Each installation's storm, one after the other."""
    outcomes = []
    chosen_plans = plans(chosen)
    for name, plan in chosen_plans.items():
        folder = Path(tempfile.mkdtemp(prefix="rollcall-chaos-"))
        started = time.monotonic()
        _OUT.print(f"[bold]{name}[/]: {notes // len(chosen_plans)} notes, seed {seed}; logs in {folder}")

        async with house(folder, plan) as made:

            def tell(forms: Sequence[Form], started: float = started) -> None:
                sent = sum(len(form.notes) for form in forms)
                answered = sum(1 for form in forms for note in form.notes.values() if note.answers)
                _OUT.print(
                    f"{time.monotonic() - started:5.0f} s  {sent} sent, {answered} answered, {_blows(made.counted)}"
                )

            account = await ride_out(made, notes // len(chosen_plans), weather, seed, tell=tell)
            outcomes.append(Outcome(name, account, made.counted, time.monotonic() - started))
        if account.good:
            shutil.rmtree(folder)
    return outcomes


def table(outcomes: Sequence[Outcome]) -> Table:
    """What was counted, a column for each installation."""
    made = Table(box=box.MARKDOWN)
    made.add_column("")
    for outcome in outcomes:
        made.add_column(outcome.name, justify="right")
    accounts = [outcome.account for outcome in outcomes]
    rows: list[tuple[str, Sequence[object]]] = [
        ("notes", [account.notes for account in accounts]),
        ("lost", [account.lost for account in accounts]),
        ("marks missing", [account.missing for account in accounts]),
        ("marked twice", [account.too_many for account in accounts]),
        ("answered wrongly", [len(account.wrong) for account in accounts]),
        ("answered twice: a bot died after sending", [account.again for account in accounts]),
        ("answered twice: unexplained", [account.unexplained for account in accounts]),
        ("left pending", [account.pending for account in accounts]),
        ("dead letters", [account.dead for account in accounts]),
    ]
    blows = sorted({blow for outcome in outcomes for blow in outcome.blows})
    rows.extend((blow, [outcome.blows[blow] for outcome in outcomes]) for blow in blows)
    shares = (("median", 0.5), ("95th percentile", 0.95), ("longest", 1.0))
    rows.extend((f"wait, {name}", [f"{one.wait(share):.1f} s" for one in accounts]) for name, share in shares)
    rows.append(("took", [f"{outcome.seconds:.0f} s" for outcome in outcomes]))
    for name, values in rows:
        made.add_row(name, *map(str, values))
    return made


def _blows(counted: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(counted.items())) or "calm"


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 where anything was lost, doubled or left over."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--notes", type=int, default=600, help="voice notes in all (default 600)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 10_000, help="of the storm")
    parser.add_argument("--every", type=float, default=Weather.every, help="seconds between two blows, about")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    chosen = parser.parse_args(arguments)
    # Asked to stop, we stop what we started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcomes = asyncio.run(run(chosen.notes, chosen.seed, Weather(every=chosen.every), chosen.database))
    _OUT.print(table(outcomes))
    for outcome in outcomes:
        for wrong in outcome.account.wrong:
            _OUT.print(f"answered wrongly ({outcome.name}): {wrong}", markup=False)
    return 0 if all(outcome.account.good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
