"""Asking for consent: what is stored and why, before anything is."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.caller import Caller, remember
from bot.messages.replies import Buttons
from bot.services import now
from rollcall.config.settings import Settings
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.storage.people import has_consent, set_step
from rollcall.storage.tables import SchoolClass
from rollcall.usecases.challenges import listens
from rollcall.usecases.dialogue import AGAIN, CONSENT, JOIN_CODE, WORDS


def ask_consent(
    session: Session, caller: Caller, school_class: SchoolClass | None, settings: Settings
) -> tuple[str, Buttons | None]:
    """What is stored and why, with the two buttons. Without a class: before enrolling again after /forget.

    Args:
        caller: in this very transaction; see `Caller.within`.
    """
    t = caller.in_words_of(school_class).texts
    if school_class is not None and any(one.id == school_class.id for one in caller.taught):
        return t("join-own-class", title=school_class.title), None
    data: dict[str, Any] = {JOIN_CODE: school_class.join_code} if school_class else {}
    listened = school_class is not None and listens(school_class)
    if listened:
        data[WORDS] = True
    remember(session, caller)
    person = caller.person
    if school_class is not None and person is not None and _agreed_before(session, caller):
        set_step(session, caller.user.id, CONSENT, {**data, AGAIN: True}, now())
        buttons = [[(t("join-as", name=person.full_name), "consent:yes")], [(t("join-not"), "consent:no")]]
        return t("join-again", title=school_class.title), buttons
    set_step(session, caller.user.id, CONSENT, data, now())
    head = t("join-hello", title=school_class.title) + "\n\n" if school_class else ""
    text = t("consent-text", days=settings.keep_unused_voices_days)
    return head + text + ("\n\n" + t("consent-words") if listened else ""), [
        [(t("consent-yes"), "consent:yes"), (t("consent-no"), "consent:no")]
    ]


def _agreed_before(session: Session, caller: Caller) -> bool:
    """Whether a student agreed to this very text: for another class it is not told again."""
    return has_consent(session, caller.user.id, CONSENT_VERSION) and bool(caller.attended)
