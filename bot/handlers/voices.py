"""voices:<id>: how well a class's voices can be told apart, in words that a teacher can act on."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import caller_of
from bot.messages.replies import reply
from bot.services import Context
from rollcall.domain.recalibration import Outlook
from rollcall.storage.claims import of_class, whom_it_sounds_like
from rollcall.storage.classes import names_in_class
from rollcall.storage.people import names_of
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts
from rollcall.usecases.galleries import outlook_of

_MOST_PAIRS = 5
"""Named in one message."""


async def voices_pressed(update: Update, context: Context) -> None:
    """What to expect of the class's voices, and who sound alike."""
    services = context.services
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        school_class = await session.get_one(SchoolClass, context.class_id)
    t = caller.texts
    found = await outlook_of(services.database, services.keyring, school_class.id)
    async with services.database.session() as session:
        names = await session.run_sync(names_in_class, school_class.id)
        waiting = await session.run_sync(waiting_lines, school_class.id, names, t)
        if found is not None:
            ids = {person for pair in (found.closest, *found.mixed_up) for person in pair}
            names = await session.run_sync(names_of, ids) | names
    if found is None:
        await reply(update, t("voices-too-few", title=school_class.title) + waiting)
        return
    head = t("voices-head", title=school_class.title, students=found.students)
    await reply(update, head + "\n\n" + outlook_text(found, names, t) + waiting)


def waiting_lines(session: Session, class_id: int, names: dict[int, str], t: Texts) -> str:
    """Whose voice waits for the teacher's word, and whom it sounds like; a paragraph of its own, or nothing."""
    lines = []
    for claim in of_class(session, class_id):
        name = names[claim.person_id]
        alike = whom_it_sounds_like(session, claim.id, [class_id])
        others = ", ".join(names[one.other_id] for one in alike if one.other_id in names)
        lines.append(t("voices-waiting-like", one=name, other=others) if others else t("voices-waiting", one=name))
    return "\n\n" + "\n".join(f"• {line}" for line in lines[:_MOST_PAIRS]) if lines else ""


def outlook_text(found: Outlook, names: dict[int, str], t: Texts) -> str:
    """The outlook in plain words."""
    lines = [
        t("voices-second-tries", n=round(found.second_tries * 100)),
        t("voices-false-accepts", n=round(found.false_accepts * 1000)),
    ]
    if found.raised > 0:
        lines.append(t("voices-raised"))
    if found.mixed_up:
        pairs = found.mixed_up[:_MOST_PAIRS]
        lines += [t("voices-mixed-up", one=names[one], other=names[other]) for one, other in pairs]
    else:
        one, other = found.closest
        lines.append(t("voices-closest", one=names[one], other=names[other]))
    return "\n".join(f"• {line}" for line in lines)
