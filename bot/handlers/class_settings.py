"""What a class is set to, by buttons; a zone may be typed as well."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher
from bot.handlers.classes import calls_button
from bot.messages.menus import show
from bot.messages.replies import Buttons, cancel_button, reply
from bot.messages.zones import LIKELY, zone_label
from bot.services import Context, now
from rollcall.config.settings import Settings
from rollcall.domain.class_settings import LATE_AFTER, LENGTHS, Vocabulary
from rollcall.domain.weekly import IN_A_ROW, SHARES
from rollcall.marked import one_below_the_other
from rollcall.report.understood import number_words
from rollcall.storage.tables import SchoolClass
from rollcall.texts import LANGUAGES, Texts
from rollcall.usecases.challenge_settings import NUMBER, NotSet, offered, rates_of, set_number
from rollcall.usecases.class_settings import DEFAULT, ask_zone, set_class, zone_said
from rollcall.usecases.classes import choose

_MINUTE = timedelta(minutes=1)


async def settings_pressed(update: Update, context: Context) -> None:
    """settings:<class>[:<what>]: all of it, or what there is to choose from."""
    found = context.match.groupdict() if isinstance(context.match, re.Match) else {}
    what = found.get("what")
    chosen = await context.services.database.run(as_teacher(context.caller, choose), context.class_id, now())
    await _show(update, context, chosen.school_class, what)


async def set_pressed(update: Update, context: Context) -> None:
    """set:<class>:<what>:<value>."""
    match = context.match
    if not isinstance(match, re.Match):
        return
    what, value = match["what"], match["value"]
    if (what, value) == ("zone", "other"):
        await context.services.database.run(_ask_zone, context.caller, context.class_id)
        t = context.caller.texts
        await reply(update, t("zone-ask"), cancel_button(t), t)
        return
    one = await _set(context, what, value)
    if isinstance(one, NotSet):
        await reply(update, context.caller.texts(f"number-{one}"))
        return
    if one is None:
        await reply(update, context.caller.texts("question-gone"))
        return
    await _show(update, context, one, None)
    context.services.stale_boards.touch_class(one.id)


async def _set(context: Context, what: str, value: str) -> SchoolClass | NotSet | None:
    run, caller = context.services.database.run, context.caller
    if what != NUMBER:
        return await run(as_teacher(caller, set_class), context.class_id, what, value)
    hearing = await context.services.hearing.any_worker()
    return await run(as_teacher(caller, set_number), context.class_id, value, hearing=hearing)


async def zone_given(update: Update, context: Context) -> None:
    """The zone, in answer to our question; or that answer, edited."""
    services, message, t = context.services, update.effective_message, context.caller.texts
    if message is None:
        return
    if not context.caller.is_teacher:  # not any more
        await reply(update, t("not-a-teacher"))
        return
    ask = as_teacher(context.caller, zone_said)
    one = await services.database.run(ask, message.text or "", message.message_id, now())
    if isinstance(one, SchoolClass):
        await _show(update, context, one, None)
        services.stale_boards.touch_class(one.id)
    elif one is None:
        await reply(update, t("zone-unknown"), cancel_button(t), t)
    else:
        await reply(update, t("class-not-yours"), texts=t)


async def _show(update: Update, context: Context, one: SchoolClass, what: str | None) -> None:
    t, defaults = context.caller.texts.speaking(one.vocabulary), context.services.settings
    if what is None:
        await show(update, _text(t, one, defaults), _menu(t, one), t)
        return
    question = t(f"settings-{what}-ask")
    if what == NUMBER:
        hearing = await context.services.hearing.any_worker()
        rates = await context.services.database.run(rates_of, one.id)
        question += "\n\n" + one_below_the_other(number_words(t, rates, hearing=hearing))
        modes = offered(one, rates, hearing=hearing)
        choices = [(t(f"button-number-{mode}"), f"set:{one.id}:{what}:{mode}") for mode in modes]
    else:
        choices = _choices(t, one, what)
    rows = [choices[at : at + 2] for at in range(0, len(choices), 2)]
    if what in ("words", "language", "zone", NUMBER):
        rows = [[choice] for choice in choices]
    await show(update, question, [*rows, [(t("button-back"), f"settings:{one.id}")]], t)


def _text(t: Texts, one: SchoolClass, defaults: Settings) -> str:
    late = one.late_after_minutes if one.late_after_minutes is not None else defaults.late_after // _MINUTE
    length = one.lesson_minutes or defaults.lesson_length // _MINUTE
    clock = f"{now().astimezone(ZoneInfo(one.timezone)):%H:%M}"
    return one_below_the_other(
        [
            t("settings-head", title=one.title) + "\n",
            t("settings-zone", zone=zone_label(one.timezone, t.language), time=clock),
            t("settings-late", minutes=late) if late else t("settings-late-at-once"),
            t("settings-length", minutes=length),
            t(f"settings-words-{one.vocabulary}"),
            t("settings-language", language=_language(t, one.language or DEFAULT)),
            t(f"settings-spoken-{one.challenge}"),
            t("settings-sentence-on" if one.enrol_challenge else "settings-sentence-off"),
            _told(t, "row", one.told_missed_in_a_row),
            _told(t, "share", one.told_share_below),
            t("settings-calls-on" if one.call_students else "settings-calls-off"),
        ]
    )


def _menu(t: Texts, one: SchoolClass) -> Buttons:
    def to(what: str) -> tuple[str, str]:
        return t(f"button-settings-{what}"), f"settings:{one.id}:{what}"

    return [
        [to("zone"), to("late")],
        [to("length"), to("words")],
        [to("language")],
        [to("number"), to("sentence")],
        [to("row"), to("share")],
        [calls_button(t, one)],
        [(t("button-back"), f"class:{one.id}")],
    ]


def _choices(t: Texts, one: SchoolClass, what: str) -> list[tuple[str, str]]:
    def choice(label: str, value: str | int) -> tuple[str, str]:
        return label, f"set:{one.id}:{what}:{value}"

    if what == "zone":
        likely = [choice(_zone_now(zone, t), zone) for zone in LIKELY[t.language]]
        return [*likely, choice(t("button-zone-other"), "other")]
    if what == "late":
        return [choice(t("minutes", minutes=number) if number else t("late-at-once"), number) for number in LATE_AFTER]
    if what == "length":
        return [choice(t("minutes", minutes=number), number) for number in LENGTHS]
    if what == "words":
        return [choice(t(f"button-words-{words}"), words) for words in Vocabulary]
    if what == "sentence":
        return [choice(t(f"button-sentence-{value}"), value) for value in ("on", "off")]
    if what in ("row", "share"):
        return [
            choice(t(f"told-{what}", number=number) if number else t("told-never"), number)
            for number in (IN_A_ROW if what == "row" else SHARES)
        ]
    return [choice(_language(t, language), language) for language in (DEFAULT, *LANGUAGES)]


def _told(t: Texts, what: str, number: int) -> str:
    """Of whom teachers hear once a week."""
    return t(f"settings-{what}", number=number) if number else t(f"settings-{what}-off")


def _zone_now(zone: str, t: Texts) -> str:
    return f"{zone_label(zone, t.language)} · {now().astimezone(ZoneInfo(zone)):%H:%M}"


def _language(t: Texts, language: str) -> str:
    return t(f"class-language-{language}")


def _ask_zone(session: Session, caller: Caller, class_id: int) -> None:
    ask_zone(session, caller.within(session).conversation, class_id, now())
