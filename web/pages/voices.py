"""Recordings that a teacher is to judge: listened to, confirmed or not, and thought about again within a day."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import Response

from rollcall.domain.claim import ClaimState
from rollcall.domain.repeated_notes import MOST
from rollcall.domain.review import ReviewState
from rollcall.queue.elsewhere import Touched, call
from rollcall.storage.tables import Person
from rollcall.system.telegram_files import fetched
from rollcall.texts import Texts
from rollcall.usecases.cards import NoteToHear
from rollcall.usecases.claim_cards import ClaimFacts
from rollcall.usecases.claim_decisions import ClaimPressed, press_claim
from rollcall.usecases.review_cards import ReviewFacts
from rollcall.usecases.review_decisions import ReviewPressed, press_review
from rollcall.usecases.voice_questions import VoiceQuestions, note_of_claim, note_of_review
from web.pages.downloads import in_thread
from web.pages.follow import follow
from web.pages.within import gone
from web.render import as_html
from web.visit import Visit

_log = logging.getLogger(__name__)

_YES, _NO = "yes", "no"
_SIGNS = "✅❌⌛ "
"""Of the chat, where there are no shapes and colours."""
_MOMENT, _DAY = "%d.%m. %H:%M", "%d.%m."


@dataclass(frozen=True)
class Voice:
    """A recording on the page.

    Attributes:
        path: of its form; where it is heard, below that.
        lines: what is known of it, then what is asked or what was decided.
        silent: why there is nothing to be heard; empty where there is.
        answers: what can be said, each with its word.
        again: it was decided, and can be turned round.
    """

    id: str
    path: str
    name: str
    lines: Sequence[Markup]
    silent: str
    answers: Sequence[tuple[str, str]]
    again: bool


def on_page(visit: Visit, found: VoiceQuestions) -> list[Voice]:
    """What waits first."""
    t = visit.texts
    where = "" if visit.site.settings.telegram_token is not None else t("web-voice-in-chat")
    voices = [_review(one, t, where) for one in found.reviews] + [_claim(one, t, where) for one in found.claims]
    return sorted(voices, key=lambda one: one.again)


async def review(visit: Visit) -> Response:
    """POST /reviews/…: whether it was the student; with ``anew`` a decision is turned round."""

    def press(session: Session, teacher: Person) -> ReviewPressed:
        return press_review(session, visit.number, teacher, confirmed=yes, anew=anew, now=visit.now)

    if visit.said("answer") not in (_YES, _NO):
        return gone(visit)
    yes, anew = _answer(visit)
    done = await visit.as_teacher(press)
    return _answered(visit, "review-too-late" if done.too_late else "web-answered")


async def claim(visit: Visit) -> Response:
    """POST /claims/…: whether the recorded voice is the student's; likewise."""

    def press(session: Session, teacher: Person) -> ClaimPressed:
        keyring = visit.site.keyring
        return press_claim(session, keyring, visit.number, teacher, accepted=yes, anew=anew, now=visit.now)

    if visit.said("answer") not in (_YES, _NO):
        return gone(visit)
    yes, anew = _answer(visit)
    done = await visit.as_teacher(press)
    await follow(visit, *done.class_ids)
    if done.class_ids and done.beside:
        # The bot keeps what it was made of, where the student has agreed to that.
        await call(visit.site.outside.queue, Touched(person_id=done.person_id))
    return _answered(visit, "claim-too-late" if done.too_late else "web-answered")


async def review_note(visit: Visit) -> Response:
    """GET /reviews/…/note: the note."""
    return await _sound(visit, await visit.as_teacher(note_of_review, visit.number, visit.now))


async def claim_note(visit: Visit) -> Response:
    """GET /claims/…/note: one of the notes that the voice was made of."""
    return await _sound(visit, await visit.as_teacher(note_of_claim, visit.number, visit.now))


async def _sound(visit: Visit, note: NoteToHear | None) -> Response:
    settings = visit.site.settings
    if note is None or settings.telegram_token is None:
        return gone(visit)
    token = settings.telegram_token.get_secret_value()
    try:
        file = await in_thread(fetched, settings.telegram_api_url, token, note.file_id)
    except OSError as error:
        _log.info("a note cannot be fetched for a teacher", extra={"error": type(error).__name__})
        file = None
    return gone(visit) if file is None else Response(file.data, media_type=file.media_type)


def _review(of: ReviewFacts, t: Texts, where: str) -> Voice:
    kind = "review" if of.by_voice else "here"
    card = "review-card-voice-waits" if of.voice_waits else "review-card-words" if of.words else f"{kind}-card"
    lines = [t(card, name=of.name, title=of.title, time=f"{of.at:{_MOMENT}}", tries=MOST)]
    match of.state:
        case ReviewState.OPEN:
            lines += [t("review-other-voices", number=of.other_voices)] if of.other_voices else []
            lines.append(t(f"{kind}-ask", name=of.name))
            answers = [(_YES, t("review-confirm")), (_NO, t("review-reject"))]
        case ReviewState.CONFIRMED:
            answers = [(_NO, t("review-reject-after-all"))]
        case _:
            answers = [(_YES, t("review-confirm-after-all"))]
    silent = (t("review-voice-gone") if of.note is None else where) if of.by_voice else t("web-voice-none")
    return _voice("reviews", of, lines, f"{kind}-{of.state}", silent, answers, t)


def _claim(of: ClaimFacts, t: Texts, where: str) -> Voice:
    lines = [t("claim-card", name=of.name, title=of.title, time=f"{of.at:{_MOMENT}}")]
    lines += [t("claim-changed")] if of.changed else []
    lines += [t("claim-unsaid")] if of.unsaid else []
    lines += [t("claim-like", other=other) for other in of.likes]
    if len(lines) == 1:
        lines.append(t("claim-like-someone"))
    match of.state:
        case ClaimState.OPEN:
            lines.append(t("claim-until-old" if of.beside else "claim-until-new", until=f"{of.until:{_DAY}}"))
            answers = [(_YES, t("claim-accept")), (_NO, t("claim-reject"))]
        case ClaimState.ACCEPTED:
            answers = [(_NO, t("claim-reject-after-all"))]
        case _:
            answers = [(_YES, t("claim-accept-after-all"))]
    silent = t("review-voice-gone") if of.note is None else where
    return _voice("claims", of, lines, f"claim-{of.state}", silent, answers, t)


def _voice(
    kind: str,
    of: ReviewFacts | ClaimFacts,
    lines: Sequence[str],
    decided: str,
    silent: str,
    answers: Sequence[tuple[str, str]],
    t: Texts,
) -> Voice:
    again = of.state not in (ReviewState.OPEN, ClaimState.OPEN)
    said = [*lines, str(t(decided, teacher=of.teacher)).lstrip(_SIGNS)] if again else lines
    shown = [as_html(one) for one in said]
    words = [(answer, word.lstrip(_SIGNS)) for answer, word in answers]
    return Voice(f"{kind}{of.question}", f"/{kind}/{of.question}", of.name, shown, silent, words, again)


def _answer(visit: Visit) -> tuple[bool, bool]:
    return visit.said("answer") == _YES, bool(visit.said("anew"))


def _answered(visit: Visit, key: str) -> Response:
    return visit.go(f"/classes/{visit.class_id}/waiting", visit.texts(key))
