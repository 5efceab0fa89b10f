"""A class's list: read from a file or from lines, shown beside the class, taken; and who is asked for."""

from __future__ import annotations

import secrets

from starlette.datastructures import UploadFile
from starlette.responses import Response

from rollcall.domain.attendance import Status
from rollcall.report.wording import excuse_words, span_words, status_word
from rollcall.roster.model import MOST_BYTES, Roster, Trouble, Unreadable
from rollcall.roster.reading import read_file, read_text
from rollcall.usecases import absences, appeals, join_requests, rosters
from rollcall.usecases.voice_questions import voice_questions
from rollcall.usecases.waiting import waiting
from web.pages import voices
from web.pages.downloads import in_thread
from web.pages.follow import follow
from web.pages.within import gone, named, typed
from web.visit import Visit

_NO_UPDATE = 2**62
"""No message of Telegram's brought the list: its number is one that none has."""


async def wanted(visit: Visit) -> Response:
    """GET …/list: a file, or lines?"""
    return visit.page("list.html", tab="students", kilobytes=MOST_BYTES >> 10)


async def sent(visit: Visit) -> Response:
    """POST …/list: read, and shown beside the class."""
    here = f"/classes/{visit.class_id}/list"
    try:
        roster = await _read(visit)
    except Unreadable as unreadable:
        return visit.go(here, visit.texts(f"roster-trouble-{unreadable.trouble}"))
    number = -secrets.randbelow(_NO_UPDATE) - 1
    shown = await visit.as_teacher(rosters.keep, roster, [visit.class_id], number, visit.now)
    return visit.go(f"{here}/{shown.preview_id}")


async def preview(visit: Visit) -> Response:
    """GET …/list/…: line by line; once it is taken, who is not on it."""
    found = await visit.as_teacher(rosters.compare, visit.class_id, named(visit, "preview_id"))
    if found is None:
        return gone(visit)
    here = f"/classes/{visit.class_id}/list/{named(visit, 'preview_id')}"
    return visit.page("preview.html", tab="students", found=found, here=here)


async def take(visit: Visit) -> Response:
    """POST …/list/…/take: it is the class's from now on."""
    taken = await visit.as_teacher(rosters.take, visit.class_id, named(visit, "preview_id"), visit.now)
    if taken is None:
        return gone(visit)
    t, title = visit.texts, taken.school_class.title
    said = t("roster-taken", title=title, number=taken.students, added=taken.added, updated=taken.updated)
    here = f"/classes/{visit.class_id}"
    return visit.go(f"{here}/list/{taken.preview_id}" if taken.gone else f"{here}/students", said)


async def remove(visit: Visit) -> Response:
    """POST …/list/…/gone: who is not on it is a former student."""
    removed = await visit.as_teacher(rosters.remove_gone, visit.class_id, named(visit, "preview_id"), visit.now)
    if removed is None:
        return gone(visit)
    await follow(visit, visit.class_id)
    said = visit.texts("web-list-removed", number=len(removed.names))
    return visit.go(f"/classes/{visit.class_id}/students", said)


async def leave(visit: Visit) -> Response:
    """POST …/list/…/leave: it is not taken; or, once it was, everybody stays."""
    came = await visit.as_teacher(rosters.leave, named(visit, "preview_id"))
    if came is None:
        return gone(visit)
    kept = came is rosters.Left.KEPT_ALL
    return visit.go(f"/classes/{visit.class_id}/students", visit.texts("roster-kept" if kept else "roster-not-taken"))


async def who_waits(visit: Visit) -> Response:
    """GET …/waiting: what is asked of the class's teachers."""
    found, t = await visit.look(waiting, visit.class_id), visit.texts
    questions = await visit.as_teacher(voice_questions, visit.class_id, visit.now)
    return visit.page(
        "waiting.html",
        tab="students",
        found=found,
        voices=voices.on_page(visit, questions),
        days=[span_words(one.first, one.last, t) for one in found.absences],
        reasons=[excuse_words(one.reason, t) if one.reason is not None else "" for one in found.absences],
        marks=[status_word(one.status, t) if one.status is not None else "" for one in found.appeals],
    )


async def joiner(visit: Visit) -> Response:
    """POST …/joiners/…: a new student, or nobody of the class's."""
    return await _decide(visit, visit.said("answer") == "new", None)


async def joiner_line(visit: Visit) -> Response:
    """POST …/joiners/…/line: the student that the list has under this name."""
    return await _decide(visit, True, typed(visit.said("line")))


async def absence(visit: Visit) -> Response:
    """POST /absences/…: excused, or not."""
    excused = visit.said("answer") == "excuse"
    done = await visit.as_teacher(absences.decide, visit.number, excused=excused, anew=False, now=visit.now)
    return _answered(visit, done)


async def appeal(visit: Visit) -> Response:
    """POST /appeals/…: another mark, or the one that is there."""
    answer = visit.said("answer")
    status = Status(answer) if answer in (Status.PRESENT, Status.LATE) else None
    done = await visit.as_teacher(appeals.decide, visit.number, status, visit.now)
    return _answered(visit, done)


def _answered(visit: Visit, done: bool) -> Response:
    return visit.go(f"/classes/{visit.class_id}/waiting", visit.texts("web-answered" if done else "question-gone"))


async def _decide(visit: Visit, accepted: bool, line_id: int | None) -> Response:
    done = await visit.as_teacher(
        join_requests.decide,
        visit.site.keyring,
        visit.class_id,
        named(visit, "request_id"),
        visit.now,
        accepted=accepted,
        line_id=line_id,
    )
    if done is None:
        return gone(visit)
    if done.accepted:
        await follow(visit, visit.class_id)
    return _answered(visit, True)


async def _read(visit: Visit) -> Roster:
    file = visit.form.get("file")
    if isinstance(file, UploadFile) and file.size:
        if file.size > MOST_BYTES:
            raise Unreadable(Trouble.TOO_BIG)
        return await in_thread(read_file, await file.read())
    return await in_thread(read_text, visit.said("lines"))
