"""claim:<id>:yes or :no, later :accept or :reject: whether a recorded voice is the student's."""

from __future__ import annotations

from telegram import Update

from bot.caller import caller_of, teacher_of
from bot.messages.replies import reply, settle_button
from bot.outbox.claim_cards import show_claims
from bot.services import Context, now
from bot.upkeep.galleries import publish_each
from bot.upkeep.recordings import keep_recordings
from rollcall.domain.claim import ClaimState
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.usecases.claim_decisions import change, decide

_CHANGED = {"accept": ClaimState.ACCEPTED, "reject": ClaimState.REJECTED}


async def claim_pressed(update: Update, context: Context) -> None:
    """The first decision stands until a teacher turns it round by the button that says so."""
    services = context.services
    answer = context.match["answer"] if context.match is not None else ""
    async with services.database.session() as session:
        caller = await session.run_sync(caller_of, update, services.settings)
        teacher = await session.run_sync(teacher_of, caller)
        claim = await session.get_one(VoiceClaim, context.number)
        if answer in _CHANGED:
            wanted = _CHANGED[answer]
            accepted = wanted is ClaimState.ACCEPTED
            class_ids = await session.run_sync(change, services.keyring, claim, teacher, accepted=accepted, now=now())
            too_late = claim.state is not wanted
        else:
            class_ids = await session.run_sync(
                decide, services.keyring, claim, teacher, accepted=answer == "yes", now=now()
            )
            too_late = False
        beside = claim.class_id is None
    if too_late:
        await reply(update, caller.texts("claim-too-late"))
    else:
        await settle_button(update)
    await publish_each(services, class_ids)
    if class_ids and beside:
        # In a task of its own: fetching the notes once more must not hold up the answer.
        person_id = claim.person_id
        context.app.create_task(keep_recordings(context.app, services, person_id), name=f"recordings:{person_id}")
    # This teacher's card and everyone else's now say what was decided.
    await show_claims(context.app, services)
