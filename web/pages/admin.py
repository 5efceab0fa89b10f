"""An admin's pages: every class and who teaches it, teachers and invitations, how the installation is. No student, no
mark.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from rollcall.report.wording import day_words
from rollcall.storage.invites import HANDLE, open_invites
from rollcall.texts import Texts
from rollcall.usecases import teaching
from rollcall.usecases.appointments import any_class, appoint, candidates, classes_with, dismiss, put_in_charge
from rollcall.usecases.overview import Teaches, every_class, every_teacher
from web.pages.within import asked, bot_link, gone, named, part, typed
from web.visit import Visit

_LISTED = 50
_INVITES = 10


async def all_classes(visit: Visit) -> Response:
    """GET /all-classes?words=…"""
    words = asked(visit, "words")[:100]
    found = await (visit.look(classes_with, words, visit.now) if words else visit.look(every_class, visit.now))
    return visit.page("all_classes.html", part=part(visit, found, _LISTED), words=words, tab="all-classes")


async def one_class(visit: Visit) -> Response:
    """GET /all-classes/…: who teaches it."""
    found, t = await visit.as_teacher(any_class, visit.class_id, visit.now), visit.texts
    if found is None:
        return gone(visit)
    others = await visit.look(candidates, visit.class_id)
    return visit.page(
        "any_class.html",
        tab="all-classes",
        found=found,
        archived=day_words(found.line.archived, t) if found.line.archived is not None else None,
        teachers=[(one, _line(one, t)) for one in found.line.teachers],
        others=[(one.id, one.full_name) for one in others],
    )


async def appointed(visit: Visit) -> Response:
    """POST /all-classes/…/appoint: they teach it from now on, and hear of it."""
    name = await visit.as_teacher(appoint, visit.class_id, typed(visit.said("person")), visit.now)
    return _back(visit, "appointed", name)


async def in_charge(visit: Visit) -> Response:
    """POST /all-classes/…/teachers/…/owner: they are in charge of it."""
    name = await visit.as_teacher(put_in_charge, visit.class_id, named(visit, "person_id"), visit.now)
    return _back(visit, "now-in-charge", name)


async def dismissed(visit: Visit) -> Response:
    """POST /all-classes/…/teachers/…/out: they do not teach it any more."""
    name = await visit.as_teacher(dismiss, visit.class_id, named(visit, "person_id"), visit.now)
    return _back(visit, "staff-taken-out", name)


async def teachers(visit: Visit) -> Response:
    """GET /teachers: who may teach, and the invitations that are open."""
    return visit.page("teachers.html", **await _teachers(visit))


async def invite(visit: Visit) -> Response:
    """POST /teachers/invite: a link that makes a teacher, shown once."""
    settings, t = visit.site.settings, visit.texts
    if bot_link(visit, "") is None:
        return visit.go("/teachers", t("web-no-link"))
    who = visit.person.telegram_id
    made = await visit.run(teaching.invite_named, who, settings.invite_valid, visit.said("name"), visit.now)
    if made is None:
        return visit.go("/teachers", t("invite-whom-again"))
    link = bot_link(visit, f"teach-{made.token}")
    return visit.page("teachers.html", link=link, link_said=t("web-invite-link"), **await _teachers(visit))


async def uninvite(visit: Visit) -> Response:
    """POST /invites/…/revoke: the link does not work any more."""
    handle = str(visit.request.path_params["invite"])
    done = await visit.run(teaching.uninvite, visit.person.telegram_id, handle, visit.now)
    return visit.go("/teachers", visit.texts("invite-revoked")) if done.done else gone(visit)


async def unteach_asked(visit: Visit) -> Response:
    """GET /teachers/…/end: end their right to teach?"""
    found = await visit.run(teaching.teacher_by_id, visit.number, visit.site.settings.admins)
    if found is None:
        return gone(visit)
    t = visit.texts
    return visit.page("unteach.html", tab="teachers", person_id=found.id, said=t("unteach-ask", name=found.full_name))


async def unteach(visit: Visit) -> Response:
    """POST /teachers/…/end: from now on they teach nothing, until invited again."""
    who, admins = visit.person.telegram_id, visit.site.settings.admins
    ended = await visit.run(teaching.unteach, who, visit.number, admins, visit.now)
    if ended is None:
        return gone(visit)
    return visit.go("/teachers", visit.texts("unteach-done", name=ended.full_name))


async def _teachers(visit: Visit) -> dict[str, Any]:
    settings = visit.site.settings
    found = await visit.look(every_teacher, settings.admins, visit.now)
    invites = await visit.look(open_invites, visit.now, _INVITES)
    zone = ZoneInfo(settings.timezone)
    return {
        "tab": "teachers",
        "part": part(visit, found, _LISTED),
        "invites": [
            (one.token_hash[:HANDLE], one.note or "", f"{one.expires_at.astimezone(zone):%d.%m %H:%M}")
            for one in invites
        ],
        "days": settings.invite_valid.days,
    }


def _line(one: Teaches, t: Texts) -> str:
    if one.until is not None:
        return t("web-staff-substitute", last=day_words(one.until, t))
    return t("web-staff-owner") if one.owner else ""


def _back(visit: Visit, key: str, name: str | None) -> Response:
    if name is None:
        return gone(visit)
    return visit.go(f"/all-classes/{visit.class_id}", visit.texts(key, name=name))
