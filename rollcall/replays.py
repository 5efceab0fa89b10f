"""Is a note the same recording as one before, by its sender or a classmate, however it was changed?

A term's notes take long to compare with. So most of it happens before the transaction that settles the note, and only
the few notes that came in between are compared inside it, where nothing can slip past.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from rollcall.copies import same_recording
from rollcall.job import Result
from rollcall.seal import Keyring, fingerprint_binding, shapes_binding
from rollcall.storage.attempts import SealedFingerprint, fingerprints_around
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt
from rollcall.storage.used_files import is_used
from rollcall.verdict import JUDGED, Verdict


@dataclass(frozen=True)
class Compared:
    """What a comparison found.

    Attributes:
        among: ids of the notes compared with.
        replayed: whether one of them is the same recording.
    """

    among: frozenset[str] = frozenset()
    replayed: bool = False


async def compare_ahead(database: Database, keyring: Keyring, result: Result) -> Compared:
    """Compare a result's note with everything that is known now, holding no lock meanwhile."""
    async with database.session() as session:
        attempt = await session.get(Attempt, result.job_id)
        if attempt is None or attempt.verdict is not Verdict.PENDING:
            return Compared()
        earlier = await fingerprints_around(session, attempt.person_id, attempt.id)
    return await _compare(keyring, result, attempt.person_id, earlier)


async def is_replay(session: AsyncSession, keyring: Keyring, result: Result, compared: Compared) -> bool:
    """The final word, inside the transaction that settles the note."""
    if compared.replayed:
        return True
    attempt = await session.get_one(Attempt, result.job_id)
    if result.fingerprint is not None and result.verdict in JUDGED:
        binding = fingerprint_binding(result.job_id, attempt.person_id)
        if await is_used(session, attempt, keyring.open(result.fingerprint, binding)):
            return True
    since = await fingerprints_around(session, attempt.person_id, attempt.id, compared.among)
    return (await _compare(keyring, result, attempt.person_id, since)).replayed


async def _compare(keyring: Keyring, result: Result, person_id: int, earlier: Sequence[SealedFingerprint]) -> Compared:
    if not earlier or result.fingerprint is None or result.verdict not in JUDGED:
        return Compared()
    fingerprint = keyring.open(result.fingerprint, fingerprint_binding(result.job_id, person_id))
    shapes = b"" if result.shapes is None else keyring.open(result.shapes, shapes_binding(result.job_id, person_id))
    replayed = await asyncio.to_thread(_any_same, keyring, fingerprint, shapes, earlier)
    return Compared(frozenset(note.attempt_id for note in earlier), replayed)


def _any_same(keyring: Keyring, fingerprint: bytes, shapes: bytes, earlier: Sequence[SealedFingerprint]) -> bool:
    # Where a key was dropped from the ring, the note can no longer be compared.
    sealed = ((note.sealed, fingerprint_binding(note.attempt_id, note.person_id)) for note in earlier)
    return same_recording(fingerprint, list(keyring.open_many(sealed)), shapes) is not None
