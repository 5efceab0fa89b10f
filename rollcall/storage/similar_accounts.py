"""One voice on two accounts: classmates as whose voice another would pass, and what a teacher said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rollcall.domain.operating import operating_point
from rollcall.domain.scoring import scores
from rollcall.domain.voiceprint import Voiceprint
from rollcall.errors import UnknownEncoder
from rollcall.sealing.seal import Keyring
from rollcall.storage.tables import AlikeVoices
from rollcall.storage.voiceprints import voiceprints_of_class


def sounds_like(
    session: Session,
    keyring: Keyring,
    class_id: int,
    person_id: int,
    own: Voiceprint,
    notes: Sequence[NDArray[np.float32]],
) -> dict[int, float]:
    """The classmates as whom these notes would pass, with the scores; not those known to be somebody else.

    Only voices with a vote in the class are looked at: who waits there takes nothing from anybody.

    Args:
        own: the voiceprint that the notes make; it is part of the class whose mean is subtracted.
        notes: float32 [dimension] each, L2-normalised. Notes are scored, as at check-in: two centroids resemble each
            other more than a note and a centroid do, and twice as many pairs of strangers would pass.
    """
    prints = voiceprints_of_class(session, keyring, class_id)
    others = {
        other: one.centroid
        for other, one in prints.items()
        if other != person_id and (one.model, one.weight_hash) == (own.model, own.weight_hash)
    }
    if not others or not notes:
        return {}
    try:
        point = operating_point(own.model, own.weight_hash)
    except UnknownEncoder:  # nobody's voice is judged by it
        return {}
    centroids = np.stack([own.centroid, *others.values()])
    found = scores(np.stack(notes), centroids, point.cohort_mean)[:, 1:].mean(axis=0)
    known = _known_to_be_others(session, class_id, person_id)
    return {
        other: score
        for other, score in zip(others, found.tolist(), strict=True)
        if score >= point.accept and other not in known
    }


def are_two_people(session: Session, class_id: int, person_id: int, other_id: int, score: float, now: datetime) -> None:
    """A teacher of the class has said so; from now on their likeness holds up neither."""
    one, other = sorted((person_id, other_id))
    pair = session.scalar(
        select(AlikeVoices).where(
            AlikeVoices.class_id == class_id, AlikeVoices.person_id == one, AlikeVoices.other_id == other
        )
    )
    if pair is None:
        pair = AlikeVoices(class_id=class_id, person_id=one, other_id=other, score=score, created_at=now)
        session.add(pair)
    pair.two_people_at = now
    session.flush()


def may_be_one(session: Session, class_id: int, person_id: int, others: Iterable[int]) -> None:
    """The teacher has thought again: nothing is known of these pairs."""
    for other_id in others:
        one, other = sorted((person_id, other_id))
        session.execute(
            delete(AlikeVoices).where(
                AlikeVoices.class_id == class_id, AlikeVoices.person_id == one, AlikeVoices.other_id == other
            )
        )


def _known_to_be_others(session: Session, class_id: int, person_id: int) -> set[int]:
    rows = session.execute(
        select(AlikeVoices.person_id, AlikeVoices.other_id).where(
            AlikeVoices.class_id == class_id,
            AlikeVoices.two_people_at.is_not(None),
            or_(AlikeVoices.person_id == person_id, AlikeVoices.other_id == person_id),
        )
    )
    return {other for pair in rows for other in pair} - {person_id}
