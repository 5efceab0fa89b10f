"""What ``rollcall keys`` prints."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from rollcall.config.settings import Settings
from rollcall.ops import key_renewal
from rollcall.ops.key_renewal import Lost
from rollcall.usecases import key_rotation
from rollcall.usecases.key_rotation import KeyUse

_BY_HAND = "take it out of ROLLCALL_VOICEPRINT_KEY"


async def show(settings: Settings, out: Console) -> int:
    """Every key by its id; exit code 1 where values need a key that we do not have."""
    usage = await key_rotation.usage(settings)
    for use in usage.keys:
        role = "seals" if use.seals else "opens" if use.held else "NOT HELD: put it into ROLLCALL_VOICEPRINT_KEY again"
        _say(out, f"{use.id}  {role}  {_listed(use)}")
    if usage.malformed:
        _say(out, f"{usage.malformed} entries of the queue cannot be read; they are put aside when their turn comes")
    return 0 if all(use.held for use in usage.keys) else 1


async def rotate(settings: Settings, out: Console, err: Console) -> int:
    """A new key, or the rest of a rotation that was begun; exit code 1 where there is more to do."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=err, transient=True
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def tick(place: str, done: int, total: int) -> None:
            task = tasks.setdefault(place, bar.add_task(place, total=total) if place not in tasks else tasks[place])
            bar.update(task, completed=done, total=total)

        done = await key_rotation.rotate(settings, tick)
    if done.must_set is not None:
        # One that goes on with the old key alone can open nothing of what the others seal, nor find the audit's end.
        _say(out, "Stop every bot and worker, set this for all of them, start them, run rollcall keys rotate again:")
        _say(out, f"ROLLCALL_VOICEPRINT_KEY={done.must_set}")
        return 1
    _say(out, f"sealed anew: {done.resealed.total()} values" + "".join(f", {n} {p}" for p, n in done.resealed.items()))
    if done.unreadable:
        _say(out, f"{done.unreadable} values need a key that we do not hold: see rollcall keys")
        return 1
    if done.left:
        _say(out, f"{done.left} values are on their way under an older key: run rollcall keys rotate again in a minute")
        return 1
    cure = (
        "rollcall keys prune removes it"
        if settings.voiceprint_key is None
        else "take it out of ROLLCALL_VOICEPRINT_KEY"
    )
    _say(out, f"nothing needs an older key any more: {cure}")
    return 0


async def prune(settings: Settings, out: Console) -> int:
    """Remove what seals nothing; exit code 1 where an older key is still needed."""
    unused, needed = await key_rotation.prune(settings)
    for one in unused:
        _say(
            out, f"{one}  {'removed' if settings.voiceprint_key is None else 'take it out of ROLLCALL_VOICEPRINT_KEY'}"
        )
    for use in needed:
        _say(out, f"{use.id}  still needed by {_listed(use)}: run rollcall keys rotate")
    if not unused and not needed:
        _say(out, "there is only one key")
    return 1 if needed else 0


async def renew(settings: Settings, out: Console, *, erase: bool) -> int:
    """Go on without a key that was lost; exit code 1 where nobody has agreed to what it costs."""

    def agreed(lost: Lost) -> bool:
        ids = ", ".join(sorted(lost.key_ids)) or "of another installation"
        what = ", ".join(f"{count} {place}" for place, count in lost.values.items()) or "no voice"
        _say(out, f"the key {ids} is not held. What only it opens would be erased for good: {what}")
        _say(out, "names, classes and marks stay; who loses a voiceprint enrols again. If the key may turn up, wait")
        if erase:
            return True
        if sys.stdin.isatty():
            return typer.confirm("Erase them?")
        _say(out, "nothing is changed: to agree, run rollcall keys renew --erase-voices")
        return False

    lost, done = await key_renewal.renew(settings, agreed)
    if not lost:
        _say(out, "every voice opens with the keys that are held: to change the key, run rollcall keys rotate")
        return 0
    if done:
        _say(out, "done: start rollcall; rollcall keys shows the key in use. Keep a copy of it apart from the backups")
    return 0 if done else 1


def _listed(use: KeyUse) -> str:
    return ", ".join(f"{count} {place}" for place, count in use.values.items()) or "nothing"


def _say(out: Console, line: str) -> None:
    out.print(line, soft_wrap=True, highlight=False, markup=False)
