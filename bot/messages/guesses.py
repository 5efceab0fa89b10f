"""Links that lead nowhere: whoever opens too many of them is not even told whether the next one would."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.caller import Caller
from bot.gate import minutes_of
from bot.services import Services, now
from rollcall.domain.limits import GUESSES
from rollcall.storage.allowances import exceeded, pseudonym, spend


async def too_many(session: AsyncSession, services: Services, caller: Caller) -> str | None:
    """What to say to someone who has no guess left."""
    wait = await exceeded(session, pseudonym(services.keyring, caller.user.id), GUESSES, now())
    return None if wait is None else caller.texts("too-many-links", minutes=minutes_of(wait))


async def wrong(session: AsyncSession, services: Services, caller: Caller, update: Update) -> None:
    """A link led nowhere: one guess less."""
    await spend(session, pseudonym(services.keyring, caller.user.id), GUESSES, now(), update.update_id)
