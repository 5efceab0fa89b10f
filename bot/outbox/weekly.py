"""Once a week the teachers of a class hear who misses a lot."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from telegram.error import TelegramError

from bot.messages.paging import PAGE
from bot.messages.replies import Buttons, keyboard
from bot.messages.rosters import cut
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.marked import one_below_the_other
from rollcall.report.weekly import Missing
from rollcall.report.wording import one_line
from rollcall.storage import weekly
from rollcall.texts import Texts, texts_in
from rollcall.usecases.weekly import Word, promise_week, take_word, weeks_due

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within the claim."""
_MOST_DAYS = 6
"""Of a longer row the first and the last day are told."""


async def tell_weekly(application: App, services: Services) -> None:
    """Owe the word to whom it is time to tell, and say what is owed."""
    run = services.database.run
    for class_id in await services.database.look(weeks_due, now()):
        await run(promise_week, class_id, now())
    owed = await run(weekly.owed, now(), services.holder)
    await all_of(_tell(application, services, key) for key in owed)


async def _tell(application: App, services: Services, key: weekly.Key) -> None:
    run = services.database.run
    word = await run(take_word, key, now(), services.holder)
    if word is None:
        return
    t = texts_in(word.locale).speaking(word.school_class.vocabulary)
    try:
        await application.bot.send_message(
            word.chat_id, word_text(word, t), reply_markup=keyboard(word_buttons(word, t)), rate_limit_args=_PATIENCE
        )
    except TelegramError as error:
        _log.info("a teacher hears later who misses a lot", extra={"error": type(error).__name__})
        await run(weekly.put_off, key, now())
        return
    await run(weekly.kept, key)


def word_text(word: Word, t: Texts) -> str:
    """Each student with what there is to say."""
    lines = [t("weekly-head", title=word.school_class.title) + "\n"]
    lines += [t("weekly-student", name=one_line(one.name), words=_words(one, t)) for one in word.students[:PAGE]]
    if len(word.students) > PAGE:
        lines.append(t("and-more", number=len(word.students) - PAGE))
    return one_below_the_other(lines) + "\n\n" + t("weekly-hint")


def word_buttons(word: Word, t: Texts) -> Buttons:
    """To each student's sheet; to the report, where not all of them are named."""
    this = word.school_class.id
    rows = [[(cut(one_line(one.name)), f"sheet:{this}:{one.person_id}")] for one in word.students[:PAGE]]
    if len(word.students) > PAGE:
        rows.append([(t("button-report"), f"report:{this}:all")])
    return rows


def _words(one: Missing, t: Texts) -> str:
    said = []
    if one.missed:
        said.append(t("weekly-row", number=len(one.missed), days=_days(one.missed, t)))
    if one.share is not None:
        part, whole = one.share
        said.append(t("weekly-share", part=part, whole=whole))
    return "; ".join(said)


def _days(days: tuple[date, ...], t: Texts) -> str:
    if len(days) > _MOST_DAYS:
        first, last = (", ".join(_by_month((day,), t)) for day in (days[0], days[-1]))
        return t("report-days", to=last, **{"from": first})
    return ", ".join(_by_month(days, t))


def _by_month(days: tuple[date, ...], t: Texts) -> Iterator[str]:
    for (_, month), some in groupby(days, key=lambda day: (day.year, day.month)):
        yield t("weekly-days", days=", ".join(str(day) for day in dict.fromkeys(one.day for one in some)), month=month)
