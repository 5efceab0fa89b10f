"""Joining a class: consent, then the full name; or the same without a voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, caller_of, remember
from bot.handlers.enrolment import NAME_MESSAGE, begin_enrolment
from bot.messages.consent import AGAIN, CONSENT, CONSENT_VERSION
from bot.messages.guesses import too_many, wrong
from bot.messages.replies import Buttons, enrol_button, namesake_buttons, reply, take_buttons_away
from bot.outbox.claim_cards import words_for_joiner
from bot.services import Context, Services, now
from bot.upkeep.galleries import publish
from rollcall.domain.names import NameFault, alike, clean_name, full_name_in
from rollcall.storage.claims import take_along
from rollcall.storage.classes import attended_classes, class_by_code, join_class, taught_class
from rollcall.storage.namesakes import note_namesakes
from rollcall.storage.people import agree_to_attendance, drop_conversation, give_consent, register_person, set_step
from rollcall.storage.tables import Person
from rollcall.storage.votes import is_of_use, is_withheld
from rollcall.texts import Texts
from rollcall.usecases.erasure import erase_stranger

NAME = "name"
SAID = "said"
"""In the conversation's data: what was written before and was no full name."""


async def consent_pressed(update: Update, context: Context) -> None:
    """consent:yes or consent:no. After a no nothing is kept; the way without a voice is offered."""
    agreed = update.callback_query is not None and update.callback_query.data == "consent:yes"
    joined: tuple[int, Person] | None = None
    buttons: Buttons | None = None
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        t, data = caller.texts, dict(caller.conversation.data)
        if caller.conversation.step == NAME and agreed:
            text = t("name-ask")  # pressed twice, or a bot stopped before it had asked
        elif caller.conversation.step != CONSENT:
            text = t("question-gone")
        elif not agreed and AGAIN in data:
            await session.run_sync(set_step, caller.user.id, "", None, now())
            text = t("join-not-now")
        elif not agreed:
            text, buttons = await session.run_sync(_declined, caller, data.get("join_code"))
        else:
            await session.run_sync(give_consent, caller.user.id, CONSENT_VERSION, t.language, now())
            if "join_code" not in data:
                text = await session.run_sync(begin_enrolment, caller)
            elif caller.person is None or not await session.run_sync(attended_classes, caller.person):
                await session.run_sync(set_step, caller.user.id, NAME, data, now())
                text = t("name-ask")
            else:
                text, buttons, joined = await session.run_sync(_join, context.services, caller, caller.person, data)
    text += await _after_joining(context, joined, t)
    await take_buttons_away(update)
    await reply(update, text, buttons)


async def without_pressed(update: Update, context: Context) -> None:
    """without:<join code>: join, and check in by a tap. From here on something is kept: the text before said what."""
    services, code = context.services, context.match["join_code"] if context.match is not None else ""
    joined: tuple[int, Person] | None = None
    buttons: Buttons | None = None
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        t = caller.texts
        held = await session.run_sync(too_many, services, caller)
        school_class = await session.run_sync(class_by_code, code, now()) if held is None else None
        if held is not None:
            text = held
        elif school_class is None:
            await session.run_sync(wrong, services, caller, update)
            text = t("join-unknown")
        elif (
            caller.person is not None
            and await session.run_sync(taught_class, caller.person, school_class.id) is not None
        ):
            text = t("join-own-class", title=school_class.title)
        else:
            await session.run_sync(remember, caller)
            await session.run_sync(agree_to_attendance, caller.user.id, CONSENT_VERSION, t.language, now())
            data = {"join_code": code, "without_voice": True}
            if caller.person is None or not await session.run_sync(attended_classes, caller.person):
                await session.run_sync(set_step, caller.user.id, NAME, data, now())
                text = t("name-ask")
            else:
                text, buttons, joined = await session.run_sync(_join, context.services, caller, caller.person, data)
    text += await _after_joining(context, joined, t)
    await take_buttons_away(update)
    await reply(update, text, buttons)


async def name_given(update: Update, context: Context, caller: Caller) -> None:
    """The full name, in answer to our question."""
    message = update.effective_message
    data, joined = caller.conversation.data, None
    name, fault = _name_in(update, data.get(SAID))
    if fault is not None:
        if message is not None:
            asked = {**data, NAME_MESSAGE: message.message_id, SAID: name}
            async with context.services.database.session() as session:
                await session.run_sync(set_step, caller.user.id, NAME, asked, now())
        await reply(update, caller.texts(f"name-fault-{fault}"))
        return
    buttons: Buttons | None = None
    async with context.services.database.session() as session:
        if caller.person is None and await session.run_sync(class_by_code, data.get("join_code", ""), now()) is None:
            # The link has ended meanwhile: nothing is kept of someone who belongs nowhere.
            await session.run_sync(erase_stranger, caller.user.id)
            text = caller.texts("join-unknown")
        else:
            person = await session.run_sync(register_person, caller.user.id, name, now())
            person.full_name = name  # a teacher's came from Telegram so far
            text, buttons, joined = await session.run_sync(_join, context.services, caller, person, data)
            if joined is not None and message is not None:
                await session.run_sync(set_step, caller.user.id, "", {NAME_MESSAGE: message.message_id}, now())
    text += await _after_joining(context, joined, caller.texts)
    await reply(update, text, buttons)


async def name_changed(update: Update, context: Context, caller: Caller) -> None:
    """The answer to our question was edited: the new name counts."""
    name, fault = _name_in(update, caller.conversation.data.get(SAID))
    if fault is not None or caller.person is None:
        await reply(update, caller.texts(f"name-fault-{fault or NameFault.LENGTH}"))
        return
    async with context.services.database.session() as session:
        person = await session.get_one(Person, caller.person.id)
        person.full_name = name
        await session.flush()
        classes = await session.run_sync(attended_classes, person)
        alike_in = [one.id for one in classes if await session.run_sync(note_namesakes, person, one.id, now())]
    for school_class in classes:
        context.services.stale_boards.touch_class(school_class.id)
    text, buttons = caller.texts("name-changed", name=name), None
    if alike_in:
        text += "\n\n" + caller.texts("namesake")
        buttons = namesake_buttons(caller.texts, alike_in[0])
    await reply(update, text, buttons)


def _name_in(update: Update, said: str | None) -> tuple[str, NameFault | None]:
    """What was written, and why it is no full name; a single name is one when it is said twice."""
    message = update.effective_message
    text = message.text or "" if message is not None else ""
    found = full_name_in(text)
    if not isinstance(found, NameFault):
        return found, None
    name = clean_name(text)
    again = found is NameFault.ONE_WORD and said is not None and alike(said) == alike(name)
    return name, None if again else found


def _declined(session: Session, caller: Caller, join_code: str | None) -> tuple[str, Buttons | None]:
    """What a no leads to: no trace of a stranger, and the other way in. The button itself carries the join code."""
    t = caller.texts
    if caller.person is None:
        drop_conversation(session, caller.user.id)
    else:
        set_step(session, caller.user.id, "", None, now())
    school_class = class_by_code(session, join_code, now()) if join_code is not None else None
    if school_class is None:
        return t("consent-declined-member"), None
    return t("consent-declined"), [[(t("without-button"), f"without:{school_class.join_code}")]]


def _join(
    session: Session, services: Services, caller: Caller, person: Person, data: Mapping[str, Any]
) -> tuple[str, Buttons | None, tuple[int, Person] | None]:
    """What to say, the next step as a button, and who joined which class."""
    t, join_code = caller.texts, data.get("join_code")
    set_step(session, caller.user.id, "", None, now())
    school_class = class_by_code(session, join_code, now()) if join_code is not None else None
    if school_class is None:
        return t("join-unknown"), None, None
    new = join_class(session, person, school_class, now())
    if new:
        take_along(session, services.keyring, person.id, school_class.id, now())
    known = is_of_use(session, person.id)
    if not new:
        key = "joined-already"
    elif data.get("without_voice"):
        key = "joined-without-voice"
    else:
        key = "joined-known-voice" if known else "joined"
        if is_withheld(session, school_class.id, person.id):
            key = "joined-voice-waits"
    text = t(key, name=person.full_name, title=school_class.title)
    buttons: list[Sequence[tuple[str, str]]] = []
    if key in ("joined", "joined-already") and not known:
        buttons += enrol_button(t)
    if new and note_namesakes(session, person, school_class.id, now()):
        text += "\n\n" + t("namesake")
        buttons += namesake_buttons(t, school_class.id)
    return text, buttons or None, (school_class.id, person)


async def _after_joining(context: Context, joined: tuple[int, Person] | None, t: Texts) -> str:
    """Someone enrolled already can be recognised in the new class at once; its board counts one more.

    Returns:
        What else is to be said: whether a teacher has to stand for the voice first.
    """
    if joined is None:
        return ""
    class_id, person = joined
    services = context.services
    await publish(services, class_id)
    services.stale_boards.touch_class(class_id)
    return await words_for_joiner(context.app, services, person.id, class_id, t)
