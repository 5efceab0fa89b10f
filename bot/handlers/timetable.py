"""A class's timetable: seen, written by buttons and typed times, and one lesson of it skipped."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher
from bot.messages.menus import show
from bot.messages.replies import Buttons, cancel_button, reply
from bot.services import Context, now
from rollcall.domain.timetable import Days, Weeks, clock_of
from rollcall.marked import one_below_the_other
from rollcall.report.wording import day_words
from rollcall.storage.timetable_tables import Slot
from rollcall.texts import Texts
from rollcall.usecases.timetable_running import skip_planned
from rollcall.usecases.timetables import (
    HOLIDAY,
    SLOT,
    TERM,
    Timetable,
    ask_plan,
    one_slot,
    plan_said,
    remove_holiday,
    remove_slot,
    remove_term,
    set_weeks,
    timetable,
)

_WEEK = range(1, 8)


async def timetable_pressed(update: Update, context: Context) -> None:
    """timetable:<class>[:<what>[:<number>[:<value>]]]: the table, or one of the things to be done with it."""
    found = context.match.groupdict() if isinstance(context.match, re.Match) else {}
    number, value = int(found.get("number") or 0), found.get("value") or ""
    await _DOES[found.get("what") or ""](update, context, number, value)


async def plan_given(update: Update, context: Context) -> None:
    """A time or days, in answer to our question; or that answer, edited."""
    message, t = update.effective_message, context.caller.texts
    if message is None:
        return
    if not context.caller.is_teacher:  # not any more
        await reply(update, t("not-a-teacher"))
        return
    said = await context.services.database.run(
        as_teacher(context.caller, plan_said), message.text or "", message.message_id, now()
    )
    if said.refused:
        await reply(update, t("class-not-yours"), texts=t)
    elif said.timetable is None:
        await reply(update, t(f"plan-{said.kind}-again"), cancel_button(t), t)
    else:
        await _show(update, said.timetable, t)


async def _table(update: Update, context: Context, _number: int, _value: str) -> None:
    found = await context.services.database.run(timetable, context.class_id)
    await _show(update, found, context.caller.texts)


async def _add(update: Update, context: Context, weekday: int, _value: str) -> None:
    t = context.caller.texts
    if weekday not in _WEEK:
        days = [(_weekday(day, t), f"timetable:{context.class_id}:add:{day}") for day in _WEEK]
        rows = [days[:2], days[2:4], days[4:6], days[6:], _back(t, context.class_id)]
        await show(update, t("plan-weekday-ask"), rows, t)
        return
    await context.services.database.run(_ask, context.caller, context.class_id, SLOT, weekday)
    await reply(update, t("plan-slot-ask", day=_weekday(weekday, t)), cancel_button(t), t)


async def _slot(update: Update, context: Context, slot_id: int, _value: str) -> None:
    await _show_slot(update, context, await context.services.database.run(one_slot, context.class_id, slot_id))


async def _weeks(update: Update, context: Context, slot_id: int, value: str) -> None:
    weeks = Weeks(value) if value in set(Weeks) else Weeks.EVERY
    change = as_teacher(context.caller, set_weeks)
    await _show_slot(update, context, await context.services.database.run(change, context.class_id, slot_id, weeks))


async def _remove(update: Update, context: Context, slot_id: int, _value: str) -> None:
    change = as_teacher(context.caller, remove_slot)
    found = await context.services.database.run(change, context.class_id, slot_id)
    await _show(update, found, context.caller.texts)


async def _holiday(update: Update, context: Context, _number: int, _value: str) -> None:
    await context.services.database.run(_ask, context.caller, context.class_id, HOLIDAY, 0)
    t = context.caller.texts
    await reply(update, t("plan-holiday-ask"), cancel_button(t), t)


async def _no_holiday(update: Update, context: Context, holiday_id: int, _value: str) -> None:
    change = as_teacher(context.caller, remove_holiday)
    found = await context.services.database.run(change, context.class_id, holiday_id)
    await _show(update, found, context.caller.texts)


async def _term(update: Update, context: Context, _number: int, _value: str) -> None:
    await context.services.database.run(_ask, context.caller, context.class_id, TERM, 0)
    t = context.caller.texts
    await reply(update, t("plan-term-ask"), cancel_button(t), t)


async def _no_term(update: Update, context: Context, _number: int, _value: str) -> None:
    found = await context.services.database.run(as_teacher(context.caller, remove_term), context.class_id)
    await _show(update, found, context.caller.texts)


async def _skip(update: Update, context: Context, slot_id: int, value: str) -> None:
    t, day = context.caller.texts, f"{value[:4]}-{value[4:6]}-{value[6:]}"
    skipped = await context.services.database.run(skip_planned, context.class_id, slot_id, day, now())
    if skipped is None:
        await show(update, t("plan-skip-late"), texts=t)
        return
    text = t("plan-skipped", title=skipped.school_class.title, time=f"{skipped.begins:%H:%M}")
    await show(update, text, [[(t("button-open"), f"open:{context.class_id}")]], t)


_DOES: dict[str, Callable[[Update, Context, int, str], Awaitable[None]]] = {
    "": _table,
    "add": _add,
    "slot": _slot,
    "weeks": _weeks,
    "remove": _remove,
    "holiday": _holiday,
    "unholiday": _no_holiday,
    "term": _term,
    "unterm": _no_term,
    "skip": _skip,
}
WHAT = "|".join(filter(None, _DOES))
"""What can be done with a timetable, in callback data."""


async def _show(update: Update, found: Timetable, t: Texts) -> None:
    class_id = found.school_class.id
    lines = [t("plan-head", title=found.school_class.title)]
    if found.slots:
        lines.append(one_below_the_other([f"• {_said(slot, t)}" for slot in found.slots]))
    else:
        lines.append(t("plan-none"))
    beside = [t("plan-term", days=_days_said(found.term, t))] if found.term is not None else []
    if found.holidays:
        beside.append(t("plan-holidays", days=", ".join(_days_said(days, t) for _, days in found.holidays)))
    if beside:
        lines.append("\n".join(beside))
    lines.append(t("plan-how"))
    slots = [(_short(slot, t), f"timetable:{class_id}:slot:{slot.id}") for slot in found.slots]
    holidays = [
        (f"❌ {_days_short(days)}", f"timetable:{class_id}:unholiday:{holiday_id}")
        for holiday_id, days in found.holidays
    ]
    term = [(t("button-plan-term"), f"timetable:{class_id}:term")]
    if found.term is not None:
        term.append((t("button-plan-no-term"), f"timetable:{class_id}:unterm"))
    buttons: Buttons = [
        *_two_by_two(slots),
        [(t("button-plan-add"), f"timetable:{class_id}:add")],
        [(t("button-plan-holiday"), f"timetable:{class_id}:holiday")],
        *_two_by_two(holidays),
        term,
        [(t("button-back"), f"class:{class_id}")],
    ]
    await show(update, one_below_the_other(lines, "\n\n"), buttons, t)


async def _show_slot(update: Update, context: Context, slot: Slot | None) -> None:
    t, class_id = context.caller.texts, context.class_id
    if slot is None:
        await _table(update, context, 0, "")
        return
    weeks = [
        (t(f"button-weeks-{one}"), f"timetable:{class_id}:weeks:{slot.id}:{one}") for one in Weeks if one != slot.weeks
    ]
    remove = [(t("button-plan-remove"), f"timetable:{class_id}:remove:{slot.id}")]
    await show(update, _said(slot, t), [weeks, remove, _back(t, class_id)], t)


def _said(slot: Slot, t: Texts) -> str:
    words = f"{_weekday(slot.weekday, t)}, {clock_of(slot.begins)}–{clock_of(slot.begins + slot.minutes)}"
    if slot.topic:
        words += f" · {slot.topic}"
    return words if slot.weeks == Weeks.EVERY else f"{words} · {t(f'plan-weeks-{slot.weeks}')}"


def _short(slot: Slot, t: Texts) -> str:
    return f"{t('plan-weekday-short', weekday=slot.weekday)} {clock_of(slot.begins)}"


def _weekday(weekday: int, t: Texts) -> str:
    return t("plan-weekday", weekday=weekday)


def _days_said(days: Days, t: Texts) -> str:
    words = day_words(days.first, t)
    return words if days.first == days.last else f"{words} – {day_words(days.last, t)}"


def _days_short(days: Days) -> str:
    def short(day: date) -> str:
        return f"{day:%d.%m.%y}"

    return short(days.first) if days.first == days.last else f"{days.first:%d.%m}–{short(days.last)}"


def _two_by_two(buttons: list[tuple[str, str]]) -> Buttons:
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def _back(t: Texts, class_id: int) -> list[tuple[str, str]]:
    return [(t("button-back"), f"timetable:{class_id}")]


def _ask(session: Session, caller: Caller, class_id: int, kind: str, weekday: int) -> None:
    ask_plan(session, caller.within(session).conversation, class_id, kind, weekday, now())
