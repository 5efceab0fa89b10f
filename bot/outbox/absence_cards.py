"""Announced absences and objections to marks in the chat: the teachers' cards, and what students hear."""

from __future__ import annotations

from functools import partial

from bot.messages.replies import Buttons
from bot.outbox.asking import show
from bot.outbox.cards import Subject, keep
from bot.services import App, Services
from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.attendance import MEANINGS
from rollcall.marked import one_below_the_other
from rollcall.report.wording import excuse_words, span_words, status_word
from rollcall.storage.questions import ABSENCES, APPEALS
from rollcall.texts import Texts
from rollcall.usecases.absences import AbsenceFacts, AbsenceTold, absence_facts, absence_told
from rollcall.usecases.appeals import AppealFacts, AppealTold, appeal_facts, appeal_told
from rollcall.usecases.cards import due


async def keep_absences(application: App, services: Services) -> None:
    """What teachers and students are owed about announced absences, said as far as their chats take it."""
    await keep(application, services, _ABSENCES)


async def keep_appeals(application: App, services: Services) -> None:
    """The same about objections to marks."""
    await keep(application, services, _APPEALS)


async def show_absences(application: App, services: Services) -> None:
    """`keep_absences` for someone who waits."""
    await show(application, keep_absences(application, services))


async def show_appeals(application: App, services: Services) -> None:
    """`keep_appeals` for someone who waits."""
    await show(application, keep_appeals(application, services))


def absence_text(of: AbsenceFacts, t: Texts) -> str:
    """What a card says: who, from which class, when and why; what was decided."""
    lines = [t("absence-card", name=of.name, title=of.title, days=span_words(of.first, of.last, t))]
    if of.reason is not None:
        lines.append(t("mark-word-reason", reason=excuse_words(of.reason, t)))
    text = one_below_the_other(lines) + "\n\n"
    if of.state is AbsenceState.OPEN:
        return text + t("absence-ask")
    return text + t(f"absence-{of.state}", teacher=of.teacher)


def absence_buttons(of: AbsenceFacts, t: Texts) -> Buttons:
    """To decide; once that is done, to turn it round."""
    this = f"absence:{of.question}"
    match of.state:
        case AbsenceState.OPEN:
            return [[(t("absence-excuse"), f"{this}:yes"), (t("absence-refuse"), f"{this}:no")]]
        case AbsenceState.EXCUSED:
            return [[(t("absence-refuse-after-all"), f"{this}:refuse")]]
        case AbsenceState.REFUSED:
            return [[(t("absence-excuse-after-all"), f"{this}:excuse")]]
        case _:
            return []


def absence_told_text(told: AbsenceTold, t: Texts) -> str:
    """What a student hears of the decision."""
    return t(f"absence-told-{told.state}", title=told.title, days=span_words(told.first, told.last, t))


def appeal_text(of: AppealFacts, t: Texts) -> str:
    """What a card says: who objects to which mark of which lesson; what was decided."""
    when = t("mark-lesson", title=of.title, day=f"{of.at:%d.%m.%Y}", time=f"{of.at:%H:%M}")
    lines = [t("appeal-card", name=of.name), when]
    if of.status is not None:
        lines.append(t("appeal-mark", sign=MEANINGS[of.status].sign, status=status_word(of.status, t)))
    text = one_below_the_other(lines) + "\n\n"
    if of.state is AppealState.OPEN:
        return text + t("appeal-ask")
    return text + t(f"appeal-{of.state}", teacher=of.teacher)


def appeal_buttons(of: AppealFacts, t: Texts) -> Buttons:
    """To give another mark or to keep it; the student's card for that lesson at any time."""
    this = f"appealed:{of.question}"
    card = [[(t("button-mark-card"), f"mark:{of.lesson_id}:{of.person_id}")]]
    if of.state is not AppealState.OPEN:
        return card
    give = [(t("appeal-present"), f"{this}:present"), (t("appeal-late"), f"{this}:late")]
    return [give, [(t("appeal-keep"), f"{this}:keep")], *card]


def appeal_told_text(told: AppealTold, t: Texts) -> str:
    """What a student hears where the mark stays."""
    when = t("mark-lesson", title=told.title, day=f"{told.opened_at:%d.%m.%Y}", time=f"{told.opened_at:%H:%M}")
    status = status_word(told.status, t) if told.status is not None else "–"
    return when + "\n" + t("appeal-told-kept", status=status)


_ABSENCES = Subject(
    kind=ABSENCES,
    due=partial(due, kind=ABSENCES),
    facts=absence_facts,
    text=absence_text,
    buttons=absence_buttons,
    end=absence_told,
    end_text=absence_told_text,
)
_APPEALS = Subject(
    kind=APPEALS,
    due=partial(due, kind=APPEALS),
    facts=appeal_facts,
    text=appeal_text,
    buttons=appeal_buttons,
    end=appeal_told,
    end_text=appeal_told_text,
)
