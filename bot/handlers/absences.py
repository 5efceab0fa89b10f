"""/absent: a student announces an absence, question by question; the teacher's buttons under its card."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher
from bot.messages.menus import show
from bot.messages.replies import Buttons, cancel_button, reply, settle_button
from bot.outbox.absence_cards import show_absences
from bot.services import Context, now
from rollcall.domain.absence import LONGEST_ABSENCE, days_in
from rollcall.domain.excuses import LONGEST, Excuse, clean_reason
from rollcall.marked import one_below_the_other
from rollcall.report.wording import capital, excuse_words, span_words
from rollcall.storage.people import conversation_with, set_step
from rollcall.storage.tables import Person
from rollcall.texts import Texts
from rollcall.usecases.absences import (
    Announced,
    NotAnnounced,
    When,
    announce,
    days_of,
    decide,
    give_reason,
    today_in,
    withdraw,
)
from rollcall.usecases.dialogue import (
    ABSENT_DAYS,
    ABSENT_DAYS_MESSAGE,
    ABSENT_REASON,
    ABSENT_REASON_MESSAGE,
)

_CLASS, _FIRST, _LAST, _ABSENCE = "class", "first", "last", "absence"
"""In the dialogue: from which class, on which days, and which announcement an answer was taken for."""
_NOT_TAKEN = {
    NotAnnounced.NO_STUDENT: "absent-no-class",
    NotAnnounced.DAYS: "absent-days-not",
    NotAnnounced.TOO_MANY: "absent-too-many",
}


async def absent(update: Update, context: Context) -> None:
    """/absent and its button: from which class, where there are several."""
    t, attended = context.caller.texts, context.caller.attended
    if not attended:
        await show(update, t("join-first"), texts=t)
    elif len(attended) == 1:
        await show(update, t("absent-when", title=attended[0].title), _when_buttons(attended[0].id, t), t)
    else:
        await show(update, t("absent-which"), [[(one.title, f"absent-in:{one.id}")] for one in attended], t)


async def class_pressed(update: Update, context: Context) -> None:
    """absent-in:<class>: on which days."""
    t, class_id = context.caller.texts, _number(context, "of")
    title = next((one.title for one in context.caller.attended if one.id == class_id), None)
    if title is None:
        await show(update, t("absent-no-class"), texts=t)
        return
    await show(update, t("absent-when", title=title), _when_buttons(class_id, t), t)


async def when_pressed(update: Update, context: Context) -> None:
    """absent-on:<class>:<when>: why; or the days are asked for."""
    t, class_id, when = context.caller.texts, _number(context, "of"), _part(context, "when")
    if when == "typed":
        await context.services.database.run(_ask_days, context.caller, class_id)
        await show(update, t("absent-days"), cancel_button(t), t)
        return
    days = await context.services.database.run(days_of, class_id, When(when), now())
    await show(update, _why_text(days, t), _why_buttons(class_id, days, t), t)


async def days_given(update: Update, context: Context) -> None:
    """The days, in answer to our question; or that answer, edited."""
    message, t = update.effective_message, context.caller.texts
    if message is None:
        return
    found = await context.services.database.run(_take_days, context.caller, message.text or "", message.message_id)
    if found is None:
        most = LONGEST_ABSENCE.days
        await reply(update, t("absent-days-not", most=most), cancel_button(t))
        return
    class_id, days = found
    await reply(update, _why_text(days, t), _why_buttons(class_id, days, t))


async def why_pressed(update: Update, context: Context) -> None:
    """absent-why:<class>:<first>:<last>:<reason>: announced; or the reason is asked for."""
    services, t, reason = context.services, context.caller.texts, _part(context, "reason")
    class_id, days = _number(context, "of"), (_day(context, "first"), _day(context, "last"))
    if days[0] is None or days[1] is None:
        await show(update, t("question-gone"), texts=t)
        return
    span = (days[0], days[1])
    if reason == "own":
        await services.database.run(_ask_reason, context.caller, class_id, span)
        await show(update, t("absent-reason", most=LONGEST), cancel_button(t), t)
        return
    person = context.caller.person
    outcome = (
        NotAnnounced.NO_STUDENT
        if person is None
        else await services.database.run(_announce, person, class_id, span, None if reason == "none" else reason)
    )
    await show(update, *_said(outcome, t), t)
    if isinstance(outcome, Announced):
        await show_absences(context.app, services)


async def reason_given(update: Update, context: Context) -> None:
    """The reason in the student's own words."""
    services, message, t = context.services, update.effective_message, context.caller.texts
    if message is None:
        return
    reason = clean_reason(message.text or "")
    if reason is None:
        await reply(update, t("excuse-too-long", most=LONGEST), cancel_button(t))
        return
    outcome = await services.database.run(_take_reason, context.caller, reason, message.message_id)
    if outcome is None:
        await reply(update, t("question-gone"))
        return
    await reply(update, *_said(outcome, t))
    if isinstance(outcome, Announced):
        await show_absences(context.app, services)


async def reason_edited(update: Update, context: Context) -> None:
    """That answer was edited: while no teacher has decided, the teachers read the new one."""
    message, t = update.effective_message, context.caller.texts
    reason = clean_reason(message.text or "") if message is not None else None
    changed = reason is not None and await context.services.database.run(_other_reason, context.caller, reason)
    await reply(update, t("absent-reason-changed" if changed else "absent-reason-stays"))


async def withdraw_pressed(update: Update, context: Context) -> None:
    """absent-undo:<absence>: there after all."""
    services, t, person = context.services, context.caller.texts, context.caller.person
    done = person is not None and await services.database.run(_withdraw, person, _number(context, "of"))
    await show(update, t("absent-withdrawn" if done else "absent-withdrawn-before"), texts=t)
    if done:
        await show_absences(context.app, services)


async def decided(update: Update, context: Context) -> None:
    """absence:<absence>:yes or :no, later :excuse or :refuse: a teacher has decided, or thought again."""
    answer = _part(context, "answer")
    act = as_teacher(context.caller, decide)
    await settle_button(update)
    await context.services.database.run(
        act, context.number, excused=answer in ("yes", "excuse"), anew=answer in ("excuse", "refuse"), now=now()
    )
    await show_absences(context.app, context.services)


def _when_buttons(class_id: int, t: Texts) -> Buttons:
    days = [(t(f"absent-{when}"), f"absent-on:{class_id}:{when}") for when in When]
    return [days[:2], [days[2], (t("absent-typed"), f"absent-on:{class_id}:typed")]]


def _why_text(days: tuple[date, date], t: Texts) -> str:
    return t("absent-why", days=span_words(*days, t))


def _why_buttons(class_id: int, days: tuple[date, date], t: Texts) -> Buttons:
    this = f"absent-why:{class_id}:{days[0]:%Y%m%d}:{days[1]:%Y%m%d}"
    usual = [[(capital(t(f"excuse-{one}")), f"{this}:{one}")] for one in Excuse]
    return [*usual, [(t("excuse-own"), f"{this}:own"), (t("excuse-none"), f"{this}:none")]]


def _said(outcome: Announced | NotAnnounced, t: Texts) -> tuple[str, Buttons | None]:
    if isinstance(outcome, NotAnnounced):
        return t(_NOT_TAKEN[outcome], most=LONGEST_ABSENCE.days), None
    lines = [t("absent-done", title=outcome.title, days=span_words(outcome.first, outcome.last, t))]
    if outcome.reason is not None:
        lines.append(t("mark-word-reason", reason=excuse_words(outcome.reason, t)))
    lines.append(t("absent-done-next"))
    return one_below_the_other(lines), [[(t("absent-undo"), f"absent-undo:{outcome.absence_id}")]]


def _announce(
    session: Session, person: Person, class_id: int, days: tuple[date, date], reason: str | None
) -> Announced | NotAnnounced:
    return announce(session, session.get_one(Person, person.id), class_id, days, reason, now())


def _withdraw(session: Session, person: Person, absence_id: int) -> bool:
    return withdraw(session, session.get_one(Person, person.id), absence_id, now())


def _ask_days(session: Session, caller: Caller, class_id: int) -> None:
    set_step(session, caller.user.id, ABSENT_DAYS, {_CLASS: class_id}, now())


def _take_days(session: Session, caller: Caller, text: str, message_id: int) -> tuple[int, tuple[date, date]] | None:
    """From which class, and on which days; None where it names none. The question stays, for second thoughts."""
    conversation = conversation_with(session, caller.user.id, now())
    class_id = int(conversation.data.get(_CLASS, 0))
    set_step(session, caller.user.id, ABSENT_DAYS, {_CLASS: class_id, ABSENT_DAYS_MESSAGE: message_id}, now())
    days = days_in(text, today_in(session, class_id, now()))
    return None if days is None else (class_id, days)


def _ask_reason(session: Session, caller: Caller, class_id: int, days: tuple[date, date]) -> None:
    data = {_CLASS: class_id, _FIRST: days[0].isoformat(), _LAST: days[1].isoformat()}
    set_step(session, caller.user.id, ABSENT_REASON, data, now())


def _take_reason(session: Session, caller: Caller, reason: str, message_id: int) -> Announced | NotAnnounced | None:
    data, person = conversation_with(session, caller.user.id, now()).data, caller.within(session).person
    if person is None or _CLASS not in data or _FIRST not in data or _LAST not in data:
        return None
    days = date.fromisoformat(data[_FIRST]), date.fromisoformat(data[_LAST])
    outcome = announce(session, person, int(data[_CLASS]), days, reason, now())
    kept = {_ABSENCE: outcome.absence_id} if isinstance(outcome, Announced) else {}
    set_step(session, caller.user.id, "", {ABSENT_REASON_MESSAGE: message_id, **kept}, now())
    return outcome


def _other_reason(session: Session, caller: Caller, reason: str) -> bool:
    person = caller.within(session).person
    absence_id = conversation_with(session, caller.user.id, now()).data.get(_ABSENCE)
    return person is not None and absence_id is not None and give_reason(session, person, absence_id, reason)


def _number(context: Context, name: str) -> int:
    number = int(_part(context, name) or 0)
    return number if number < 2**31 else 0


def _day(context: Context, name: str) -> date | None:
    try:
        return datetime.strptime(_part(context, name), "%Y%m%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None


def _part(context: Context, name: str) -> str:
    return str(context.match[name]) if context.match is not None else ""
