"""Who teaches a class: colleagues, substitutes, invitations, handing over, leaving."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from rollcall.report.wording import day_words
from rollcall.storage.invites import HANDLE
from rollcall.texts import Texts
from rollcall.usecases import staff as use_cases
from rollcall.usecases.staff import Leaving, Member, Staff
from web.pages.within import bot_link, day_asked, gone, named
from web.visit import Visit

_WEEK = timedelta(days=6)
"""Today is the first of its days."""
_LONGEST = timedelta(days=366)


async def staff(visit: Visit) -> Response:
    """GET …/staff: who teaches it, and what can be done about that."""
    return visit.page("staff.html", **await _shown(visit))


async def invite(visit: Visit) -> Response:
    """POST …/staff/invite: a link that works once, shown once."""
    found, t = await _staff(visit), visit.texts
    today = visit.now.astimezone(ZoneInfo(visit.school_class.timezone)).date()
    term, last = visit.said("term"), day_asked(visit, "last")
    known: dict[str, date | None] = {"good": None, "today": today, "week": today + _WEEK}
    if term in known:
        last = known[term]
    elif last is None or not today <= last <= today + _LONGEST:
        return visit.go(_here(visit), t("staff-until-ask", title=found.school_class.title))
    if bot_link(visit, "") is None:
        return visit.go(_here(visit), t("web-no-link"))
    valid = visit.site.settings.invite_valid
    token = await visit.as_teacher(use_cases.invite, visit.class_id, last, valid, visit.now)
    link = bot_link(visit, f"with-{token}")
    said = t("web-staff-link") if last is None else t("web-staff-link-until", last=day_words(last, t))
    if not visit.site.settings.teachers_may_invite:
        said += " " + t("staff-link-teachers-only")
    return visit.page("staff.html", link=link, link_said=said, **await _shown(visit))


async def revoke(visit: Visit) -> Response:
    """POST …/staff/revoke: that link does not work any more."""
    done = await visit.as_teacher(use_cases.uninvite, visit.class_id, visit.said("invite"), visit.now)
    return visit.go(_here(visit), visit.texts("invite-revoked")) if done else gone(visit)


async def take_out(visit: Visit) -> Response:
    """POST …/staff/…/out: the colleague does not teach it any more."""
    name = await visit.as_teacher(use_cases.take_out, visit.class_id, named(visit, "person_id"), visit.now)
    return gone(visit) if name is None else visit.go(_here(visit), visit.texts("staff-taken-out", name=name))


async def hand_over(visit: Visit) -> Response:
    """POST …/staff/…/owner: it is the colleague's class now, and the visitor stays or goes."""
    go, title = visit.said("how") == "go", visit.school_class.title
    name = await visit.as_teacher(use_cases.hand_over, visit.class_id, named(visit, "person_id"), visit.now, go=go)
    if name is None:
        return gone(visit)
    if go:
        return visit.go("/", visit.texts("staff-given-go", title=title, name=name))
    return visit.go(_here(visit), visit.texts("staff-given-stay", name=name))


async def leave(visit: Visit) -> Response:
    """POST …/staff/leave: the visitor teaches it no more."""
    title = visit.school_class.title
    can = await visit.as_teacher(use_cases.leave, visit.class_id, visit.now)
    if can is Leaving.CAN:
        return visit.go("/", visit.texts("staff-left", title=title))
    return visit.go(_here(visit), visit.texts(f"staff-leave-{can}", title=title))


async def _staff(visit: Visit) -> Staff:
    return await visit.as_teacher(use_cases.staff_of, visit.class_id, visit.now)


async def _shown(visit: Visit) -> dict[str, Any]:
    found, t = await _staff(visit), visit.texts
    zone = ZoneInfo(found.school_class.timezone)
    can = await visit.as_teacher(use_cases.may_leave, visit.class_id, visit.now)
    current = visit.school_class.archived_at is None
    return {
        "tab": "staff",
        "members": [(one, line(one, t), one == found.own) for one in found.members],
        "own": found.own,
        "lasting": current and found.own is not None and found.own.until is None,
        "owner": current and found.own is not None and found.own.owner,
        "invites": [
            (one.token_hash[:HANDLE], f"{one.expires_at.astimezone(zone):%d.%m %H:%M}") for one in found.invites
        ],
        "may_leave": current and can is Leaving.CAN and bool(found.colleagues),
    }


def line(one: Member, t: Texts) -> str:
    """What a teacher is to the class."""
    if one.until is not None:
        return t("web-staff-substitute", last=day_words(one.until, t))
    return t("web-staff-owner") if one.owner else ""


def _here(visit: Visit) -> str:
    return f"/classes/{visit.class_id}/staff"
