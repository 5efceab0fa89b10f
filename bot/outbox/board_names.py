"""The names on a lesson's board: who waits for a teacher's word, and who is not there yet."""

from __future__ import annotations

from collections.abc import Sequence

from rollcall.marked import folded, one_below_the_other
from rollcall.report.text import units
from rollcall.report.wording import one_line
from rollcall.storage.roll import OnRoll, Stands
from rollcall.texts import Texts

_SHOWN = 30
"""More names than these are folded away until the teacher presses them."""
_LISTED = (Stands.WAITING, Stands.MISSING, Stands.EXCUSED)
"""Whoever waits needs the teacher, and so comes first; of those excused all is known."""


def names_part(t: Texts, roll: Sequence[OnRoll], room: int, *, closed: bool) -> str:
    """The lists, one below the other; nothing for a class without students.

    Args:
        room: how many of Telegram's units they may take.
    """
    if not roll:
        return ""
    named = [(stands, [one_line(one.name) for one in roll if one.stands is stands]) for stands in _LISTED]
    wanted = [(t(_key(stands, closed=closed), number=len(names)), names) for stands, names in named if names]
    if not wanted:
        return t("board-all-here")
    parts: list[str] = []
    for left, (head, names) in zip(range(len(wanted), 0, -1), wanted, strict=True):
        # Each may take what the others leave, and its share in any case.
        part = head + "\n" + _listed(t, names, room // left - units(head) - 1)
        parts.append(part)
        room -= units(part) + 2
    return one_below_the_other(parts, "\n\n")


def _key(stands: Stands, *, closed: bool) -> str:
    if stands is Stands.MISSING and closed:
        return "board-missing-closed"
    return f"board-{stands}"


def _listed(t: Texts, names: Sequence[str], room: int) -> str:
    """As many of the names as there is room for, and how many were left out."""
    text = "\n".join(names)
    if units(text) > room:
        room -= units(t("board-names-more", number=len(names)))
        kept = 0
        while (room := room - units(names[kept]) - 1) >= 0:
            kept += 1
        text = "\n".join([*names[:kept], t("board-names-more", number=len(names) - kept)])
    return folded(text) if len(names) > _SHOWN else text
