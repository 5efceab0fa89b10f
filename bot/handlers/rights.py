"""What admins say about who teaches: /invite and /teachers, and their buttons."""

from __future__ import annotations

import textwrap
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller
from bot.messages.paging import PAGE, page_of, pages_for, turning
from bot.messages.replies import Buttons, cancel_button, reply, take_buttons_away
from bot.services import Context, now
from rollcall.domain.names import clean_name
from rollcall.storage import invites, rights
from rollcall.storage.tables import Invite
from rollcall.texts import Texts
from rollcall.usecases import teaching

_SHORT = 18
"""Characters of a name on a button that also says until when."""


async def invite(update: Update, context: Context) -> None:
    """/invite [for whom]: a single-use link that makes its first user a teacher, and a button to revoke each that is
    open. For whom it is, the next text says: of two invitations one may have to be taken back.
    """
    settings, t = context.services.settings, context.caller.texts
    valid, said = settings.invite_valid, " ".join(context.args or [])
    invited = await context.services.database.run(_invited, context.caller, valid, said)
    link = f"https://t.me/{context.bot.username}?start=teach-{invited.token}"
    text = t("invite", link=link, days=valid.days) if valid.days else t("invite-soon", link=link)
    buttons = [[_revoking(t, one, settings.timezone)] for one in invited.still_open]
    for_whom = "" if clean_name(said) else "\n\n" + t("invite-for-whom")
    await reply(update, text + for_whom + "\n\n" + t("invites-open"), buttons)


async def invited_whom(update: Update, context: Context) -> None:
    """For whom the invitation is, in answer to our question; also where that is edited."""
    services, message, t = context.services, update.effective_message, context.caller.texts
    if message is None:
        return
    if not context.caller.is_admin:  # not any more
        await reply(update, t("not-an-admin"))
        return
    named = await services.database.run(_named, context.caller, message.text or "", message.message_id)
    if named is None:
        await reply(update, t("invite-not-open"), [[(t("button-teachers"), "teachers:0")]])
    elif not named.note:
        await reply(update, t("invite-whom-again"), cancel_button(t))
    else:
        buttons = [[_revoking(t, one, services.settings.timezone)] for one in named.still_open]
        await reply(update, t("invite-whom", name=named.note) + "\n\n" + t("invites-open"), buttons)


def _invited(session: Session, caller: Caller, valid: timedelta, said: str) -> teaching.Invited:
    return teaching.invite(session, caller.within(session).conversation, valid, said, now())


def _named(session: Session, caller: Caller, text: str, message_id: int) -> teaching.Named | None:
    return teaching.invited_whom(session, caller.within(session).conversation, text, message_id, now())


async def uninvite_pressed(update: Update, context: Context) -> None:
    """uninvite:<handle>: the link does not work any more."""
    match, services, t = context.match, context.services, context.caller.texts
    if match is None:
        return
    revoked = await services.database.run(teaching.uninvite, context.caller.user.id, match["invite"], now())
    text = t("invite-revoked" if revoked.done else "invite-not-open")
    buttons = [[_revoking(t, one, services.settings.timezone)] for one in revoked.still_open]
    await take_buttons_away(update)
    await reply(update, text + ("\n\n" + t("invites-open") if buttons else ""), buttons)


async def teachers(update: Update, context: Context) -> None:
    """/teachers, teachers:<page>: who may teach, a button for each. Not who is an admin: the settings say that."""
    services, page, t = context.services, page_of(context), context.caller.texts
    found, count = await services.database.run(rights.teachers, services.settings.admins, page * PAGE, PAGE)
    buttons: Buttons = [[(person.full_name, f"unteach:{person.id}")] for person in found]
    text = t("teachers-head", n=count) if count else t("teachers-none")
    more = [*turning("teachers", page, pages_for(count)), [(t("button-invite"), "invite")]]
    await reply(update, text, [*buttons, *more])


async def unteach_pressed(update: Update, context: Context) -> None:
    """unteach:<person> asks."""
    services, t = context.services, context.caller.texts
    person = await services.database.run(teaching.teacher_by_id, context.number, services.settings.admins)
    if person is None:
        await reply(update, t("teacher-gone"))
        return
    buttons = [[(t("unteach-yes"), f"unteach-yes:{person.id}"), (t("button-back"), "teachers:0")]]
    await reply(update, t("unteach-ask", name=person.full_name), buttons)


async def unteach_confirmed(update: Update, context: Context) -> None:
    """unteach-yes:<person>: from now on the person teaches nothing, until invited again."""
    services, caller = context.services, context.caller
    admins = services.settings.admins
    ended = await services.database.run(teaching.unteach, caller.user.id, context.number, admins, now())
    await take_buttons_away(update)
    if ended is None:
        await reply(update, caller.texts("teacher-gone"))
        return
    await reply(update, caller.texts("unteach-done", name=ended.full_name))


def _revoking(t: Texts, one: Invite, zone: str) -> tuple[str, str]:
    until = f"{one.expires_at.astimezone(ZoneInfo(zone)):%d.%m %H:%M}"
    if one.note is None:
        label = t("button-uninvite", until=until)
    else:
        label = t("button-uninvite-named", name=textwrap.shorten(one.note, _SHORT, placeholder="…"), until=until)
    return label, f"uninvite:{one.token_hash[: invites.HANDLE]}"
