"""review:<id>:yes or :no, later :confirm or :reject: the teacher has listened, or thought again."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, teacher_of
from bot.messages.replies import reply, settle_button
from bot.outbox.review_cards import show_reviews
from bot.services import Context, now
from rollcall.usecases.review_decisions import ReviewPressed, press_review

_CONFIRMED, _ANEW = ("yes", "confirm"), ("confirm", "reject")


async def review_pressed(update: Update, context: Context) -> None:
    """Confirm or reject. The first decision stands until a teacher turns it round by the button that says so."""
    services = context.services
    answer = context.match["answer"] if context.match is not None else ""
    pressed = await services.database.run(_press, context.caller, context.number, answer)
    if pressed.too_late:
        await reply(update, context.caller.texts("review-too-late"))
    else:
        await settle_button(update)
    services.stale_boards.touch(pressed.lesson_id)
    # This teacher's card and everyone else's now say what was decided.
    await show_reviews(context.app, services)


def _press(session: Session, caller: Caller, review_id: int, answer: str) -> ReviewPressed:
    teacher = teacher_of(session, caller.within(session))
    confirmed, anew = answer in _CONFIRMED, answer in _ANEW
    return press_review(session, review_id, teacher, confirmed=confirmed, anew=anew, now=now())
