"""Why a note got its verdict: everything that its record says, beside the cuts it was held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from rollcall.domain.band import HIGH_BAND, was_narrow
from rollcall.domain.confidence import percent
from rollcall.domain.decision import SHORT_MARGIN, SURE_SPEECH_SECONDS
from rollcall.domain.operating import narrow_point, operating_point
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.errors import UnknownEncoder
from rollcall.storage.attempts import settled_note
from rollcall.storage.tables import Attempt


@dataclass(frozen=True)
class Scale:
    """Where a score lies: from ``accept`` on it is the owner's, below ``unsure`` it is not.

    Attributes:
        lead: how much nearer the owner has to be than everybody else of the class.
        runner_up: how near the nearest of the others was; None in a class of one.
    """

    score: float
    accept: float
    unsure: float
    lead: float
    runner_up: float | None


@dataclass(frozen=True)
class Explanation:
    """A verdict with what led to it.

    Attributes:
        confidence: in percent, as the answer tells it.
        note_number: while enrolling, which of the three it became.
        quality: the sound's measured facts, as the worker names them.
        timings: milliseconds by stage, likewise.
        scale: of a note that was compared.
    """

    purpose: Purpose
    verdict: Verdict
    reason: Reason | None
    confidence: int | None
    note_number: int | None
    quality: Mapping[str, float]
    timings: Mapping[str, float]
    scale: Scale | None


def explain(session: Session, chat_id: int, message_id: int) -> Explanation | None:
    """What is known of the note in this message; None as long as nothing is decided."""
    attempt = settled_note(session, chat_id, message_id)
    if attempt is None:
        return None
    return Explanation(
        attempt.purpose,
        attempt.verdict,
        attempt.reason,
        None if attempt.confidence is None else percent(attempt.confidence),
        attempt.note_number,
        attempt.quality,
        attempt.timings,
        _scale(attempt),
    )


def _scale(attempt: Attempt) -> Scale | None:
    if attempt.score is None or attempt.threshold is None:
        return None
    try:
        usual = operating_point(attempt.model or "", attempt.weight_hash or "")
    except UnknownEncoder:  # an own one, whose card is the workers'
        return None
    # A class of voices that are alike moves both cuts; brief speech the upper one alone.
    brief = SHORT_MARGIN if (attempt.speech_seconds or 0.0) < SURE_SPEECH_SECONDS else 0.0
    accept = attempt.threshold - brief
    narrow = narrow_point(attempt.weight_hash or "")
    by_telephone = HIGH_BAND in attempt.quality and was_narrow(attempt.quality)
    point = narrow if narrow is not None and by_telephone else usual
    return Scale(attempt.score, attempt.threshold, point.unsure + accept - point.accept, point.lead, attempt.runner_up)
