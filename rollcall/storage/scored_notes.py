"""Accepted notes by their figures: how each was scored against the voiceprint that its sender has now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.band import was_narrow
from rollcall.domain.drift import Heard
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.storage.tables import Attempt, StoredVoiceprint

_DAY = 86_400.0


def scored_notes(session: Session, person_id: int | None = None) -> Mapping[int, Sequence[Heard]]:
    """By person, every accepted check-in of theirs that was compared with the enrolment and the encoder of today.

    Telephone notes are left out: they are compared with another print, on another scale. So is what a teacher accepted,
    and what is older than scores are kept.

    Args:
        person_id: of this one alone.
    """
    query = (
        select(
            Attempt.person_id, Attempt.sent_at, StoredVoiceprint.created_at, Attempt.score, Attempt.threshold,
            Attempt.sent_as, Attempt.quality,
        )
        .join(StoredVoiceprint, StoredVoiceprint.person_id == Attempt.person_id)
        .where(
            Attempt.purpose == Purpose.CHECK_IN,
            Attempt.verdict == Verdict.ACCEPTED,
            Attempt.reason == Reason.MATCH,
            Attempt.score.is_not(None),
            Attempt.threshold.is_not(None),
            Attempt.model == StoredVoiceprint.model,
            Attempt.weight_hash == StoredVoiceprint.weight_hash,
            Attempt.sent_at >= StoredVoiceprint.created_at,
        )
        .order_by(Attempt.person_id, Attempt.sent_at, Attempt.id)
    )  # fmt: skip
    if person_id is not None:
        query = query.where(Attempt.person_id == person_id)
    found: dict[int, list[Heard]] = {}
    for owner, sent_at, enrolled_at, score, cut, sent_as, facts in session.execute(query):
        if score is not None and cut is not None and not was_narrow(facts):
            days = (sent_at - enrolled_at).total_seconds() / _DAY
            found.setdefault(owner, []).append(Heard(days, score, cut, sent_as))
    return found
