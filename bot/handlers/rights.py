"""What admins say about who teaches: /invite and /teachers, and their buttons."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from telegram import Update
from telegram.error import TelegramError

from bot.messages.paging import PAGE, page_of, pages_for, turning
from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.services import Context, now
from bot.upkeep.appearance import show_no_commands
from rollcall.storage import invites, rights
from rollcall.storage.tables import Invite
from rollcall.texts import Texts, texts_in
from rollcall.usecases import teaching


async def invite(update: Update, context: Context) -> None:
    """/invite: a single-use link that makes its first user a teacher, and a button to revoke each that is open."""
    settings, t = context.services.settings, context.caller.texts
    valid = settings.invite_valid
    invited = await context.services.database.run(teaching.invite, context.caller.user.id, valid, now())
    link = f"https://t.me/{context.bot.username}?start=teach-{invited.token}"
    text = t("invite", link=link, days=valid.days) if valid.days else t("invite-soon", link=link)
    buttons = [[_revoking(t, one, settings.timezone)] for one in invited.still_open]
    await reply(update, text + "\n\n" + t("invites-open"), buttons)


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
    await reply(update, text, [*buttons, *turning("teachers", page, pages_for(count))])


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
    await reply(update, caller.texts("unteach-done", name=ended.person.full_name))
    await _tell(context, ended.person.telegram_id, texts_in(ended.locale))


async def _tell(context: Context, chat_id: int, t: Texts) -> None:
    """A word to the person, and their menu is a student's again. Their chat may be closed to us: no reason to fail."""
    try:
        await context.bot.send_message(chat_id, t("no-teacher-any-more"))
    except TelegramError:
        return
    await show_no_commands(context.bot, chat_id)


def _revoking(t: Texts, one: Invite, zone: str) -> tuple[str, str]:
    until = f"{one.expires_at.astimezone(ZoneInfo(zone)):%d.%m %H:%M}"
    return t("button-uninvite", until=until), f"uninvite:{one.token_hash[: invites.HANDLE]}"
