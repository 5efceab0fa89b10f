"""/mydata: everything that is kept about the caller, as a file."""

from __future__ import annotations

from telegram import InputFile, Update

from bot.messages.replies import reply
from bot.services import Context, now
from rollcall.usecases.mydata import as_json, gather


async def mydata(update: Update, context: Context) -> None:
    """A JSON file; for a stranger a line, since nothing is kept."""
    caller = context.caller
    found = await context.services.database.run(gather, caller.user.id, now())
    if found is None:
        await reply(update, caller.texts("mydata-none"))
        return
    if update.effective_chat is not None:
        await update.effective_chat.send_document(
            InputFile(as_json(found), filename=f"rollcall-{now():%Y-%m-%d}.json"),
            caption=caller.texts("mydata-caption"),
        )
