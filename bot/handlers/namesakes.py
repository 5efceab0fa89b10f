"""Names that look alike: the student says who they are, the teacher who stays. Doing nothing keeps everybody."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, teacher_of
from bot.messages.replies import reply, take_buttons_away
from bot.outbox import asking
from bot.outbox.staff_notices import tell_staff
from bot.services import Context, now
from bot.upkeep.galleries import publish
from rollcall.sealing.seal import Keyring
from rollcall.storage.namesakes import OTHER, answer
from rollcall.usecases.dialogue import NAME_MESSAGE
from rollcall.usecases.namesakes import Moved, put_back, take_out


async def answered(update: Update, context: Context) -> None:
    """namesake:same or namesake:other, and the class: the student's answer. Either may check in as before."""
    match, caller = context.match, context.caller
    if match is None:
        return
    t, said = caller.texts, match["answer"]
    asked = caller.person is not None and await context.services.database.run(
        answer, int(match["number"]), caller.person.id, said
    )
    text = t(f"namesake-{said}") if asked else t("question-gone")
    if asked and said == OTHER and NAME_MESSAGE in caller.conversation.data:
        text += " " + t("namesake-longer")
    await take_buttons_away(update, but="enroll")
    await reply(update, text)


async def decided(update: Update, context: Context) -> None:
    """alike:<class>:<student>: keep everybody; take one out of the class; or back in."""
    match, services, t = context.match, context.services, context.caller.texts
    if match is None:
        return
    what, class_id, person_id = match["what"], context.class_id, int(match["person_id"])
    moved, buttons = None, None
    text = t("namesake-kept" if what == "keep" else "question-gone")
    if what != "keep":
        moved = await services.database.run(_move, services.keyring, context.caller, class_id, person_id, what)
    if moved is not None:
        text = t(f"namesake-{what}-done", name=moved.name, title=moved.title)
        buttons = [[(t("namesake-back"), f"alike:{class_id}:{person_id}:back")]] if what == "out" else None
    await take_buttons_away(update)
    await reply(update, text, buttons)
    if moved is None:
        return
    await publish(services, class_id)
    services.stale_boards.touch_class(class_id)
    await asking.show(context.app, tell_staff(context.app, services))


def _move(session: Session, keyring: Keyring, caller: Caller, class_id: int, person_id: int, what: str) -> Moved | None:
    teacher = teacher_of(session, caller.within(session))
    if what == "out":
        return take_out(session, class_id, person_id, teacher, now())
    return put_back(session, keyring, class_id, person_id, now())
