"""Voices that wait for a teacher: the words of the card, and of what the student hears, meanwhile and of the end."""

from __future__ import annotations

from functools import partial

from bot.messages.replies import Buttons
from bot.outbox.asking import ask, show
from bot.outbox.cards import Subject, keep
from bot.services import App, Services, now
from rollcall.domain.claim import ClaimState
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.domain.review import Asked
from rollcall.marked import one_below_the_other
from rollcall.storage import cards
from rollcall.storage.questions import CLAIMS
from rollcall.texts import Texts
from rollcall.usecases.claim_cards import (
    ClaimFacts,
    ClaimTold,
    Waiting,
    claim_facts,
    claim_told,
    claims_due,
    waiting_since_enrolment,
    waiting_since_joining,
)


async def keep_claims(application: App, services: Services) -> None:
    """What teachers and students are owed about voices, said as far as their chats take it."""
    await keep(application, services, _CLAIMS)


async def show_claims(application: App, services: Services) -> None:
    """`keep_claims` for someone who waits."""
    await show(application, keep_claims(application, services))


async def waiting_words(application: App, services: Services, person_id: int, enrolment: str, t: Texts) -> str | None:
    """What is said to a student of whose new voice a teacher has to decide; None for everyone else.

    Whether a teacher was asked, and what works meanwhile.
    """
    waiting = await services.database.run(waiting_since_enrolment, person_id, enrolment)
    return None if waiting is None else await _words(application, services, waiting, t)


async def words_for_joiner(application: App, services: Services, person_id: int, class_id: int, t: Texts) -> str:
    """The same for someone who has just joined a class with the voiceprint they have; empty where it counts there."""
    waiting = await services.database.run(waiting_since_joining, person_id, class_id)
    return "" if waiting is None else "\n\n" + await _words(application, services, waiting, t)


async def _words(application: App, services: Services, waiting: Waiting, t: Texts) -> str:
    async def asked() -> Asked:
        return await services.database.run(cards.asked, CLAIMS, waiting.claims, now())

    return waiting_text(waiting, await ask(application, keep_claims(application, services), asked), t)


def card_text(of: ClaimFacts, t: Texts) -> str:
    """What a card says: who, where, when, what is known of the voice, what holds meanwhile, what was decided."""
    lines = [t("claim-card", name=of.name, title=of.title, time=f"{of.at:%d.%m. %H:%M}")]
    if of.changed:
        lines.append(t("claim-changed"))
    if of.unsaid:
        lines.append(t("claim-unsaid"))
    lines += [t("claim-like", other=other) for other in of.likes]
    if len(lines) == 1:
        lines.append(t("claim-like-someone"))
    text = one_below_the_other(lines) + "\n\n"
    if of.state is ClaimState.OPEN:
        return text + t("claim-until-old" if of.beside else "claim-until-new", until=f"{of.until:%d.%m.}")
    return text + t(f"claim-{of.state}", teacher=of.teacher)


def card_buttons(of: ClaimFacts, t: Texts) -> Buttons:
    """To decide; once that is done, to turn it round: a slip of the thumb is nobody's fate."""
    this = f"claim:{of.question}"
    match of.state:
        case ClaimState.OPEN:
            return [[(t("claim-accept"), f"{this}:yes"), (t("claim-reject"), f"{this}:no")]]
        case ClaimState.ACCEPTED:
            return [[(t("claim-reject-after-all"), f"{this}:reject")]]
        case ClaimState.REJECTED:
            return [[(t("claim-accept-after-all"), f"{this}:accept")]]
        case _:
            return []


def _lapsed(of: ClaimFacts, t: Texts) -> str:
    return t("claim-lapsed-word", name=of.name) if of.state is ClaimState.LAPSED else ""


def _told_text(told: ClaimTold, t: Texts) -> str:
    text = t(f"claim-told-{told.state}{'-old' if told.old_serves else ''}")
    return text if told.title is None else t("claim-told-where", title=told.title) + " " + text


_CLAIMS = Subject(
    kind=CLAIMS,
    due=claims_due,
    facts=partial(claim_facts, consent=CONSENT_VERSION),
    text=card_text,
    buttons=card_buttons,
    aloud=_lapsed,
    end=claim_told,
    end_text=_told_text,
)


def waiting_text(of: Waiting, asked: Asked, t: Texts) -> str:
    """What is said to a student whose voice waits."""
    why = t("claim-why-changed" if of.changed else "claim-why-unsaid" if of.unsaid else "claim-why-alike")
    if asked is Asked.YES:
        word = t("claim-asked")
    else:
        word = t("claim-asked-nobody" if asked is Asked.NOBODY else "claim-asked-later")
    if of.beside:
        meanwhile = t("claim-meanwhile-old")
    elif of.serves:
        meanwhile = t("claim-meanwhile-elsewhere", title=", ".join(of.titles))
    else:
        meanwhile = t("claim-meanwhile-new")
    return why + " " + word + "\n\n" + meanwhile


def voices_line(number: int, t: Texts) -> str:
    """How many voices of a class wait for a teacher's word, on a line of its own; nothing where none does."""
    return "\n" + t("claims-waiting", number=number) if number else ""
