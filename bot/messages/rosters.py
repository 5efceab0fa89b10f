"""What a list is shown as: how many, how they compare with the class, what is odd, and the names folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.messages.replies import Buttons
from rollcall.marked import one_below_the_other
from rollcall.report.text import units
from rollcall.roster.model import LeftOut, Line
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts
from rollcall.usecases.rosters import Shown, Taken

_MOST_SHOWN = 8
"""Of what is odd, and of what is left out."""
_ROOM = 2000
"""UTF-16 units for names: with all the rest one message."""
_MOST_CLASSES = 90
_LABEL = 40


def shown_text(shown: Shown, classes: Sequence[SchoolClass], t: Texts) -> str:
    """The list, and the question what to do with it."""
    roster = shown.roster
    parts = [t("roster-count", number=len(roster.lines))]
    if roster.sheet is not None:
        parts.append(t("roster-sheet", title=roster.sheet))
    if shown.school_class is not None:
        title = shown.school_class.title
        parts.append(t("roster-compared", title=title, new=shown.new, known=shown.known, gone=shown.gone))
    if roster.odd:
        lines = [t(f"roster-odd-{oddity}", name=_named(roster.lines[place])) for place, oddity in roster.odd]
        parts.append(one_below_the_other([t("roster-look"), *_first(lines, t)]))
    if roster.left_out:
        lines = [_left_out(one, t) for one in roster.left_out]
        parts.append(one_below_the_other([t("roster-left-out"), *_first(lines, t)]))
    parts.append(t("roster-names", names=names_text([_named(line) for line in roster.lines], t)))
    if shown.school_class is None:
        parts.append(t("roster-which") if classes else t("roster-no-class"))
    return one_below_the_other(parts, "\n\n")


def shown_buttons(shown: Shown, classes: Sequence[SchoolClass], t: Texts) -> Buttons:
    """Take it, or leave it; first the class, where there are several."""
    if not classes:
        return [[(t("button-new-class"), "newclass")]]
    if shown.school_class is None:
        choices = [[(one.title, f"roster:{one.id}:{shown.preview_id}:show")] for one in classes[:_MOST_CLASSES]]
    else:
        one = shown.school_class
        choices = [[(t("roster-button-take"), f"roster:{one.id}:{shown.preview_id}:take")]]
    return [*choices, [(t("roster-button-leave"), f"roster-no:{shown.preview_id}")]]


def taken_text(taken: Taken, t: Texts) -> str:
    """What came of it, and who is in the class and not on the list."""
    text = t(
        "roster-taken", title=taken.school_class.title, number=taken.students, added=taken.added, updated=taken.updated
    )
    if taken.gone:
        text = text + "\n\n" + t("roster-gone", number=len(taken.gone), names=names_text(taken.gone, t))
    return text


def taken_buttons(taken: Taken, t: Texts) -> Buttons:
    """Those who are not on the list go, or stay."""
    if not taken.gone:
        return [[(taken.school_class.title, f"class:{taken.school_class.id}")]]
    remove = f"roster:{taken.school_class.id}:{taken.preview_id}:gone"
    return [
        [(t("roster-button-remove", number=len(taken.gone)), remove)],
        [(t("roster-button-keep"), f"roster-no:{taken.preview_id}")],
    ]


def names_text(names: Sequence[str], t: Texts) -> str:
    """As many names as there is room for, one below the other, and how many more there are."""
    shown: list[str] = []
    left = _ROOM
    for name in names:
        left -= units(name) + 1
        if left < 0:
            return "\n".join([*shown, t("roster-more", number=len(names) - len(shown))])
        shown.append(name)
    return "\n".join(shown)


def _named(line: Line) -> str:
    beside = ", ".join(fact for fact in (line.number, line.group) if fact)
    return f"{line.name} ({beside})" if beside else line.name


def _left_out(one: LeftOut, t: Texts) -> str:
    return t(f"roster-why-{one.why}", row=one.row, name=one.text)


def _first(lines: Sequence[str], t: Texts) -> Iterator[str]:
    yield from lines[:_MOST_SHOWN]
    if len(lines) > _MOST_SHOWN:
        yield t("roster-more", number=len(lines) - _MOST_SHOWN)


def cut(name: str) -> str:
    """A name on a button: phones show some forty characters."""
    return name if len(name) <= _LABEL else name[: _LABEL - 1].rstrip() + "…"
