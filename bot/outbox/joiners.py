"""Those who are not on a class's list: its teachers are asked who they are, and they hear what was answered."""

from __future__ import annotations

from bot.messages.replies import Buttons, enrol_button
from bot.outbox.asking import show
from bot.outbox.cards import Subject, keep
from bot.services import App, Services
from rollcall.domain.joiner import WAITING, JoinState
from rollcall.storage.questions import JOINERS
from rollcall.texts import Texts
from rollcall.usecases.join_requests import JoinerFacts, JoinerTold, joiner_facts, joiner_told, joiners_due


async def keep_joiners(application: App, services: Services) -> None:
    """What teachers and joiners are owed, said as far as their chats take it."""
    await keep(application, services, _JOINERS)


async def show_joiners(application: App, services: Services) -> None:
    """`keep_joiners` for someone who waits."""
    await show(application, keep_joiners(application, services))


def joiner_text(of: JoinerFacts, t: Texts) -> str:
    """Who wants to come into which class; what was decided, and by whom."""
    if of.state in WAITING:
        return t("joiner-card-freed" if of.freed else "joiner-card", name=of.name, title=of.title)
    key = "joiner-in" if of.state is JoinState.ACCEPTED else "joiner-out"
    return t(key, name=of.name, title=of.title, teacher=of.teacher)


def joiner_buttons(of: JoinerFacts, t: Texts) -> Buttons:
    """A new student, one who is on the list under another name, or nobody of the class."""
    if of.state not in WAITING:
        return []
    this = f"{of.class_id}:{of.question}"
    on_list: Buttons = [[(t("joiner-line"), f"joiner-lines:{this}:0")]] if of.lines else []
    return [*on_list, [(t("joiner-new"), f"joiner:{this}:new"), (t("joiner-no"), f"joiner:{this}:no")]]


def joiner_told_text(told: JoinerTold, t: Texts) -> str:
    """What a joiner hears."""
    return t("joiner-accepted" if told.accepted else "joiner-refused", name=told.name, title=told.title)


def joiner_told_buttons(told: JoinerTold, t: Texts) -> Buttons:
    """To record a voice, for who is in and has none."""
    return enrol_button(t) if told.accepted and not told.enrolled else []


_JOINERS = Subject(
    kind=JOINERS,
    due=joiners_due,
    facts=joiner_facts,
    text=joiner_text,
    buttons=joiner_buttons,
    end=joiner_told,
    end_text=joiner_told_text,
    end_buttons=joiner_told_buttons,
)
