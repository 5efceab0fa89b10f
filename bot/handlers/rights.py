"""What admins say about who teaches: /invite and /teachers, and their buttons."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import BotCommandScopeChat, Update
from telegram.error import TelegramError

from bot.caller import caller_of
from bot.messages.paging import PAGE, page_of, pages_for, turning
from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.outbox.review_cards import texts_for
from bot.services import Context, now
from rollcall.storage import invites, rights
from rollcall.storage.audit import Account
from rollcall.storage.tables import Invite, Person
from rollcall.texts import Texts

_INVITES_SHOWN = 10


async def invite(update: Update, context: Context) -> None:
    """/invite: a single-use link that makes its first user a teacher, and a button to revoke each that is open."""
    valid = context.services.settings.invite_valid
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        token = await session.run_sync(invites.create_invite, caller.user.id, valid, now())
        await session.flush()
        still_open = await session.run_sync(invites.open_invites, now(), _INVITES_SHOWN)
    t = caller.texts
    link = f"https://t.me/{context.bot.username}?start=teach-{token}"
    zone = context.services.settings.timezone
    text = t("invite", link=link, days=valid.days) if valid.days else t("invite-soon", link=link)
    await reply(update, text + "\n\n" + t("invites-open"), [[_revoking(t, one, zone)] for one in still_open])


async def uninvite_pressed(update: Update, context: Context) -> None:
    """uninvite:<handle>: the link does not work any more."""
    match = context.match
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        done = match is not None and await session.run_sync(
            invites.revoke_invite, match["invite"], Account(caller.user.id), now()
        )
        still_open = await session.run_sync(invites.open_invites, now(), _INVITES_SHOWN)
    t = caller.texts
    text = t("invite-revoked" if done else "invite-not-open")
    buttons = [[_revoking(t, one, context.services.settings.timezone)] for one in still_open]
    await take_buttons_away(update)
    await reply(update, text + ("\n\n" + t("invites-open") if buttons else ""), buttons)


async def teachers(update: Update, context: Context) -> None:
    """/teachers, teachers:<page>: who may teach, a button for each. Not who is an admin: the settings say that."""
    settings, page = context.services.settings, page_of(context)
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, settings)
        found, count = await session.run_sync(rights.teachers, settings.admins, page * PAGE, PAGE)
    t = caller.texts
    buttons: Buttons = [[(person.full_name, f"unteach:{person.id}")] for person in found]
    text = t("teachers-head", n=count) if count else t("teachers-none")
    await reply(update, text, [*buttons, *turning("teachers", page, pages_for(count))])


async def unteach_pressed(update: Update, context: Context) -> None:
    """unteach:<person> asks."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        person = await session.run_sync(_teacher, context)
    t = caller.texts
    if person is None:
        await reply(update, t("teacher-gone"))
        return
    buttons = [[(t("unteach-yes"), f"unteach-yes:{person.id}"), (t("button-back"), "teachers:0")]]
    await reply(update, t("unteach-ask", name=person.full_name), buttons)


async def unteach_confirmed(update: Update, context: Context) -> None:
    """unteach-yes:<person>: from now on the person teaches nothing, until invited again."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        person = await session.run_sync(_teacher, context)
        if person is not None:
            await session.run_sync(rights.end_teaching, person, Account(caller.user.id), now())
            theirs = await session.run_sync(texts_for, person.telegram_id)
    await take_buttons_away(update)
    if person is None:
        await reply(update, caller.texts("teacher-gone"))
        return
    await reply(update, caller.texts("unteach-done", name=person.full_name))
    await _tell(context, person, theirs)


def _teacher(session: Session, context: Context) -> Person | None:
    person = session.get(Person, context.number, with_for_update=True)
    if person is None or not person.is_teacher or person.telegram_id in context.services.settings.admins:
        return None
    return person


async def _tell(context: Context, person: Person, t: Texts) -> None:
    """A word to the person, and their menu is a student's again. Their chat may be closed to us: no reason to fail."""
    try:
        await context.bot.send_message(person.telegram_id, t("no-teacher-any-more"))
        await context.bot.delete_my_commands(scope=BotCommandScopeChat(person.telegram_id))
    except TelegramError:
        return


def _revoking(t: Texts, one: Invite, zone: str) -> tuple[str, str]:
    until = f"{one.expires_at.astimezone(ZoneInfo(zone)):%d.%m %H:%M}"
    return t("button-uninvite", until=until), f"uninvite:{one.token_hash[: invites.HANDLE]}"
