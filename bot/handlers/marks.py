"""A student in a lesson: the card with the marks to choose from, the list of all, and the rest at once."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.replies import Buttons, reply
from bot.services import Context, now
from rollcall.domain.attendance import ATTENDED, MEANINGS, STATUSES, Status
from rollcall.domain.confidence import percent
from rollcall.domain.excuses import LONGEST, Excuse, clean_reason
from rollcall.marked import folded, one_below_the_other
from rollcall.report.wording import CORRECTED, capital, excuse_words, status_word
from rollcall.storage.people import conversation_with, set_step
from rollcall.storage.teaching import teaches
from rollcall.texts import Texts
from rollcall.usecases.boards import is_board
from rollcall.usecases.dialogue import REASON, REASON_MESSAGE
from rollcall.usecases.marks import (
    LessonFacts,
    Listed,
    MarkCard,
    MarkList,
    Rest,
    mark_card,
    mark_list,
    mark_rest,
    rest_of,
    set_mark,
    undo_mark,
    undo_rest,
)

_LESSON, _STUDENT = "lesson", "student"
"""In the dialogue that waits for a reason: whose."""
_FEW = 10
"""More names than these are folded away."""
_GIVEN = tuple(one for one in STATUSES if not MEANINGS[one].suspicious)
"""The marks that a teacher gives."""


async def card_pressed(update: Update, context: Context) -> None:
    """mark:<lesson>:<student>."""
    card = await context.services.database.run(_card, context.caller, context.number, _student(context))
    await _show_card(update, context, card)


async def list_pressed(update: Update, context: Context) -> None:
    """marks:<lesson>:<page>: a name each."""
    found = await context.services.database.run(mark_list, context.number)
    page, t = Page.of(found.students, page_of(context)), context.caller.texts
    message = update.effective_message
    beside = message is not None and await context.services.database.run(
        is_board, context.number, message.chat_id, message.message_id
    )
    await (reply if beside else show)(
        update, list_text(found, page.number, page.pages, t), list_buttons(found, page, t)
    )


async def set_pressed(update: Update, context: Context) -> None:
    """mark-set:<lesson>:<student>:<status>."""
    status = Status(_part(context, "status"))
    await _set(update, context, status, None)


async def why_pressed(update: Update, context: Context) -> None:
    """mark-why:<lesson>:<student>: the usual reasons."""
    card, t = await context.services.database.run(mark_card, context.number, _student(context)), context.caller.texts
    if card is None:
        await show(update, t("mark-gone"), _back_to_list(context.number, t))
        return
    this = f"{context.number}:{card.person_id}"
    reasons = [(capital(t(f"excuse-{one}")), f"mark-excuse:{this}:{one}") for one in Excuse]
    buttons = [
        *([reason] for reason in reasons),
        [(t("excuse-own"), f"mark-excuse:{this}:own"), (t("excuse-none"), f"mark-excuse:{this}:none")],
        [(t("button-back"), f"mark:{this}")],
    ]
    await show(update, card_text(card, t) + "\n\n" + t("mark-why"), buttons)


async def excuse_pressed(update: Update, context: Context) -> None:
    """mark-excuse:<lesson>:<student>:<reason>: for a usual reason, for none, or in one's own words."""
    reason = _part(context, "reason")
    if reason != "own":
        await _set(update, context, Status.EXCUSED, None if reason == "none" else reason)
        return
    card = await context.services.database.run(_ask_reason, context.caller, context.number, _student(context))
    t = context.caller.texts
    if card is None:
        await show(update, t("mark-gone"), _back_to_list(context.number, t))
        return
    back = [[(t("button-back"), f"mark:{context.number}:{card.person_id}")]]
    await show(update, t("excuse-ask", name=card.name, most=LONGEST), back)


async def reason_given(update: Update, context: Context) -> None:
    """The reason in the teacher's own words, in answer to our question; or that answer, edited."""
    message, t = update.effective_message, context.caller.texts
    if message is None:
        return
    reason = clean_reason(message.text or "")
    if reason is None:
        await reply(update, t("excuse-too-long", most=LONGEST))
        return
    card = await context.services.database.run(_take_reason, context.caller, reason, message.message_id)
    if card is None:
        await reply(update, t("question-gone"))
        return
    context.services.stale_boards.touch(card.lesson.lesson_id)
    await reply(update, card_text(card, t), card_buttons(card, t))


async def undo_pressed(update: Update, context: Context) -> None:
    """mark-undo:<lesson>:<student>:<correction>."""
    take_back = as_teacher(context.caller, undo_mark)
    done, card = await context.services.database.run(
        take_back, context.number, _student(context), int(_part(context, "correction")), now()
    )
    context.services.stale_boards.touch(context.number)
    await _show_card(update, context, card, "mark-undone" if done else "mark-undo-late")


async def rest_pressed(update: Update, context: Context) -> None:
    """rest:<lesson>:<status>: asks, with their names."""
    rest, t = await context.services.database.run(rest_of, context.number), context.caller.texts
    back = [(t("button-back"), f"marks:{context.number}:0")]
    if not rest.names:
        await show(update, _when(rest.lesson, t) + "\n\n" + t("rest-nobody"), [back])
        return
    status = _part(context, "status")
    words = t(f"rest-ask-{status}", number=len(rest.names))
    yes = [(t(f"rest-yes-{status}"), f"rest-yes:{context.number}:{status}")]
    await show(update, _when(rest.lesson, t) + "\n\n" + _with_names(words, rest), [yes, back])


async def rest_confirmed(update: Update, context: Context) -> None:
    """rest-yes:<lesson>:<status>."""
    status, t = Status(_part(context, "status")), context.caller.texts
    rest = await context.services.database.run(as_teacher(context.caller, mark_rest), context.number, status, now())
    context.services.stale_boards.touch(context.number)
    back = [(t("button-marks"), f"marks:{context.number}:0")]
    if not rest.names:
        await show(update, _when(rest.lesson, t) + "\n\n" + t("rest-nobody"), [back])
        return
    words = _with_names(t(f"rest-done-{status}", number=len(rest.names)), rest)
    undo = [(t("button-undo"), f"rest-undo:{context.number}:{rest.batch}")]
    await show(update, _when(rest.lesson, t) + "\n\n" + words, [undo, back])


async def rest_undone(update: Update, context: Context) -> None:
    """rest-undo:<lesson>:<batch>."""
    take_back, t = as_teacher(context.caller, undo_rest), context.caller.texts
    rest = await context.services.database.run(take_back, context.number, _part(context, "batch"), now())
    context.services.stale_boards.touch(context.number)
    words = t("rest-undone", number=len(rest.names)) if rest.names else t("mark-undo-late")
    await show(update, _when(rest.lesson, t) + "\n\n" + words, _back_to_list(context.number, t))


def card_text(card: MarkCard, t: Texts) -> str:
    """Who, in which lesson, with which mark, who gave it and why."""
    lines = [t("mark-card", name=card.name) + "\n" + _when(card.lesson, t)]
    if card.waiting:
        lines.append(t("mark-waiting"))
    elif card.status is None:
        lines.append(t("mark-announced" if card.announced else "mark-none"))
    else:
        parts = [status_word(card.status, t)]
        if card.reason is not None:
            parts.append(excuse_words(card.reason, t))
        if card.at is not None:
            parts.append(f"{card.at:%H:%M}")
        if card.confidence is not None and card.status in ATTENDED:
            parts.append(f"{percent(card.confidence)} %")
        lines.append(f"{MEANINGS[card.status].sign} {capital(' · '.join(parts))}")
    if card.corrected_by is not None:
        key = "mark-corrected" if card.corrected_by else "mark-corrected-somebody"
        lines.append(f"{CORRECTED} " + t(key, teacher=card.corrected_by))
    return one_below_the_other(lines)


def card_buttons(card: MarkCard, t: Texts) -> Buttons:
    """The marks, the present one ticked; what can be taken back; the way to the others."""
    this = f"{card.lesson.lesson_id}:{card.person_id}"
    buttons = []
    for status in _GIVEN:
        word = capital(t(f"mark-{status.value}"))
        data = f"mark-why:{this}" if status is Status.EXCUSED else f"mark-set:{this}:{status.value}"
        buttons.append((f"✓ {word}" if status is card.status else word, data))
    rows = [buttons[:2], buttons[2:]]
    if card.undoable:
        rows.append([(t("button-undo"), f"mark-undo:{this}:{card.undoable}")])
    sheet = (t("button-sheet"), f"sheet:{card.lesson.class_id}:{card.person_id}")
    return [*rows, [*_back_to_list(card.lesson.lesson_id, t)[0], sheet]]


def list_text(found: MarkList, number: int, pages: int, t: Texts) -> str:
    """Which lesson, and what the signs on the buttons mean."""
    text = t("marks-head") + "\n" + _when(found.lesson, t)
    if pages > 1:
        text += "\n" + t("marks-page", number=number + 1, total=pages)
    return text + "\n\n" + (t("marks-hint") if found.students else t("report-no-students"))


def list_buttons(found: MarkList, page: Page[Listed], t: Texts) -> Buttons:
    """A name each; the pages beside; the rest at once, and the report."""
    lesson_id = found.lesson.lesson_id
    rows: list[list[tuple[str, str]]] = [[(_label(one), f"mark:{lesson_id}:{one.person_id}")] for one in page.entries]
    rows += [list(row) for row in page.turning(f"marks:{lesson_id}")]
    if found.rest > 1:
        rows.append(
            [(t("rest-present"), f"rest:{lesson_id}:present"), (t("rest-excused"), f"rest:{lesson_id}:excused")]
        )
    return rows


def _label(one: Listed) -> str:
    status = one.status or (Status.EXCUSED if one.announced else Status.ABSENT)
    sign = "⏳" if one.waiting else MEANINGS[status].sign
    return f"{sign} {one.name}" + (f" {CORRECTED}" if one.corrected else "")


def _when(lesson: LessonFacts, t: Texts) -> str:
    return t("mark-lesson", title=lesson.title, day=f"{lesson.opened_at:%d.%m.%Y}", time=f"{lesson.opened_at:%H:%M}")


def _with_names(words: str, rest: Rest) -> str:
    names = "\n".join(rest.names)
    return words + "\n" + (folded(names) if len(rest.names) > _FEW else names)


def _back_to_list(lesson_id: int, t: Texts) -> Buttons:
    return [[(t("button-marks"), f"marks:{lesson_id}:0")]]


async def _set(update: Update, context: Context, status: Status, reason: str | None) -> None:
    give = as_teacher(context.caller, set_mark)
    card = await context.services.database.run(give, context.number, _student(context), status, reason, now())
    context.services.stale_boards.touch(context.number)
    await _show_card(update, context, card)


async def _show_card(update: Update, context: Context, card: MarkCard | None, said: str = "") -> None:
    t = context.caller.texts
    if card is None:
        await show(update, t("mark-gone"), _back_to_list(context.number, t))
        return
    text = card_text(card, t)
    if said:
        text += "\n\n" + t(said)
    await show(update, text, card_buttons(card, t))


def _card(session: Session, caller: Caller, lesson_id: int, person_id: int) -> MarkCard | None:
    if caller.conversation.step == REASON:  # the way back from our question
        set_step(session, caller.user.id, "", None, now())
    return mark_card(session, lesson_id, person_id)


def _ask_reason(session: Session, caller: Caller, lesson_id: int, person_id: int) -> MarkCard | None:
    card = mark_card(session, lesson_id, person_id)
    if card is not None:
        set_step(session, caller.user.id, REASON, {_LESSON: lesson_id, _STUDENT: person_id}, now())
    return card


def _take_reason(session: Session, caller: Caller, reason: str, message_id: int) -> MarkCard | None:
    """None where the question is over, or its writer does not teach the class any more."""
    conversation = conversation_with(session, caller.user.id, now())
    lesson_id, person_id = conversation.data.get(_LESSON), conversation.data.get(_STUDENT)
    card = mark_card(session, lesson_id, person_id) if lesson_id is not None and person_id is not None else None
    teacher = caller.within(session).person
    if card is None or teacher is None or not teaches(session, teacher.id, card.lesson.class_id, now()):
        return None
    data = {_LESSON: lesson_id, _STUDENT: person_id, REASON_MESSAGE: message_id}
    set_step(session, caller.user.id, "", data, now())
    return set_mark(session, teacher, card.lesson.lesson_id, card.person_id, Status.EXCUSED, reason, now())


def _student(context: Context) -> int:
    number = int(_part(context, "student"))
    return number if number < 2**31 else 0


def _part(context: Context, name: str) -> str:
    return str(context.match[name]) if context.match is not None else ""
