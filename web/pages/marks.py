"""A student's mark in a lesson: seen, given by hand, taken back; several at once, and all the rest."""

from __future__ import annotations

from starlette.responses import Response

from rollcall.domain.attendance import ATTENDED, MEANINGS, STATUSES, Status
from rollcall.domain.confidence import percent
from rollcall.domain.excuses import LONGEST, Excuse, clean_reason
from rollcall.report.wording import capital, excuse_words, status_word
from rollcall.texts import Texts
from rollcall.usecases.marks import (
    LessonFacts,
    MarkCard,
    Rest,
    mark_card,
    mark_rest,
    mark_several,
    set_mark,
    undo_mark,
    undo_rest,
)
from web.pages.register import WAITING
from web.pages.within import gone, named, typed, way_back
from web.visit import Undo, Visit

GIVEN = tuple(one for one in STATUSES if not MEANINGS[one].suspicious and one is not Status.EXCUSED)
"""What a teacher gives at a tap; an excuse has a reason."""
_OWN = "own"


async def card(visit: Visit) -> Response:
    """GET /lessons/…/marks/…: the mark, and what it can be."""
    t, found = visit.texts, await visit.look(mark_card, visit.number, named(visit, "person_id"))
    if found is None:
        return gone(visit)
    own = found.reason if found.reason is not None and found.reason not in set(Excuse) else ""
    return visit.page(
        "mark.html",
        tab="register",
        card=found,
        kind=WAITING if found.waiting else found.status or "none",
        said=_said(found, t),
        facts=_facts(found, t),
        by=_by(found, t),
        when=when_of(found.lesson, t),
        given=[(one, capital(t(f"mark-{one}"))) for one in GIVEN],
        reasons=[(one, capital(t(f"excuse-{one}"))) for one in Excuse],
        own=own,
        longest=LONGEST,
        archived=visit.school_class.archived_at is not None,
        back=way_back(visit, f"/lessons/{visit.number}"),
    )


async def set_one(visit: Visit) -> Response:
    """POST /lessons/…/marks/…: present, late or absent."""
    status = visit.said("status")
    if status not in {one.value for one in GIVEN}:
        return gone(visit)
    return await _give(visit, Status(status), None)


async def excuse(visit: Visit) -> Response:
    """POST …/excuse: for a usual reason, in one's own words, or for none."""
    fits, reason = reason_said(visit)
    if not fits:
        return visit.go(_here(visit), visit.texts("excuse-too-long", most=LONGEST))
    return await _give(visit, Status.EXCUSED, reason)


async def undo(visit: Visit) -> Response:
    """POST …/undo: the last mark given by hand is taken back."""
    done, found = await visit.as_teacher(
        undo_mark, visit.number, named(visit, "person_id"), typed(visit.said("correction")), visit.now
    )
    if found is None:
        return gone(visit)
    back = way_back(visit, f"/lessons/{visit.number}")
    return visit.go(back, visit.texts("mark-undone" if done else "mark-undo-late"))


async def several(visit: Visit) -> Response:
    """POST /lessons/…/several: the chosen students get one mark, or who is left gets it."""
    t, choice = visit.texts, visit.said("status")
    chosen = [typed(str(one)) for one in visit.form.getlist("student")]
    back = way_back(visit, f"/lessons/{visit.number}")
    if choice not in {*(one.value for one in GIVEN), Status.EXCUSED.value}:
        return gone(visit)
    fits, reason = reason_said(visit) if choice == Status.EXCUSED else (True, None)
    if not fits:
        return visit.go(back, t("excuse-too-long", most=LONGEST))
    if not chosen:
        return visit.go(back, t("web-several-nobody"))
    done = await visit.as_teacher(mark_several, visit.number, chosen, Status(choice), reason, visit.now)
    return _marked(visit, done, back)


async def rest(visit: Visit) -> Response:
    """POST /lessons/…/rest: all who are neither there nor excused."""
    choice = visit.said("status")
    if choice not in (Status.PRESENT, Status.EXCUSED):
        return gone(visit)
    done = await visit.as_teacher(mark_rest, visit.number, Status(choice), visit.now)
    return _marked(visit, done, way_back(visit, f"/lessons/{visit.number}"))


async def rest_undone(visit: Visit) -> Response:
    """POST /lessons/…/rest/undo: that is taken back."""
    done = await visit.as_teacher(undo_rest, visit.number, visit.said("batch"), visit.now)
    t, back = visit.texts, way_back(visit, f"/lessons/{visit.number}")
    return visit.go(back, t("rest-undone", number=len(done.names)) if done.names else t("mark-undo-late"))


def reason_said(visit: Visit) -> tuple[bool, str | None]:
    """Whether the reason in a form can be kept, and the reason; one's own words count for more than the choice."""
    own, chosen = visit.said(_OWN), visit.said("reason")
    if own:
        reason = clean_reason(own)
        return reason is not None, reason
    return True, chosen if chosen in set(Excuse) else None


def when_of(lesson: LessonFacts, t: Texts) -> str:
    """The lesson's day and time."""
    return f"{t('report-day-of-week', **_day(lesson))}, {lesson.opened_at:%H:%M}"


def _day(lesson: LessonFacts) -> dict[str, object]:
    day = lesson.opened_at
    return {"weekday": day.isoweekday(), "day": day.day, "month": day.month, "year": str(day.year)}


async def _give(visit: Visit, status: Status, reason: str | None) -> Response:
    person_id, t = named(visit, "person_id"), visit.texts
    found = await visit.as_teacher(set_mark, visit.number, person_id, status, reason, visit.now)
    if found is None:
        return gone(visit)
    back = way_back(visit, f"/lessons/{visit.number}")
    take_back = Undo(_here(visit) + "/undo", {"correction": str(found.undoable), "back": back})
    said = t("web-mark-set", name=found.name, mark=_said(found, t))
    return visit.go(f"{back}#s{person_id}", said, take_back if found.undoable else None)


def _marked(visit: Visit, done: Rest, back: str) -> Response:
    t = visit.texts
    if not done.names:
        return visit.go(back, t("rest-nobody"))
    take_back = Undo(f"/lessons/{visit.number}/rest/undo", {"batch": done.batch, "back": back})
    return visit.go(back, t("web-several-done", number=len(done.names)), take_back)


def _here(visit: Visit) -> str:
    return f"/lessons/{visit.number}/marks/{named(visit, 'person_id')}"


def _said(found: MarkCard, t: Texts) -> str:
    if found.waiting:
        return capital(t("report-waiting"))
    if found.status is None:
        return t("mark-announced" if found.announced else "mark-none")
    return capital(status_word(found.status, t))


def _facts(found: MarkCard, t: Texts) -> str:
    parts = [excuse_words(found.reason, t)] if found.reason is not None else []
    if found.at is not None:
        parts.append(f"{found.at:%H:%M}")
    if found.confidence is not None and found.status in ATTENDED:
        parts.append(f"{percent(found.confidence)} %")
    return " · ".join(parts)


def _by(found: MarkCard, t: Texts) -> str | None:
    if found.corrected_by is None:
        return None
    return t("mark-corrected" if found.corrected_by else "mark-corrected-somebody", teacher=found.corrected_by)
