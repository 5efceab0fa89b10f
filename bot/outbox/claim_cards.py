"""Voices that wait for a teacher: a card for each, with a note to listen to; afterwards a word to the student."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages.consent import CONSENT_VERSION
from bot.messages.replies import Buttons, keyboard
from bot.outbox.asking import ask, show
from bot.outbox.listening import send_note
from bot.outbox.review_cards import edit_card, texts_for
from bot.outbox.side_by_side import all_of
from bot.services import App, Services, now
from rollcall.domain.claim import LAPSES_AFTER, ClaimState
from rollcall.domain.review import Asked
from rollcall.storage import cards, claim_cards, claims
from rollcall.storage.claim_tables import ClaimCard, VoiceClaim
from rollcall.storage.classes import attended_classes, names_in_class
from rollcall.storage.people import has_consent
from rollcall.storage.tables import Attempt, Person, SchoolClass
from rollcall.storage.votes import votes_of
from rollcall.texts import Texts
from rollcall.usecases import claim_decisions

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
"""Seconds; well within a card's claim."""


async def keep_claims(application: App, services: Services) -> None:
    """Let lapse what is overdue, send the cards that are missing, mend the others, tell the students.

    Safe to run at any time. Each chat for itself: what one does not take is tried again later.
    """
    async with services.database.session() as session:
        await session.run_sync(claim_decisions.lapse, now())
        await session.run_sync(claim_decisions.forget_decided, now())
    async with services.database.session() as session:
        missing = await session.run_sync(claim_cards.missing_cards, now())
        outdated = await session.run_sync(claim_cards.outdated_cards)
        untold = await session.run_sync(claim_decisions.untold)
    await all_of(
        [
            *(_send_card(application, services, claim_id, chat_id) for claim_id, chat_id in missing),
            *(_mend_card(application, services, claim_id, chat_id) for claim_id, chat_id in outdated),
            *(_tell_student(application, services, claim_id) for claim_id in untold),
        ]
    )


async def show_claims(application: App, services: Services) -> None:
    """`keep_claims` for someone who waits."""
    await show(application, keep_claims(application, services))


async def ask_about(application: App, services: Services, claim_ids: Sequence[int]) -> Asked:
    """Ask the teachers about voices that wait; whether about each of them one was really asked."""

    async def asked() -> Asked:
        async with services.database.session() as session:
            found = {await session.run_sync(claim_cards.asked, claim_id) for claim_id in claim_ids}
        return next((one for one in (Asked.SOON, Asked.LATER, Asked.NOBODY) if one in found), Asked.YES)

    return await ask(application, keep_claims(application, services), asked)


async def _send_card(application: App, services: Services, claim_id: int, chat_id: int) -> None:
    async with services.database.session() as session:
        if not await session.run_sync(cards.claim_card, ClaimCard, claim_id, chat_id, now()):
            return
        claim = await session.get_one(VoiceClaim, claim_id)
        note = await session.run_sync(_note, claim)
        t = await session.run_sync(texts_for, chat_id)
        text, buttons = await session.run_sync(card_text, claim, chat_id, t), card_buttons(claim, t)
    try:
        message_id = await send_note(application, chat_id, note, text, keyboard(buttons), t, _PATIENCE)
    except TelegramError as error:
        # Blocked, gone, or held up: asked again, at once where the chat is heard of again.
        _log.info("a teacher is asked later", extra={"claim": claim_id, "error": type(error).__name__})
        async with services.database.session() as session:
            await session.run_sync(cards.put_card_off, ClaimCard, claim_id, chat_id, now())
        return
    async with services.database.session() as session:
        await session.run_sync(cards.card_sent, ClaimCard, claim_id, chat_id, message_id)


def _note(session: Session, claim: VoiceClaim) -> Attempt | None:
    """The note to listen to: only of someone who agreed to a text that says so."""
    person = session.get_one(Person, claim.person_id)
    if claim.attempt_id is None or not has_consent(session, person.telegram_id, CONSENT_VERSION):
        return None
    return session.get(Attempt, claim.attempt_id)


async def _mend_card(application: App, services: Services, claim_id: int, chat_id: int) -> None:
    async with services.database.session() as session:
        card = await session.get(ClaimCard, (claim_id, chat_id))
        claim = await session.get(VoiceClaim, claim_id)
        if card is None or claim is None:
            return
        t = await session.run_sync(texts_for, chat_id)
        text, buttons = await session.run_sync(card_text, claim, chat_id, t), card_buttons(claim, t)
        person = await session.get_one(Person, claim.person_id)
        state, message_id, name = claim.state, card.message_id, person.full_name
    if message_id:
        try:
            await edit_card(application, chat_id, message_id, text, buttons)
            if state is ClaimState.LAPSED:  # an edit makes no sound
                await application.bot.send_message(
                    chat_id, t("claim-lapsed-word", name=name), rate_limit_args=_PATIENCE
                )
        except (BadRequest, Forbidden) as error:
            _log.info("a teacher cannot be told", extra={"error": type(error).__name__})
        except TelegramError as error:
            _log.info("a card is mended later", extra={"error": type(error).__name__})
            return
    async with services.database.session() as session:
        stored = await session.get(ClaimCard, (claim_id, chat_id))
        if stored is not None:
            stored.shown = state


async def _tell_student(application: App, services: Services, claim_id: int) -> None:
    at = now()
    async with services.database.session() as session:
        # Written down first: a student told twice would wonder.
        if not await session.run_sync(claim_decisions.take_telling, claim_id, at):
            return
        claim = await session.get_one(VoiceClaim, claim_id)
        person = await session.get_one(Person, claim.person_id)
        school_class = await session.get(SchoolClass, claim.class_id) if claim.class_id is not None else None
        serves = await session.run_sync(votes_of, person.id)
        t = await session.run_sync(texts_for, person.telegram_id)
    old = "-old" if claim.class_id is None and claim.state is not ClaimState.ACCEPTED and serves else ""
    text = t(f"claim-told-{claim.state}{old}")
    if school_class is not None:
        text = t("claim-told-where", title=school_class.title) + " " + text
    try:
        await application.bot.send_message(person.telegram_id, text, rate_limit_args=_PATIENCE)
    except (Forbidden, BadRequest) as error:
        _log.info("a student cannot be told", extra={"error": type(error).__name__})
    except TelegramError as error:
        _log.info("a student is told later", extra={"error": type(error).__name__})
        async with services.database.session() as session:
            await session.run_sync(claim_decisions.not_told, claim_id, at)


def card_text(session: Session, claim: VoiceClaim, chat_id: int, t: Texts) -> str:
    """What a card says: who, where, when, what is known of the voice, what holds meanwhile, what was decided."""
    person = session.get_one(Person, claim.person_id)
    shared = [claim.class_id] if claim.class_id is not None else claim_cards.classes_shared(session, claim, chat_id)
    school_class = session.get_one(SchoolClass, shared[0]) if shared else None
    names = {key: name for one in shared for key, name in (names_in_class(session, one)).items()}
    zone = ZoneInfo(school_class.timezone if school_class is not None else "UTC")
    lines = [
        t(
            "claim-card",
            name=names.get(person.id, person.full_name),
            title=school_class.title if school_class is not None else "",
            time=f"{claim.created_at.astimezone(zone):%d.%m. %H:%M}",
        )
    ]
    if claim.changed:
        lines.append(t("claim-changed"))
    likenesses = claims.whom_it_sounds_like(session, claim.id, shared)
    lines += [t("claim-like", other=names[one.other_id]) for one in likenesses if one.other_id in names]
    if len(lines) == 1:
        lines.append(t("claim-like-someone"))
    text = "\n".join(lines) + "\n\n"
    if claim.state is ClaimState.OPEN:
        until = f"{(claim.created_at + LAPSES_AFTER).astimezone(zone):%d.%m.}"
        return text + t("claim-until-new" if claim.class_id is not None else "claim-until-old", until=until)
    teacher = session.get(Person, claim.decided_by) if claim.decided_by else None
    return text + t(f"claim-{claim.state}", teacher=teacher.full_name if teacher else "")


def card_buttons(claim: VoiceClaim, t: Texts) -> Buttons:
    """To decide; once that is done, to turn it round: a slip of the thumb is nobody's fate."""
    this = f"claim:{claim.id}"
    match claim.state:
        case ClaimState.OPEN:
            return [[(t("claim-accept"), f"{this}:yes"), (t("claim-reject"), f"{this}:no")]]
        case ClaimState.ACCEPTED:
            return [[(t("claim-reject-after-all"), f"{this}:reject")]]
        case ClaimState.REJECTED:
            return [[(t("claim-accept-after-all"), f"{this}:accept")]]
        case ClaimState.LAPSED | ClaimState.SETTLED:
            return []


async def waiting_words(application: App, services: Services, person_id: int, enrolment: str, t: Texts) -> str | None:
    """What is said to a student of whose new voice a teacher has to decide; None for everyone else.

    Whether a teacher was asked, and what works meanwhile.
    """
    async with services.database.session() as session:
        open_claims = await session.run_sync(claims.made_by, enrolment)
    if not open_claims:
        return None
    asked = await ask_about(application, services, [claim.id for claim in open_claims])
    async with services.database.session() as session:
        held = {claim.class_id for claim in open_claims}
        serves = bool(await session.run_sync(votes_of, person_id))
        person = await session.get_one(Person, person_id)
        titles = [one.title for one in await session.run_sync(attended_classes, person) if one.id in held]
    return waiting_text(
        changed=open_claims[0].changed, beside=None in held, serves=serves, titles=titles, asked=asked, t=t
    )


async def words_for_joiner(application: App, services: Services, person_id: int, class_id: int, t: Texts) -> str:
    """The same for someone who has just joined a class with the voiceprint they have; empty where it counts there."""
    async with services.database.session() as session:
        found = [one for one in await session.run_sync(claims.of_class, class_id) if one.person_id == person_id]
    held = [one for one in found if one.class_id == class_id]
    if not held:
        return ""
    asked = await ask_about(application, services, [one.id for one in held])
    words = waiting_text(changed=False, beside=False, serves=False, titles=(), asked=asked, t=t)
    return "\n\n" + words


def waiting_text(*, changed: bool, beside: bool, serves: bool, titles: Sequence[str], asked: Asked, t: Texts) -> str:
    """The same, of what is known.

    Args:
        beside: an earlier voice goes on serving.
        serves: the new one does, in other classes.
        titles: the classes in which it waits.
    """
    why = t("claim-why-changed") if changed else t("claim-why-alike")
    if asked is Asked.YES:
        word = t("claim-asked")
    else:
        word = t("claim-asked-nobody" if asked is Asked.NOBODY else "claim-asked-later")
    if beside:
        meanwhile = t("claim-meanwhile-old")
    elif serves:
        meanwhile = t("claim-meanwhile-elsewhere", title=", ".join(titles))
    else:
        meanwhile = t("claim-meanwhile-new")
    return f"{why} {word}\n\n{meanwhile}"


def report_line(session: Session, class_id: int, t: Texts) -> str:
    """How many voices of the class wait for a teacher's word, on a line of its own; nothing where none does."""
    number = len(claims.of_class(session, class_id))
    return "\n" + t("claims-waiting", number=number) if number else ""
