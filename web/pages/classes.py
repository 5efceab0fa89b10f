"""The teacher's classes: all of them, a new one, and the overview of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from rollcall.domain.names import LONGEST_TITLE
from rollcall.report.wording import clock
from rollcall.storage.classes import ClassSummary, join_code_is_good, summaries
from rollcall.storage.lessons import open_lesson_of
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.storage.teaching import archived_classes
from rollcall.usecases.classes import choose, end_link, renew_link
from rollcall.usecases.making import title_given
from rollcall.usecases.past_lessons import past_lessons
from rollcall.usecases.waiting import waiting
from web.pages.lessons import listed_as
from web.pages.within import bot_link
from web.visit import Visit

_MINUTE = timedelta(minutes=1)
_LAST = 5


async def start(visit: Visit) -> Response:
    """GET /: the classes, each with what can be done."""
    put_away = await visit.look(_put_away, visit.person, visit.now)
    return visit.page(
        "classes.html", classes=await visit.look(_summaries, visit), archive=put_away, longest=LONGEST_TITLE
    )


async def make(visit: Visit) -> Response:
    """POST /classes: a new one."""
    settings, t = visit.site.settings, visit.texts
    made = await visit.as_teacher(
        title_given, visit.said("title"), settings.timezone, settings.join_link_valid, visit.now
    )
    if made is None:
        return visit.go("/", t("web-new-class-long", most=LONGEST_TITLE))
    return visit.go(f"/classes/{made.id}", t("web-new-class-made", title=made.title))


async def overview(visit: Visit) -> Response:
    """GET /classes/…: what is going on, who waits, how to get in."""
    t, one = visit.texts, visit.school_class
    put_away = one.archived_at is not None
    chosen = await visit.as_teacher(choose, visit.class_id, visit.now)
    running = await visit.look(open_lesson_of, visit.class_id)
    zone, good = ZoneInfo(one.timezone), join_code_is_good(one, visit.now)
    found = await visit.look(past_lessons, visit.class_id, 0, _LAST)
    lessons = [listed_as(past, zone, t) for past in found.lessons]
    usual = one.lesson_minutes or visit.site.settings.lesson_length // _MINUTE
    return visit.page(
        "overview.html",
        tab="class",
        put_away=put_away,
        students=chosen.students,
        lasting=chosen.lasting,
        running=running,
        closes=_closes(running, zone),
        usual=usual,
        asked=0 if put_away else (await visit.look(waiting, visit.class_id)).total,
        good=good,
        link=bot_link(visit, f"join-{one.join_code}") if good and not put_away else None,
        until=_until(one, zone),
        lessons=lessons,
    )


async def new_link(visit: Visit) -> Response:
    """POST …/link: another join link; the old one leads nowhere."""
    one = await visit.as_teacher(renew_link, visit.class_id, visit.site.settings.join_link_valid, visit.now)
    return visit.go(f"/classes/{visit.class_id}", visit.texts("link-renewed", title=one.title))


async def no_link(visit: Visit) -> Response:
    """POST …/link/end: nobody joins any more."""
    one = await visit.as_teacher(end_link, visit.class_id, visit.now)
    return visit.go(f"/classes/{visit.class_id}", visit.texts("link-ended", title=one.title))


def _summaries(session: Session, visit: Visit) -> list[ClassSummary]:
    return summaries(session, visit.person, visit.now)


def _put_away(session: Session, person: Person, now: datetime) -> int:
    return len(archived_classes(session, person, now))


def _closes(running: Lesson | None, zone: ZoneInfo) -> str:
    return clock(running.closes_at.astimezone(zone)) if running is not None else ""


def _until(one: SchoolClass, zone: ZoneInfo) -> str:
    expires = one.join_code_expires_at
    return f"{expires.astimezone(zone):%d.%m.%Y %H:%M}" if expires is not None else ""
