"""Joining a class: consent, then the full name; or the same without a voice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller
from bot.handlers.enrolment import begin_words
from bot.messages.guesses import too_many, wrong
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.replies import (
    Buttons,
    enrol_button,
    namesake_buttons,
    practice_buttons,
    reply,
    student_again_buttons,
    take_buttons_away,
)
from bot.messages.rosters import cut
from bot.outbox.claim_cards import words_for_joiner
from bot.outbox.joiners import show_joiners
from bot.services import Context, Services, now
from bot.upkeep.galleries import publish
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.domain.names import NameFault
from rollcall.texts import Texts
from rollcall.usecases.enrolling import Enrolling
from rollcall.usecases.joined import How, Joined
from rollcall.usecases.joining import (
    Answer,
    Declined,
    OwnClass,
    Renamed,
    answer_consent,
    change_name,
    give_name,
    join_without_voice,
)
from rollcall.usecases.roster_joining import Choice, Waits, choice, pick_line

_ANSWERS = {
    Answer.NAME_WANTED: "name-ask",
    Answer.QUESTION_GONE: "question-gone",
    Answer.NOT_NOW: "join-not-now",
    Answer.UNKNOWN_LINK: "join-unknown",
}
_JOINED = {
    How.NEW: "joined",
    How.KNOWN_VOICE: "joined-known-voice",
    How.VOICE_WAITS: "joined-voice-waits",
    How.WITHOUT_VOICE: "joined-without-voice",
    How.ALREADY: "joined-already",
}


async def consent_pressed(update: Update, context: Context) -> None:
    """consent:yes or consent:no. After a no nothing is kept; the way without a voice is offered."""
    services, t = context.services, context.caller.texts
    agreed = update.callback_query is not None and update.callback_query.data == "consent:yes"
    outcome = await services.database.run(_consent, services, context.caller, agreed=agreed)
    buttons: Buttons | None = None
    match outcome:
        case Joined():
            text, buttons = await _welcome(context, outcome)
        case Choice():
            text, buttons = choice_words(outcome, t)
        case Enrolling():
            text = begin_words(outcome, t)
        case Declined(None):
            text = t("consent-declined-member")
        case Declined(join_code):
            text, buttons = t("consent-declined"), [[(t("without-button"), f"without:{join_code}")]]
        case _:
            text = t(_ANSWERS[outcome])
    await take_buttons_away(update)
    await reply(update, text, buttons)


async def without_pressed(update: Update, context: Context) -> None:
    """without:<join code>: join, and check in by a tap. From here on something is kept: the text before said what."""
    services, t = context.services, context.caller.texts
    code = context.match["join_code"] if context.match is not None else ""
    outcome = await services.database.run(_without, services, context.caller, update, code)
    buttons: Buttons | None = None
    match outcome:
        case Joined():
            text, buttons = await _welcome(context, outcome)
        case Choice():
            text, buttons = choice_words(outcome, t)
        case OwnClass(title):
            text = t("join-own-class", title=title)
        case Answer():
            text = t(_ANSWERS[outcome])
        case _:
            text = outcome
    await take_buttons_away(update)
    await reply(update, text, buttons)


async def name_given(update: Update, context: Context) -> None:
    """The full name, in answer to our question."""
    services, message = context.services, update.effective_message
    if message is None:
        return
    outcome = await services.database.run(_name, services, context.caller, message.text or "", message.message_id)
    t = context.caller.texts
    match outcome:
        case Joined():
            await reply(update, *await _welcome(context, outcome))
        case Choice():
            await reply(update, *choice_words(outcome, t))
        case Waits(name, title, freed):
            await reply(update, t("join-waits-freed" if freed else "join-waits", name=name, title=title))
            await show_joiners(context.app, services)
        case NameFault():
            await reply(update, t(f"name-fault-{outcome}"))
        case _:
            await reply(update, t(_ANSWERS[outcome]))


async def line_pressed(update: Update, context: Context) -> None:
    """line:<person>: which line of the class's list the joiner is."""
    services, t = context.services, context.caller.texts
    number = int(context.match["person_id"]) if context.match is not None else 0
    outcome = await services.database.run(_pick, services, context.caller, number)
    match outcome:
        case Joined():
            await take_buttons_away(update)
            await reply(update, *await _welcome(context, outcome))
        case Choice():
            await show(update, *choice_words(outcome, t))
        case None:
            await show(update, t("question-gone"))


async def lines_pressed(update: Update, context: Context) -> None:
    """lines:<page>: another page of the list."""
    t = context.caller.texts
    found = await context.services.database.run(_choice, context.caller)
    if found is None:
        await show(update, t("question-gone"))
    else:
        await show(update, *choice_words(found, t, page_of(context)))


def choice_words(found: Choice, t: Texts, number: int = 0) -> tuple[str, Buttons | None]:
    """Which line is it? A button for each, a page at a time; and what else to do."""
    page = Page.of(found.lines, number)
    buttons = [[(cut(name), f"line:{line_id}")] for line_id, name in page.entries]
    if found.by_teacher:
        text = t("line-ask-freed", title=found.title)
    elif found.unknown:
        text = t("line-unknown", title=found.title)
    elif found.narrowed:
        text = t("line-which")
    else:
        text = t("line-ask" if found.lines else "line-ask-name", title=found.title)
    return text, [*buttons, *page.turning("lines")] or None


async def name_changed(update: Update, context: Context) -> None:
    """The answer to our question was edited: the new name counts."""
    message, t = update.effective_message, context.caller.texts
    text = message.text or "" if message is not None else ""
    outcome = await context.services.database.run(_other_name, context.caller, text)
    if isinstance(outcome, NameFault):
        await reply(update, t(f"name-fault-{outcome}"))
        return
    for class_id in outcome.class_ids:
        context.services.stale_boards.touch_class(class_id)
    words, buttons = t("name-changed", name=outcome.name), None
    if outcome.alike_in:
        words += "\n\n" + t("namesake")
        buttons = namesake_buttons(t, outcome.alike_in[0])
    await reply(update, words, buttons)


async def _welcome(context: Context, joined: Joined) -> tuple[str, Buttons | None]:
    """Someone enrolled already can be recognised in the new class at once; its board counts one more.

    Returns:
        What is to be said, also whether a teacher has to stand for the voice first; the next step as a button.
    """
    services, t = context.services, context.caller.texts
    await publish(services, joined.class_id)
    services.stale_boards.touch_class(joined.class_id)
    text, buttons = joined_words(joined, t)
    return text + await words_for_joiner(context.app, services, joined.person_id, joined.class_id, t), buttons


def joined_words(joined: Joined, t: Texts) -> tuple[str, Buttons | None]:
    """That somebody is in the class, and what to press next."""
    text = t(_JOINED[joined.how], name=joined.name, title=joined.title)
    buttons: list[Sequence[tuple[str, str]]] = []
    if joined.how in (How.NEW, How.ALREADY, How.WITHOUT_VOICE) and not joined.known:
        buttons += enrol_button(t)
    elif joined.how is How.ALREADY:
        buttons += student_again_buttons(t)
    if joined.practice and joined.known:
        buttons += practice_buttons(t, joined.class_id)
    if joined.namesake:
        text += "\n\n" + t("namesake")
        buttons += namesake_buttons(t, joined.class_id)
    return text, buttons or None


def _consent(
    session: Session, services: Services, caller: Caller, *, agreed: bool
) -> Answer | Declined | Enrolling | Joined | Choice:
    caller = caller.within(session)
    return answer_consent(
        session, services.keyring, caller.conversation, caller.person,
        agreed=agreed, text_version=CONSENT_VERSION, now=now(),
    )  # fmt: skip


def _without(
    session: Session, services: Services, caller: Caller, update: Update, code: str
) -> str | Answer | OwnClass | Joined | Choice:
    """What came of it; or what to say to somebody who has tried too many codes."""
    caller = caller.within(session)
    held = too_many(session, services, caller)
    if held is not None:
        return held
    outcome = join_without_voice(
        session, services.keyring, caller.conversation, caller.person, code, CONSENT_VERSION, now()
    )
    if outcome is Answer.UNKNOWN_LINK:
        wrong(session, services, caller, update)
    return outcome


def _name(
    session: Session, services: Services, caller: Caller, text: str, message_id: int
) -> NameFault | Answer | Joined | Choice | Waits:
    caller = caller.within(session)
    return give_name(session, services.keyring, caller.conversation, caller.person, text, message_id, now())


def _pick(session: Session, services: Services, caller: Caller, number: int) -> Joined | Choice | None:
    caller = caller.within(session)
    return pick_line(session, services.keyring, caller.conversation, caller.person, number, now())


def _choice(session: Session, caller: Caller) -> Choice | None:
    caller = caller.within(session)
    return choice(session, caller.conversation, caller.person, now())


def _other_name(session: Session, caller: Caller, text: str) -> NameFault | Renamed:
    caller = caller.within(session)
    return change_name(session, caller.conversation, caller.person, text, now())
