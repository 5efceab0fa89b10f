"""review:<id>:yes or :no: the teacher has listened."""

from __future__ import annotations

from telegram import Update

from bot.caller import caller_of, teacher_of
from bot.replies import settle_button
from bot.reviews import keep_reviews
from bot.services import Context, now
from rollcall.storage.reviews import decide_review
from rollcall.storage.tables import Review


async def review_pressed(update: Update, context: Context) -> None:
    """Confirm or reject. The first decision stands; whoever presses later sees what it was."""
    services = context.services
    confirmed = context.match is not None and context.match["answer"] == "yes"
    async with services.database.session() as session:
        caller = await caller_of(session, update, services.settings)
        teacher = await teacher_of(session, caller)
        review = await session.get_one(Review, context.number)
        await decide_review(session, review, teacher, confirmed=confirmed, now=now())
    await settle_button(update)
    services.stale_boards.touch(review.lesson_id)
    # This teacher's card and everyone else's now say what was decided.
    await keep_reviews(context.app, services)
