"""The word to a student that a teacher changed their mark: owed from the change on, said once the chat takes it."""

from __future__ import annotations

import logging

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages.replies import Buttons, keyboard
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.marked import one_below_the_other
from rollcall.report.wording import excuse_words, status_word
from rollcall.storage import mark_words
from rollcall.texts import Texts, texts_in
from rollcall.usecases.mark_words import Changed, take_word

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the claim."""


async def tell_of_marks(application: App, services: Services) -> None:
    """Tell the students whose marks were changed."""
    owed = await services.database.run(mark_words.owed, now(), services.holder)
    await all_of(_tell(application, services, lesson_id, person_id) for lesson_id, person_id in owed)


async def _tell(application: App, services: Services, lesson_id: int, person_id: int) -> None:
    run = services.database.run
    changed = await run(take_word, lesson_id, person_id, now(), services.holder)
    if changed is None:
        return
    t = texts_in(changed.locale).speaking(changed.vocabulary)
    try:
        await application.bot.send_message(
            changed.chat_id,
            changed_text(changed, t),
            reply_markup=keyboard(changed_buttons(changed, t)),
            rate_limit_args=_PATIENCE,
        )
    except (Forbidden, BadRequest) as error:
        _log.info("a student cannot be told of a mark", extra={"error": type(error).__name__})
    except TelegramError as error:
        _log.info("a student is told of a mark later", extra={"error": type(error).__name__})
        await run(mark_words.put_off, lesson_id, person_id, now(), services.holder)
        return
    await run(mark_words.kept, lesson_id, person_id, services.holder)


def changed_text(of: Changed, t: Texts) -> str:
    """Which lesson, who changed it, what it is now and was before, why, and how to object."""
    lines = [t("mark-word", title=of.title, day=f"{of.opened_at:%d.%m.%Y}", time=f"{of.opened_at:%H:%M}")]
    by = t("mark-word-by", teacher=of.teacher) if of.teacher else t("mark-word-by-somebody")
    if of.status is None:
        lines.append(by + " " + t("mark-word-none"))
    else:
        lines.append(by + " " + t("mark-word-now", status=status_word(of.status, t)))
    if of.reason is not None:
        lines.append(t("mark-word-reason", reason=excuse_words(of.reason, t)))
    if of.was is not None:
        lines.append(t("mark-word-was", status=status_word(of.was, t)))
    return one_below_the_other([*lines, "", t("mark-word-object")])


def changed_buttons(of: Changed, t: Texts) -> Buttons:
    """To object, and to look at all of one's marks."""
    return [[(t("button-wrong-mark"), f"appeal:{of.lesson_id}"), (t("button-me"), "me")]]
