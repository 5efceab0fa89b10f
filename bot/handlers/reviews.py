"""review:<id>:yes or :no: the teacher has listened."""

from __future__ import annotations

from telegram import Update

from bot.caller import caller_of, teacher_of
from bot.guards import for_teachers
from bot.handlers.classes import button_number
from bot.replies import reply, settle_button
from bot.reviews import keep_reviews
from bot.services import Context, now
from rollcall.storage.classes import taught_class
from rollcall.storage.reviews import decide_review
from rollcall.storage.tables import Lesson, Review


@for_teachers
async def review_pressed(update: Update, context: Context) -> None:
    """Confirm or reject. The first decision stands; whoever presses later sees what it was."""
    services = context.services
    confirmed = (update.callback_query.data or "").endswith(":yes") if update.callback_query else False
    async with services.database.session() as session:
        caller = await caller_of(session, update, services.settings)
        teacher = await teacher_of(session, caller)
        review = await session.get(Review, button_number(update))
        lesson = await session.get(Lesson, review.lesson_id) if review else None
        mine = lesson is not None and await taught_class(session, teacher, lesson.class_id) is not None
        if review is not None and mine:
            await decide_review(session, review, teacher, confirmed=confirmed, now=now())
    if lesson is None or not mine:
        await reply(update, caller.texts("class-not-yours"))
        return
    await settle_button(update)
    services.stale_boards.touch(lesson.id)
    # This teacher's card and everyone else's now say what was decided.
    await keep_reviews(context.app, services)
