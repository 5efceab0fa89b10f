"""The teacher's classes: /newclass, /classes and the buttons of each."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher
from bot.handlers.all_classes import search
from bot.handlers.archive import show_card
from bot.messages.allowed import for_standing
from bot.messages.invitation import join_link, send_invitation
from bot.messages.menus import show
from bot.messages.paging import Page, page_of
from bot.messages.replies import Buttons, cancel_button, practice_button, reply, settle_button
from bot.services import Context, now
from rollcall.domain.names import LONGEST_TITLE, clean_title
from rollcall.marked import one_below_the_other
from rollcall.storage.classes import create_class, join_code_is_good, summaries
from rollcall.storage.tables import SchoolClass
from rollcall.storage.teaching import archived_classes
from rollcall.texts import Texts
from rollcall.usecases.archive import one_archived
from rollcall.usecases.classes import choose, end_link, renew_link
from rollcall.usecases.dialogue import MADE_CLASS
from rollcall.usecases.making import ask_title, title_changed, title_said


async def new_class(update: Update, context: Context) -> None:
    """/newclass <title>, or /newclass alone and its button: what is it called?"""
    typed = " ".join(context.args or [])
    title, settings, caller = clean_title(typed), context.services.settings, context.caller
    t = caller.texts
    if not title:
        await context.services.database.run(_ask_title, caller)
        await reply(update, _title_wanted(typed, t), cancel_button(t))
        return
    said_at = update.effective_message.date if update.effective_message else now()
    created = await context.services.database.run(
        as_teacher(caller, create_class), title, settings.timezone, said_at, settings.join_link_valid
    )
    text = t("newclass-made", title=title, link=join_link(context, created))
    await reply(update, text, [[(t("button-invite-class"), f"qr:{created.id}")], *_open_button(t, created)])


async def title_given(update: Update, context: Context) -> None:
    """The title of the new class, in answer to our question: the class, and what to pass on to its students."""
    services, message, t = context.services, update.effective_message, context.caller.texts
    if message is None:
        return
    if not context.caller.is_teacher:  # not any more
        await reply(update, t("not-a-teacher"))
        return
    typed, settings = message.text or "", services.settings
    made = await services.database.run(
        as_teacher(context.caller, title_said),
        typed, message.message_id, message.date, settings.timezone, settings.join_link_valid, now(),
    )  # fmt: skip
    if made is None:
        await reply(update, _title_wanted(typed, t), cancel_button(t))
        return
    text = t("newclass-made", title=made.title, link=join_link(context, made))
    await reply(update, text + "\n\n" + t("newclass-forward"), _open_button(t, made))
    await send_invitation(update, context, made, t)


async def title_edited(update: Update, context: Context) -> None:
    """The answer to our question was edited: the class is called that."""
    services, message, caller = context.services, update.effective_message, context.caller
    if not caller.is_teacher:
        await reply(update, caller.texts("not-a-teacher"))
        return
    number, text = caller.conversation.data.get(MADE_CLASS, 0), (message.text or "") if message is not None else ""
    changed = await services.database.run(as_teacher(caller, title_changed), number, text, now())
    if changed is None:
        await reply(update, caller.texts("newclass-title-not"))
        return
    services.stale_boards.touch_class(changed.id)
    await reply(update, caller.texts("newclass-title", title=changed.title), _open_button(caller.texts, changed))


async def invitation_pressed(update: Update, context: Context) -> None:
    """qr:<id>: a message to forward to the class, with the join link as a picture."""
    t = context.caller.texts
    await settle_button(update)
    one = (
        await context.services.database.run(as_teacher(context.caller, choose), context.class_id, now())
    ).school_class
    if join_code_is_good(one, now()):
        await send_invitation(update, context, one, t)
    else:
        await reply(update, t("link-none"), [[(t("button-new-link"), f"newlink:{one.id}")]])


async def classes(update: Update, context: Context) -> None:
    """/classes, classes:<page>: own classes, with counts and buttons. An admin finds any: /classes <words>."""
    t = context.caller.texts
    if context.caller.is_admin and context.args:
        await search(update, context, " ".join(context.args))
        return
    found = await context.services.database.run(as_teacher(context.caller, summaries), now())
    archive = await context.services.database.run(as_teacher(context.caller, archived_classes), now())
    more = [[(t("button-new-class"), "newclass")], *([[(t("button-archived"), "archived:0")]] if archive else [])]
    more += [[(t("button-all-classes"), "all-classes:0")]] if context.caller.is_admin else []
    if not found:
        await show(update, t("classes-none"), more)
        return
    page = Page.of(found, page_of(context))
    lines = [
        t("classes-line", title=one.school_class.title, students=one.students, lessons=one.lessons)
        for one in page.entries
    ]
    buttons = [[(one.school_class.title, f"class:{one.school_class.id}")] for one in page.entries]
    await show(
        update,
        t("classes-head") + "\n\n" + one_below_the_other(lines),
        [*buttons, *page.turning("classes"), *more],
    )


async def class_command(update: Update, context: Context) -> None:
    """/class: the card of the class used last; there the others are a button away."""
    one = context.caller.class_used_last
    if one is None:
        await classes(update, context)
        return
    context.class_id = one.id
    await class_chosen(update, context)


async def class_chosen(update: Update, context: Context) -> None:
    """class:<id>: what can be done with it."""
    t, run = context.caller.texts, context.services.database.run
    keep = timedelta(days=context.services.settings.keep_archived_classes_days)
    put_away = await run(one_archived, context.class_id, keep)
    if put_away is not None:
        await show_card(update, context, put_away)
        return
    chosen = await run(as_teacher(context.caller, choose), context.class_id, now())
    one = chosen.school_class
    text = t("class-card", title=one.title, students=chosen.students) + "\n" + _link_line(t, context, one)
    await show(update, text, for_standing(_class_buttons(t, one), lasting=chosen.lasting))


async def new_link_pressed(update: Update, context: Context) -> None:
    """newlink:<id>: another join link; whoever has the old one only does not get in any more."""
    services, t = context.services, context.caller.texts
    school_class = await services.database.run(
        as_teacher(context.caller, renew_link), context.class_id, services.settings.join_link_valid, now()
    )
    text = t("link-renewed", title=school_class.title) + "\n" + _link_line(t, context, school_class)
    await show(update, text)


async def end_link_pressed(update: Update, context: Context) -> None:
    """endlink:<id>: nobody joins any more."""
    t = context.caller.texts
    school_class = await context.services.database.run(as_teacher(context.caller, end_link), context.class_id, now())
    await show(
        update, t("link-ended", title=school_class.title), [[(t("button-new-link"), f"newlink:{school_class.id}")]]
    )


def _ask_title(session: Session, caller: Caller) -> None:
    ask_title(session, caller.within(session).conversation, now())


def _title_wanted(typed: str, t: Texts) -> str:
    return t("newclass-too-long" if len(typed) > LONGEST_TITLE else "newclass-ask", most=LONGEST_TITLE)


def _open_button(t: Texts, school_class: SchoolClass) -> Buttons:
    return [[(t("button-open"), f"open:{school_class.id}")], *practice_button(t)]


def _link_line(t: Texts, context: Context, school_class: SchoolClass) -> str:
    if not join_code_is_good(school_class, now()):
        return t("link-none")
    expires = school_class.join_code_expires_at
    link = t("link", link=join_link(context, school_class))
    if expires is None:
        return link
    return link + "\n" + t("link-until", until=f"{expires.astimezone(ZoneInfo(school_class.timezone)):%d.%m.%Y %H:%M}")


def _class_buttons(t: Texts, school_class: SchoolClass) -> Buttons:
    number = school_class.id
    link = [(t("button-new-link"), f"newlink:{number}")]
    invite: Buttons = []
    if join_code_is_good(school_class, now()):
        invite = [[(t("button-invite-class"), f"qr:{number}")]]
        link.append((t("button-end-link"), f"endlink:{number}"))
    return [
        [(t("button-open"), f"open:{number}"), (t("button-report"), f"report:{number}:lesson")],
        [(t("button-lessons"), f"lessons:{number}:0"), (t("students-button"), f"students:{number}:0")],
        *invite,
        link,
        [(t("button-voices"), f"voices:{number}"), (t("button-staff"), f"staff:{number}")],
        [(t("button-archive"), f"archive:{number}")],
        [(t("button-timetable"), f"timetable:{number}"), (t("button-settings"), f"settings:{number}")],
    ]


def calls_button(t: Texts, school_class: SchoolClass) -> tuple[str, str]:
    """Tell the students of lessons, or not."""
    turn = "off" if school_class.call_students else "on"
    return t(f"button-calls-{turn}"), f"calls:{school_class.id}:{turn}"
