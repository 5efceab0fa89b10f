"""/forget: the voice goes, everywhere; and, for who wants to leave, everything else. Each answered with a receipt."""

from __future__ import annotations

from telegram import Update

from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.services import Context, now
from bot.upkeep.erasures import follow, receipt_for, receipt_text
from rollcall.storage.tables import Erasure
from rollcall.texts import Texts
from rollcall.usecases import erasure


async def forget(update: Update, context: Context) -> None:
    """/forget: what will be deleted, and the two buttons."""
    caller, t = context.caller, context.caller.texts
    if caller.person is None:
        await context.services.database.run(erasure.erase_stranger, caller.user.id)
        await reply(update, t("forget-nothing"))
        return
    await reply(update, t("forget-ask"), [[(t("forget-yes"), "forget:yes"), (t("forget-no"), "forget:no")]])


async def forget_pressed(update: Update, context: Context) -> None:
    """forget:ask, forget:yes or forget:no."""
    if update.callback_query is not None and update.callback_query.data == "forget:ask":
        await forget(update, context)
        return
    services, person, t = context.services, context.caller.person, context.caller.texts
    sure = update.callback_query is not None and update.callback_query.data == "forget:yes"
    if not sure or person is None:
        await take_buttons_away(update)
        await reply(update, t("forget-kept"))
        return
    await services.marks.write()  # what lies in the queue is found there by what the database says
    erased = await services.database.run(erasure.forget_at_wish, person.id, receipt_for(update), now())
    done = await follow(context.app, services, erased)
    await take_buttons_away(update)
    await reply(update, t("forgotten") + "\n\n" + receipt_text(done, t), _leave(t) if erased.class_ids else None)


async def leave_pressed(update: Update, context: Context) -> None:
    """leave:ask, leave:yes or leave:no: name and marks as well."""
    person, t = context.caller.person, context.caller.texts
    pressed = (update.callback_query.data or "") if update.callback_query else ""
    if pressed == "leave:ask" and person is not None:
        await take_buttons_away(update)
        await reply(update, t("leave-ask"), [[(t("leave-yes"), "leave:yes"), (t("leave-no"), "leave:no")]])
        return
    done = await _erase_everything(update, context) if pressed == "leave:yes" else None
    await take_buttons_away(update)
    if done is None:
        await reply(update, t("leave-kept" if pressed == "leave:no" else "forget-nothing"))
    else:
        await reply(update, t("left") + "\n\n" + receipt_text(done, t))


async def _erase_everything(update: Update, context: Context) -> Erasure | None:
    """The receipt; None where there was nothing. Should we stop before the last step, the press is handled again."""
    services, caller, receipt = context.services, context.caller, receipt_for(update)
    erased = None
    if caller.person is not None:
        await services.marks.write()
        erased = await services.database.run(erasure.begin_leaving, caller.person.id, receipt, now())
    if erased is None:
        return await services.database.run(erasure.receipt_of, receipt)
    # While there is still a person to whom the queue, the galleries and the chats lead.
    await follow(context.app, services, erased)
    done = await services.database.run(erasure.leave, caller.user.id, receipt, now())
    for class_id in erased.class_ids:
        services.stale_boards.touch_class(class_id)
    return done


def _leave(t: Texts) -> Buttons:
    return [[(t("leave-button"), "leave:ask")]]
