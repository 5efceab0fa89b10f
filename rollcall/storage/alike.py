"""One voice on two accounts: pairs of classmates whose voiceprints score as one person's would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.operating import operating_point
from rollcall.scoring import scores
from rollcall.seal import Keyring
from rollcall.storage.tables import AlikeVoices
from rollcall.storage.voiceprints import voiceprints_of_class


async def note_alike(session: AsyncSession, keyring: Keyring, class_id: int, person_id: int, now: datetime) -> None:
    """Compare a new voiceprint with the classmates', and write down whom it sounds like.

    The account is not refused for it: twins are no cheats, and the teacher knows who is who.
    """
    prints = await voiceprints_of_class(session, keyring, class_id)
    own = prints.get(person_id)
    if own is None:
        return
    others = {
        other: one.centroid
        for other, one in prints.items()
        if other != person_id and (one.model, one.weight_hash) == (own.model, own.weight_hash)
    }
    if not others:
        return
    point = operating_point(own.model, own.weight_hash)
    centroids = np.stack([own.centroid, *others.values()])
    found = scores(own.centroid[None], centroids, point.cohort_mean)[0, 1:]
    for other, score in zip(others, found.tolist(), strict=True):
        pair = (min(person_id, other), max(person_id, other))
        if score >= point.accept and await _pair(session, class_id, *pair) is None:
            session.add(
                AlikeVoices(class_id=class_id, person_id=pair[0], other_id=pair[1], score=score, created_at=now)
            )
    await session.flush()


async def untold_pairs(session: AsyncSession) -> Sequence[int]:
    """Pairs that no teacher has heard of."""
    return (await session.scalars(select(AlikeVoices.id).where(AlikeVoices.told_at.is_(None)))).all()


async def take_telling(session: AsyncSession, pair_id: int, now: datetime) -> AlikeVoices | None:
    """Take it on to tell the teachers; None where that is done."""
    taken = await session.scalar(
        update(AlikeVoices)
        .where(AlikeVoices.id == pair_id, AlikeVoices.told_at.is_(None))
        .values(told_at=now)
        .returning(AlikeVoices.id)
    )
    return await session.get(AlikeVoices, pair_id) if taken is not None else None


async def _pair(session: AsyncSession, class_id: int, one: int, other: int) -> int | None:
    return await session.scalar(
        select(AlikeVoices.id).where(
            AlikeVoices.class_id == class_id, AlikeVoices.person_id == one, AlikeVoices.other_id == other
        )
    )
