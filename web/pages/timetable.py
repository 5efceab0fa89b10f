"""A class's timetable: slots of the week, the term, holidays."""

from __future__ import annotations

from starlette.responses import Response

from rollcall.domain.timetable import Weeks, clock_of
from rollcall.report.wording import span_words
from rollcall.storage.timetable_tables import Slot
from rollcall.texts import Texts
from rollcall.usecases import timetables as use_cases
from rollcall.usecases.timetables import HOLIDAY, SLOT, TERM
from web.pages.within import gone, named, typed
from web.visit import Visit

_WEEK = range(1, 8)


async def timetable(visit: Visit) -> Response:
    """GET …/timetable."""
    found, t = await visit.look(use_cases.timetable, visit.class_id), visit.texts
    return visit.page(
        "timetable.html",
        tab="timetable",
        week=[(t("plan-weekday", weekday=day), [one for one in found.slots if one.weekday == day]) for day in _WEEK],
        said={one.id: _said(one, t) for one in found.slots},
        slots=bool(found.slots),
        holidays=[(number, span_words(days.first, days.last, t)) for number, days in found.holidays],
        term=span_words(found.term.first, found.term.last, t) if found.term is not None else None,
        weekdays=[(day, t("plan-weekday", weekday=day)) for day in _WEEK],
        weeks=[(one.value, t(f"button-weeks-{one}")) for one in Weeks],
        may_change=visit.school_class.archived_at is None,
    )


async def add(visit: Visit) -> Response:
    """POST …/timetable: a slot, days without lessons, or the term."""
    kind, weekday, weeks = visit.said("kind"), typed(visit.said("weekday")), visit.said("weeks")
    if kind not in (SLOT, HOLIDAY, TERM) or (kind == SLOT and weekday not in _WEEK):
        return gone(visit)
    every = Weeks(weeks) if weeks in set(Weeks) else Weeks.EVERY
    done = await visit.as_teacher(
        use_cases.plan_given, visit.class_id, kind, visit.said("text"), visit.now, weekday=weekday, weeks=every
    )
    return _back(visit, "web-saved" if done is not None else f"plan-{kind}-again")


async def weeks(visit: Visit) -> Response:
    """POST …/timetable/slots/…: every week, or every other."""
    wanted = visit.said("weeks")
    if wanted not in set(Weeks):
        return gone(visit)
    slot = await visit.as_teacher(use_cases.set_weeks, visit.class_id, named(visit, "slot_id"), Weeks(wanted))
    return gone(visit) if slot is None else _back(visit, "web-saved")


async def remove_slot(visit: Visit) -> Response:
    """POST …/timetable/slots/…/remove."""
    slot_id = named(visit, "slot_id")
    if await visit.look(use_cases.one_slot, visit.class_id, slot_id) is None:
        return gone(visit)
    await visit.as_teacher(use_cases.remove_slot, visit.class_id, slot_id)
    return _back(visit, "web-saved")


async def remove_holiday(visit: Visit) -> Response:
    """POST …/timetable/holidays/…/remove."""
    holiday_id = named(visit, "holiday_id")
    found = await visit.look(use_cases.timetable, visit.class_id)
    if holiday_id not in {number for number, _ in found.holidays}:
        return gone(visit)
    await visit.as_teacher(use_cases.remove_holiday, visit.class_id, holiday_id)
    return _back(visit, "web-saved")


async def remove_term(visit: Visit) -> Response:
    """POST …/timetable/term/remove: it holds always."""
    await visit.as_teacher(use_cases.remove_term, visit.class_id)
    return _back(visit, "web-saved")


def _said(one: Slot, t: Texts) -> tuple[str, str, str]:
    clock = f"{clock_of(one.begins)}–{clock_of(one.begins + one.minutes)}"
    return clock, one.topic or "", "" if one.weeks == Weeks.EVERY else t(f"plan-weeks-{one.weeks}")


def _back(visit: Visit, key: str) -> Response:
    return visit.go(f"/classes/{visit.class_id}/timetable", visit.texts(key))
