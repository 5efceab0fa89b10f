"""claim:<id>:yes or :no, later :accept or :reject: whether a recorded voice is the student's."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, teacher_of
from bot.messages.replies import reply, settle_button
from bot.outbox.claim_cards import show_claims
from bot.services import Context, now
from bot.upkeep.galleries import publish_each
from bot.upkeep.recordings import keep_recordings
from rollcall.sealing.seal import Keyring
from rollcall.usecases.claim_decisions import ClaimPressed, press_claim

_ACCEPTED, _ANEW = ("yes", "accept"), ("accept", "reject")


async def claim_pressed(update: Update, context: Context) -> None:
    """The first decision stands until a teacher turns it round by the button that says so."""
    services = context.services
    answer = context.match["answer"] if context.match is not None else ""
    pressed = await services.database.run(_press, services.keyring, context.caller, context.number, answer)
    if pressed.too_late:
        await reply(update, context.caller.texts("claim-too-late"))
    else:
        await settle_button(update)
    await publish_each(services, pressed.class_ids)
    if pressed.class_ids and pressed.beside:
        # In a task of its own: fetching the notes once more must not hold up the answer.
        person_id = pressed.person_id
        context.app.create_task(keep_recordings(context.app, services, person_id), name=f"recordings:{person_id}")
    # This teacher's card and everyone else's now say what was decided.
    await show_claims(context.app, services)


def _press(session: Session, keyring: Keyring, caller: Caller, claim_id: int, answer: str) -> ClaimPressed:
    teacher = teacher_of(session, caller.within(session))
    accepted, anew = answer in _ACCEPTED, answer in _ANEW
    return press_claim(session, keyring, claim_id, teacher, accepted=accepted, anew=anew, now=now())
