"""The board: a lesson that fills itself, for the teacher's hand and for the projector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from rollcall.domain.attendance import ATTENDED, Status
from rollcall.domain.excuses import Excuse
from rollcall.domain.lesson_end import LONGER_BY
from rollcall.domain.screen_names import ScreenNames, as_shown
from rollcall.texts import Texts, texts_in
from rollcall.usecases import live_board, web_access
from rollcall.usecases.lessons import Doubt, Length, NotReopened, keep_open_longer, reopen
from rollcall.usecases.live_board import LiveBoard, Seen
from rollcall.usecases.marks import MarkCard, mark_card, undo_mark
from web.gate import nowhere, still_may, texts_for, told
from web.live import streamed
from web.pages.lessons import WHY_NOT, open_until
from web.pages.marks import GIVEN
from web.pages.within import typed
from web.site import Site
from web.visit import Undo, Visit

_MINUTE = timedelta(minutes=1)
_LARGE, _MIDDLE = 32, 72
"""Up to so many names each has a large, or a middling, place."""


async def boards(visit: Visit) -> Response:
    """GET /board: one's own classes with their open lessons; where there is but one lesson, that."""
    found = await visit.look(live_board.open_boards, [one.id for one in visit.taught])
    running = list(found.values())
    if len(running) == 1 and len(visit.taught) == 1:
        return visit.go(f"/board/{running[0]}")
    return visit.page("boards.html", lessons=found)


async def board(visit: Visit) -> Response:
    """GET /board/<lesson>: the teacher's own; with ``?of=<student>`` the choice of marks for one of them."""
    return await _board(visit)


async def feed(visit: Visit) -> Response:
    """GET /board/<lesson>/live: what changes, for as long as this device may see it."""
    return streamed(visit.site.feeds, visit.number, partial(still_may, visit, "button:board"))


async def opened(visit: Visit) -> Response:
    """POST /board/open/<class>: open a lesson; one that is open is shown."""
    settings = visit.site.settings
    length = Length(None, settings.lesson_length, settings.late_after)
    lesson, new = await visit.as_teacher(live_board.open_here, visit.class_id, visit.moment, length)
    return visit.go(f"/board/{lesson.id}", visit.texts("web-board-opened" if new else "web-board-open-already"))


async def longer(visit: Visit) -> Response:
    """POST /board/<lesson>/longer: open for so long, all in all; so a press made twice counts once."""
    length = timedelta(minutes=typed(visit.said("minutes")))
    found = await visit.as_teacher(keep_open_longer, visit.number, length)
    if found is None:
        return _back(visit, visit.texts("web-board-is-closed"))
    return _back(visit, open_until(visit, "web-board-longer", found.lesson))


async def closed(visit: Visit) -> Response:
    """POST /board/<lesson>/close: close it, or ask first where it may be a mistake."""
    sure = bool(visit.said("sure"))
    done = await visit.as_teacher(live_board.close_this, visit.number, visit.moment, visit.now, sure=sure)
    if done is None:
        return _back(visit, visit.texts("web-board-is-closed"))
    if isinstance(done, Doubt):
        return await _board(visit, doubt=done)
    attended = sum(done.report.count(status) for status in ATTENDED)
    return _back(visit, visit.texts("web-board-closed", here=attended, students=len(done.report.students)))


async def reopened(visit: Visit) -> Response:
    """POST /board/<lesson>/reopen: it goes on, on the same day."""
    found = await visit.as_teacher(reopen, visit.number, visit.now)
    if isinstance(found, NotReopened):
        return _back(visit, visit.texts(WHY_NOT[found]))
    return _back(visit, open_until(visit, "web-board-reopened", found.lesson))


async def marked(visit: Visit) -> Response:
    """POST /board/<lesson>/mark: a tap on a name, and a mark."""
    status = visit.said("status")
    return await _mark(visit, Status(status), None) if status in GIVEN else _back(visit, visit.texts("web-form-old"))


async def excused(visit: Visit) -> Response:
    """POST /board/<lesson>/excuse: the same, for a reason."""
    reason = visit.said("reason")
    known = reason if reason in set(Excuse) else None
    return await _mark(visit, Status.EXCUSED, known)


async def undone(visit: Visit) -> Response:
    """POST /board/<lesson>/undo: the mark given last by hand is taken back."""
    done, card = await visit.as_teacher(
        undo_mark, visit.number, typed(visit.said("person")), typed(visit.said("correction")), visit.now
    )
    name = card.name if card is not None else ""
    return _back(visit, visit.texts("web-board-undone" if done else "web-board-not-undone", name=name))


async def named(visit: Visit) -> Response:
    """POST /board/<lesson>/names: how projectors name the class's people."""
    how = visit.said("names")
    if how in set(ScreenNames):
        await visit.as_teacher(live_board.show_names, visit.class_id, ScreenNames(how))
    return _back(visit, visit.texts("web-board-names-set"))


async def to_screen(visit: Visit) -> Response:
    """POST /board/<lesson>/screen: this very browser becomes the projector's, for the lesson's time."""
    token = await visit.as_teacher(web_access.screen_for, visit.number, visit.now)
    return visit.go(f"/screen/{token}") if token is not None else _back(visit, visit.texts("web-board-is-closed"))


async def screen(request: Request, site: Site) -> Response:
    """GET /screen/<token>: the lesson for everybody in the room, and nothing that can be pressed."""
    found = await _on_screen(request, site)
    if found is None:
        return told(site, request, "web-screen-over", 404)
    t = texts_in(found.language) if found.language else texts_for(request)
    t = t.speaking(found.vocabulary)
    link = f"https://t.me/{site.bot.username}?start=join-{found.join_code}"
    shows_link = bool(found.join_code and site.bot.username)
    html = site.pages.render(
        "screen.html", t,
        board=found, feed=f"{request.url.path}/live", bot=site.bot.username,
        qr=segno.make_qr(link, error="m").svg_data_uri(border=2) if shows_link else "",
        **_words(t, found, found.names),
    )  # fmt: skip
    return HTMLResponse(html)


async def screen_feed(request: Request, site: Site) -> Response:
    """GET /screen/<token>/live."""
    found = await _on_screen(request, site)
    if found is None:
        return nowhere(site, request)

    async def may() -> bool:
        return await _on_screen(request, site) is not None

    return streamed(site.feeds, found.lesson_id, may, screen=True)


async def _on_screen(request: Request, site: Site) -> LiveBoard | None:
    return await site.database.look(web_access.on_screen, request.path_params["token"], site.bot.now())


async def _board(visit: Visit, doubt: Doubt | None = None) -> Response:
    found = await visit.look(live_board.live_board, visit.number, visit.now)
    if found is None:
        return nowhere(visit.site, visit.request, visit.texts)
    of = typed(visit.request.query_params.get("of", ""))
    card = await visit.look(mark_card, visit.number, of) if of else None
    return visit.page(
        "board.html",
        board=found,
        card=card,
        doubt=doubt,
        minutes_left=max(1, doubt.left // _MINUTE) if doubt is not None else 0,
        longer_by=LONGER_BY // _MINUTE,
        excuses=[(one.value, visit.texts(f"excuse-{one}")) for one in Excuse],
        styles=[(one, visit.texts(f"web-names-{one}")) for one in ScreenNames],
        **_words(visit.texts, found, ScreenNames.FULL),
    )


async def _mark(visit: Visit, status: Status, reason: str | None) -> Response:
    over = visit.said("over") == "yes"
    person = typed(visit.said("person"))
    found = await visit.as_teacher(live_board.mark_here, visit.number, person, status, reason, visit.now, over=over)
    if found.stale:
        return _back(visit, visit.texts("web-board-stale"))
    if found.card is None:
        return _back(visit, visit.texts("web-board-nobody"))
    return _back(visit, visit.texts("web-board-marked", name=found.card.name, word=_word(visit.texts, status)),
                 _undo(visit, found.card))  # fmt: skip


def _undo(visit: Visit, card: MarkCard) -> Undo | None:
    fields = {"person": str(card.person_id), "correction": str(card.undoable)}
    return Undo(f"/board/{visit.number}/undo", fields) if card.undoable else None


def _word(t: Texts, status: Status) -> str:
    return t(f"status-{status}")


def _words(t: Texts, found: LiveBoard, names: ScreenNames) -> Mapping[str, Any]:
    """What the template needs beside the board: the words for how people stand, and how large their places are."""
    labels = {seen.value: t(f"web-board-{seen}") for seen in Seen}
    if found.closed:
        labels[Seen.MISSING] = t("web-board-absent")
    size = "large" if len(found.rows) <= _LARGE else "middle" if len(found.rows) <= _MIDDLE else "small"
    return {
        "labels": labels,
        "size": size,
        "rows": [(row, as_shown(row.name, names)) for row in found.rows],
        "Seen": Seen,
    }


def _back(visit: Visit, said: str, undo: Undo | None = None) -> Response:
    return visit.go(f"/board/{visit.number}", said, undo)
