"""/mydata: everything that is kept about the caller, as a file, and what its parts are."""

from __future__ import annotations

from collections.abc import Mapping

from telegram import InputFile, Update

from bot.handlers.following import following_buttons
from bot.messages.replies import reply
from bot.services import Context, now
from rollcall.marked import one_below_the_other
from rollcall.texts import Texts
from rollcall.usecases.mydata import MADE_AT, as_json, gather
from rollcall.usecases.renewing import following


async def mydata(update: Update, context: Context) -> None:
    """A JSON file, and before it what is in it, in words; for a stranger a line, since nothing is kept."""
    caller = context.caller
    found = await context.services.database.run(gather, caller.user.id, now())
    if found is None:
        await reply(update, caller.texts("mydata-none"))
        return
    person = caller.person
    standing = await context.services.database.run(following, caller.user.id, person.id) if person is not None else None
    parts = parts_text({name: _size(part) for name, part in found.items()}, caller.texts)
    await reply(update, parts, following_buttons(standing, caller.texts))
    if update.effective_chat is not None:
        await update.effective_chat.send_document(
            InputFile(as_json(found), filename=f"rollcall-{now():%Y-%m-%d}.json"),
            caption=caller.texts("mydata-caption"),
        )


def parts_text(sizes: Mapping[str, int], t: Texts) -> str:
    """The parts of the file by their names in it, each in words, with how much it holds; none that is empty."""
    parts = [
        t("mydata-part", part=name, words=t(f"mydata-part-{name.replace('_', '-')}", number=size))
        for name, size in sizes.items()
        if size and name != MADE_AT
    ]
    return one_below_the_other([t("mydata-parts") + "\n", *parts])


def _size(part: object) -> int:
    return len(part) if isinstance(part, list) else int(part is not None)
