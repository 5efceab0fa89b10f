"""review:<id>:yes or :no, later :confirm or :reject: the teacher has listened, or thought again."""

from __future__ import annotations

from telegram import Update

from bot.caller import caller_of, teacher_of
from bot.messages.replies import reply, settle_button
from bot.outbox.review_cards import show_reviews
from bot.services import Context, now
from rollcall.domain.review import ReviewState
from rollcall.storage.reviews import change_decision, decide_review
from rollcall.storage.tables import Review

_CHANGED = {"confirm": ReviewState.CONFIRMED, "reject": ReviewState.REJECTED}


async def review_pressed(update: Update, context: Context) -> None:
    """Confirm or reject. The first decision stands until a teacher turns it round by the button that says so."""
    services = context.services
    answer = context.match["answer"] if context.match is not None else ""
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        teacher = await session.run_sync(teacher_of, caller)
        review = await session.get_one(Review, context.number)
        if answer in _CHANGED:
            wanted = _CHANGED[answer]
            confirmed = wanted is ReviewState.CONFIRMED
            await session.run_sync(change_decision, review, teacher, confirmed=confirmed, now=now())
            too_late = review.state is not wanted
        else:
            await session.run_sync(decide_review, review, teacher, confirmed=answer == "yes", now=now())
            too_late = False
    if too_late:
        await reply(update, caller.texts("review-too-late"))
    else:
        await settle_button(update)
    services.stale_boards.touch(review.lesson_id)
    # This teacher's card and everyone else's now say what was decided.
    await show_reviews(context.app, services)
