"""/forget: the voice goes, everywhere; and, for who wants to leave, everything else. Each answered with a receipt."""

from __future__ import annotations

from telegram import Update

from bot.caller import caller_of
from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.services import Context, now
from bot.upkeep.erasures import follow, receipt_for, receipt_text
from rollcall.storage.classes import every_class_of
from rollcall.storage.people import set_step
from rollcall.texts import Texts
from rollcall.usecases import erasure
from rollcall.usecases.erasure import Erased, Kind, erase_everything, erase_voice


async def forget(update: Update, context: Context) -> None:
    """/forget: what will be deleted, and the two buttons."""
    async with context.services.database.session() as session:
        caller = await session.run_sync(caller_of, update, context.services.settings)
        if caller.person is None:
            await session.run_sync(erasure.erase_stranger, caller.user.id)
    t = caller.texts
    if caller.person is None:
        await reply(update, t("forget-nothing"))
        return
    await reply(update, t("forget-ask"), [[(t("forget-yes"), "forget:yes"), (t("forget-no"), "forget:no")]])


async def forget_pressed(update: Update, context: Context) -> None:
    """forget:yes or forget:no."""
    services = context.services
    sure = update.callback_query is not None and update.callback_query.data == "forget:yes"
    erased: Erased | None = None
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        t, person = caller.texts, caller.person
        if sure and person is not None:
            receipt = receipt_for(update)
            known = await session.run_sync(erasure.receipt_of, receipt)
            if known is None:
                await session.run_sync(set_step, caller.user.id, "", None, now())
                erased = await session.run_sync(erase_voice, person, receipt, Kind.VOICE, now())
            else:  # we stopped before it was answered
                notes = await session.run_sync(erasure.notes_in_the_queue, person)
                erased = Erased(known, person.id, tuple(await session.run_sync(every_class_of, person)), notes)
    if erased is None:
        await take_buttons_away(update)
        await reply(update, t("forget-kept"))
        return
    done = await follow(context.app, services, erased)
    await take_buttons_away(update)
    await reply(update, t("forgotten") + "\n\n" + receipt_text(done, t), _leave(t) if erased.class_ids else None)


async def leave_pressed(update: Update, context: Context) -> None:
    """leave:ask, leave:yes or leave:no: name and marks as well."""
    services = context.services
    pressed = (update.callback_query.data or "") if update.callback_query else ""
    receipt = receipt_for(update)
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        t, person = caller.texts, caller.person
        erased = done = None
        if pressed == "leave:yes":
            done = await session.run_sync(erasure.receipt_of, receipt)
            if person is not None and len(await session.run_sync(every_class_of, person)) > 0:
                erased = await session.run_sync(erase_voice, person, receipt, Kind.VOICE, now())
    if pressed == "leave:ask" and person is not None:
        await take_buttons_away(update)
        await reply(update, t("leave-ask"), [[(t("leave-yes"), "leave:yes"), (t("leave-no"), "leave:no")]])
        return
    if erased is not None and person is not None:
        # While there is still a person to whom the queue, the galleries and the chats lead; should we stop before the
        # last step, the press is handled again from the start.
        await follow(context.app, services, erased)
        async with services.database.session() as session:
            found = (await session.run_sync(caller_of, update, services.settings)).person
            if found is not None:
                done = (await session.run_sync(erase_everything, found, receipt, Kind.EVERYTHING, now())).erasure
        for class_id in erased.class_ids:
            services.stale_boards.touch_class(class_id)
    await take_buttons_away(update)
    if done is None:
        await reply(update, t("leave-kept" if pressed == "leave:no" else "forget-nothing"))
    else:
        await reply(update, t("left") + "\n\n" + receipt_text(done, t))


def _leave(t: Texts) -> Buttons:
    return [[(t("leave-button"), "leave:ask")]]
