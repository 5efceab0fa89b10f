"""Links that lead nowhere: whoever opens too many of them is not even told whether the next one would."""

from __future__ import annotations

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller
from bot.gate import minutes_of
from bot.services import Services, now
from rollcall.domain.limits import GUESSES
from rollcall.storage.allowances import exceeded, pseudonym, spend


def too_many(session: Session, services: Services, caller: Caller) -> str | None:
    """What to say to someone who has no guess left."""
    wait = exceeded(session, pseudonym(services.keyring, caller.user.id), GUESSES, now())
    return None if wait is None else caller.texts("too-many-links", minutes=minutes_of(wait))


def wrong(session: Session, services: Services, caller: Caller, update: Update) -> None:
    """A link led nowhere: one guess less."""
    spend(session, pseudonym(services.keyring, caller.user.id), GUESSES, now(), update.update_id)
