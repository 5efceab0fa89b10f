"""A student says that a mark is wrong, and the teacher's buttons under the card about it."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import as_teacher
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.replies import Buttons, settle_button
from bot.outbox.absence_cards import show_appeals
from bot.services import Context, now
from rollcall.domain.absence import APPEAL_WITHIN
from rollcall.domain.attendance import MEANINGS, Status
from rollcall.report.wording import status_word
from rollcall.storage.tables import Person
from rollcall.texts import Texts
from rollcall.usecases.appeals import NotTaken, OwnMark, decide, object_to, own_mark, own_marks

_NOT_TAKEN = {NotTaken.NO_SUCH: "appeal-no-such", NotTaken.BEFORE: "appeal-before"}


async def list_pressed(update: Update, context: Context) -> None:
    """appeals:<page>: which mark is wrong?"""
    t, person = context.caller.texts, context.caller.person
    found = await context.services.database.run(_own_marks, person) if person is not None else []
    page = Page.of(found, page_of(context))
    back = [[(t("button-back"), "me")]]
    if not page.entries:
        await show(update, t("appeals-none", days=APPEAL_WITHIN.days), back, t)
        return
    rows = [[(_label(one), f"appeal:{one.lesson_id}")] for one in page.entries]
    await show(update, t("appeals-which"), [*rows, *page.turning("appeals"), *back], t)


async def one_pressed(update: Update, context: Context) -> None:
    """appeal:<lesson>: asks whether they were there."""
    t, person = context.caller.texts, context.caller.person
    found = await context.services.database.run(_own_mark, person, context.number) if person is not None else None
    if found is None:
        await show(update, t("appeal-no-such"), [[(t("button-me"), "me")]], t)
        return
    if found.state is not None:
        await show(update, _about(found, t) + "\n\n" + t("appeal-before"), _back(t), t)
        return
    key = "appeal-was-there" if not MEANINGS[found.status].attended else "appeal-was-in-time"
    yes = [(t(key), f"appeal-yes:{found.lesson_id}")]
    await show(update, _about(found, t) + "\n\n" + t("appeal-sure"), [yes, *_back(t)], t)


async def confirmed(update: Update, context: Context) -> None:
    """appeal-yes:<lesson>: the teachers are asked."""
    t, person = context.caller.texts, context.caller.person
    outcome: OwnMark | NotTaken = NotTaken.NO_SUCH
    if person is not None:
        outcome = await context.services.database.run(_object, person, context.number)
    text = t(_NOT_TAKEN[outcome]) if isinstance(outcome, NotTaken) else _about(outcome, t) + "\n\n" + t("appeal-taken")
    await show(update, text, _back(t), t)
    if isinstance(outcome, OwnMark):
        await show_appeals(context.app, context.services)


async def decided(update: Update, context: Context) -> None:
    """appealed:<appeal>:present, :late or :keep."""
    answer = context.match["answer"] if context.match is not None else "keep"
    status = None if answer == "keep" else Status(answer)
    await settle_button(update)
    await context.services.database.run(as_teacher(context.caller, decide), context.number, status, now())
    await show_appeals(context.app, context.services)


def _label(one: OwnMark) -> str:
    return f"{MEANINGS[one.status].sign} {one.opened_at:%d.%m %H:%M} · {one.title}"


def _about(one: OwnMark, t: Texts) -> str:
    when = t("mark-lesson", title=one.title, day=f"{one.opened_at:%d.%m.%Y}", time=f"{one.opened_at:%H:%M}")
    return when + "\n" + t("appeal-mark", sign=MEANINGS[one.status].sign, status=status_word(one.status, t))


def _back(t: Texts) -> Buttons:
    return [[(t("button-back"), "appeals:0")]]


def _own_marks(session: Session, person: Person) -> list[OwnMark]:
    return list(own_marks(session, session.get_one(Person, person.id), now()))


def _own_mark(session: Session, person: Person, lesson_id: int) -> OwnMark | None:
    return own_mark(session, session.get_one(Person, person.id), lesson_id, now())


def _object(session: Session, person: Person, lesson_id: int) -> OwnMark | NotTaken:
    return object_to(session, session.get_one(Person, person.id), lesson_id, now())
