"""The students of a teacher's class: the list, and what can be done about each."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher, teacher_of
from bot.messages.allowed import for_standing, lasting
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.replies import Buttons, cancel_button, reply
from bot.messages.rosters import cut
from bot.outbox import asking
from bot.outbox.staff_notices import tell_staff
from bot.services import Context, now
from bot.upkeep.erasures import receipt_for
from bot.upkeep.galleries import publish_each
from bot.upkeep.merges import make_one
from rollcall.domain.names import NameFault
from rollcall.marked import one_below_the_other
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts
from rollcall.usecases import students as use_cases
from rollcall.usecases.freeing import is_claimed
from rollcall.usecases.students import Named, OneStudent


async def students(update: Update, context: Context) -> None:
    """students:<class>:<page>: who is in the class, and who was."""
    t = context.caller.texts
    found = await context.services.database.run(as_teacher(context.caller, use_cases.students), context.class_id)
    page, number = Page.of(found.members, page_of(context)), context.class_id
    present = sum(not one.is_former for one in found.members)
    without = sum(not one.is_former and not one.person.has_account for one in found.members)
    lines = [t("students-head", title=found.school_class.title, number=present)]
    if without:
        lines.append(t("students-without", number=without))
    lines.append(t("students-list-hint"))
    buttons = [
        [(cut(("✖️ " if one.is_former else "") + one.name), f"student:{number}:{one.person.id}")] for one in page.entries
    ]
    add = [(t("student-add"), f"student-add:{number}")]
    back = [(t("button-back"), f"class:{number}")]
    rows = [*buttons, *page.turning(f"students:{number}"), add, back]
    await show(update, one_below_the_other(lines), for_standing(rows, lasting=await lasting(context)))


async def student(update: Update, context: Context) -> None:
    """student:<class>:<person>: what is known, and what can be done."""
    one = await context.services.database.run(as_teacher(context.caller, use_cases.student), *_names(context))
    await _show_one(update, context, one)


async def name_wanted(update: Update, context: Context) -> None:
    """student-name:<class>:<person>, student-add:<class>: what is the student called?"""
    t = context.caller.texts
    has_person = context.match is not None and "person_id" in context.match.groupdict()
    person_id = _person(context) if has_person else None
    asked = await context.services.database.run(_ask_name, context.caller, context.class_id, person_id)
    if asked is None:
        await show(update, t("question-gone"))
    elif isinstance(asked, SchoolClass):
        await reply(update, t("student-add-ask", title=asked.title), cancel_button(t))
    else:
        await reply(update, t("student-name-ask", name=asked.member.name), cancel_button(t))


async def name_said(update: Update, context: Context) -> None:
    """The name, in answer to our question, or in the place of an earlier answer."""
    services, message, t = context.services, update.effective_message, context.caller.texts
    if message is None:
        return
    if not context.caller.is_teacher:
        await reply(update, t("not-a-teacher"))
        return
    outcome = await services.database.run(_name, context.caller, message.text or "", message.message_id)
    match outcome:
        case Named(one, added):
            services.stale_boards.touch_class(one.school_class.id)
            key = "student-added" if added else "student-named"
            text = t(key, name=one.member.name, title=one.school_class.title)
            await reply(update, text, [_to_list(one.school_class.id, t)])
        case NameFault():
            await reply(update, t(f"name-fault-{outcome}"), cancel_button(t))
        case None:
            await reply(update, t("question-gone"))


async def out_pressed(update: Update, context: Context) -> None:
    """student-out:<class>:<person> asks."""
    t, (class_id, person_id) = context.caller.texts, _names(context)
    one = await context.services.database.run(as_teacher(context.caller, use_cases.student), class_id, person_id)
    if one is None or one.member.is_former:
        await _show_one(update, context, one)
        return
    this = f"{class_id}:{person_id}"
    yes, no = (t("student-out-yes"), f"student-out-yes:{this}"), (t("button-back"), f"student:{this}")
    await show(update, t("student-out-ask", name=one.member.name, title=one.school_class.title), [[yes, no]])


async def out_confirmed(update: Update, context: Context) -> None:
    """student-out-yes:<class>:<person>: a former student from now on."""
    moved = await context.services.database.run(as_teacher(context.caller, use_cases.take_out), *_names(context), now())
    await _moved(update, context, moved, "out")


async def back_pressed(update: Update, context: Context) -> None:
    """student-back:<class>:<person>: a student again."""
    put_back, keyring = as_teacher(context.caller, use_cases.put_back), context.services.keyring
    moved = await context.services.database.run(put_back, keyring, *_names(context), now())
    await _moved(update, context, moved, "back")


async def merge_pressed(update: Update, context: Context) -> None:
    """student-merge:<class>:<person>:<page>: with whom is the student one?"""
    t, (class_id, person_id) = context.caller.texts, _names(context)
    found = await context.services.database.run(as_teacher(context.caller, use_cases.students), class_id)
    old = next((one for one in found.members if one.person.id == person_id), None)
    if old is None:
        await show(update, t("question-gone"))
        return
    others = [one for one in found.members if one is not old and not one.is_former]
    page, this = Page.of(others, page_of(context)), f"{class_id}:{person_id}"
    buttons = [[(cut(one.name), f"student-into:{this}:{one.person.id}")] for one in page.entries]
    back = [(t("button-back"), f"student:{this}")]
    text = t("student-merge-which", name=old.name)
    await show(update, text, [*buttons, *page.turning(f"student-merge:{this}"), back])


async def into_pressed(update: Update, context: Context) -> None:
    """student-into:<class>:<person>:<other> asks."""
    t, (class_id, old_id) = context.caller.texts, _names(context)
    merging = as_teacher(context.caller, use_cases.merging)
    found = await context.services.database.run(merging, class_id, old_id, _other(context))
    if found is None:
        await show(update, t("student-merge-not"))
        return
    this = f"{class_id}:{old_id}"
    text = t("student-merge-ask", name=found.old.member.name, other=found.new.member.name)
    yes = (t("student-merge-yes"), f"student-into-yes:{this}:{_other(context)}")
    await show(update, text, [[yes, (t("button-back"), f"student:{this}")]])


async def into_confirmed(update: Update, context: Context) -> None:
    """student-into-yes:<class>:<person>:<other>: the lost account's voice goes, its marks are the other's.

    Should we stop half-way, the press is handled again, and ends it.
    """
    services, caller, t = context.services, context.caller, context.caller.texts
    these = (*_names(context), _other(context))
    await services.marks.write()
    begun = await services.database.run(as_teacher(caller, use_cases.begin_merging), *these, receipt_for(update), now())

    async def end() -> OneStudent | None:
        return await services.database.run(as_teacher(caller, use_cases.merge), *these, now())

    one = await make_one(context.app, services, begun, end)
    if one is None:
        await show(update, t("question-gone"))
        return
    await show(update, t("student-merged", name=one.member.name), [_to_list(one.school_class.id, t)])


async def _moved(update: Update, context: Context, one: OneStudent | None, what: str) -> None:
    services, t = context.services, context.caller.texts
    if one is None:
        await show(update, t("question-gone"))
        return
    class_id = one.school_class.id
    await publish_each(services, [class_id])
    services.stale_boards.touch_class(class_id)
    text = t(f"namesake-{what}-done", name=one.member.name, title=one.school_class.title)
    back: Buttons = [[(t("namesake-back"), f"student-back:{class_id}:{one.member.person.id}")]] if what == "out" else []
    await show(update, text, [*back, _to_list(class_id, t)])
    await asking.show(context.app, tell_staff(context.app, services))


async def _show_one(update: Update, context: Context, one: OneStudent | None) -> None:
    t = context.caller.texts
    if one is None:
        await show(update, t("question-gone"))
        return
    membership, person = one.member.membership, one.member.person
    lines = [t("student-card", name=one.member.name, title=one.school_class.title)]
    if membership.student_number:
        lines.append(t("student-number", word=membership.student_number))
    if membership.group_name:
        lines.append(t("student-group", word=membership.group_name))
    if membership.email:
        lines.append(t("student-email", word=membership.email))
    if one.member.is_former:
        lines.append(t("student-former"))
    elif not person.has_account:
        lines.append(t("student-without"))
    this = f"{membership.class_id}:{person.id}"
    back = _to_list(membership.class_id, t)
    if one.member.is_former:
        buttons = [[(t("namesake-back"), f"student-back:{this}"), (t("button-sheet"), f"sheet:{this}")], back]
    else:
        buttons = [
            [(t("student-rename"), f"student-name:{this}"), (t("student-out"), f"student-out:{this}")],
            [(t("student-merge"), f"student-merge:{this}:0")],
            *([[(t("student-free"), f"student-free:{this}")]] if is_claimed(one) else []),
            [(t("student-move"), f"student-move:{this}:0")],
            [(t("button-sheet"), f"sheet:{this}")],
            back,
        ]
    await show(update, one_below_the_other(lines), for_standing(buttons, lasting=await lasting(context)))


def _to_list(class_id: int, t: Texts) -> list[tuple[str, str]]:
    return [(t("students-button"), f"students:{class_id}:0")]


def _names(context: Context) -> tuple[int, int]:
    return context.class_id, _person(context)


def _person(context: Context) -> int:
    return int(context.match["person_id"]) if context.match is not None else 0


def _other(context: Context) -> int:
    return int(context.match["other_id"]) if context.match is not None else 0


def _ask_name(
    session: Session, caller: Caller, class_id: int, person_id: int | None
) -> OneStudent | SchoolClass | None:
    caller = caller.within(session)
    return use_cases.ask_name(session, teacher_of(session, caller), caller.conversation, class_id, person_id, now())


def _name(session: Session, caller: Caller, text: str, message_id: int) -> Named | NameFault | None:
    caller = caller.within(session)
    return use_cases.name_said(session, teacher_of(session, caller), caller.conversation, text, message_id, now())
