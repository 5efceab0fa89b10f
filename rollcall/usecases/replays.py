"""Is a note the same recording as one before, by its sender or a classmate, however it was changed?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rollcall.domain.copies import same_recording
from rollcall.domain.verdict import JUDGED, Reason
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, fingerprint_binding, shapes_binding
from rollcall.storage.attempts import SealedFingerprint, fingerprints_around
from rollcall.storage.note import Note
from rollcall.storage.used_files import Used, used_as


def replayed(session: Session, keyring: Keyring, note: Note, result: Result) -> Reason | None:
    """Why a note cannot have been recorded for the moment: its very file came before, or its sound did.

    Inside the transaction that settles the note, where nothing can slip past.
    """
    attempt, judged = note.attempt, result.fingerprint is not None and result.verdict in JUDGED
    fingerprint = b""
    if judged:
        fingerprint = keyring.open(result.fingerprint or b"", fingerprint_binding(attempt.id, attempt.person_id))
    used = used_as(session, attempt, result.content_hash, fingerprint) if note.used else None
    if used is Used.FILE or (note.seen and result.content_hash):
        return Reason.SEEN_BEFORE
    if used is Used.SOUND:
        return Reason.SAME_RECORDING
    if not judged:
        return None
    earlier = fingerprints_around(session, attempt.person_id, attempt.id)
    shapes = (
        b"" if result.shapes is None else keyring.open(result.shapes, shapes_binding(attempt.id, attempt.person_id))
    )
    return Reason.SAME_RECORDING if _any_same(keyring, fingerprint, shapes, earlier) else None


def _any_same(keyring: Keyring, fingerprint: bytes, shapes: bytes, earlier: Sequence[SealedFingerprint]) -> bool:
    # Where a key was dropped from the ring, the note can no longer be compared.
    sealed = ((note.sealed, fingerprint_binding(note.attempt_id, note.person_id)) for note in earlier)
    others = list(keyring.open_many(sealed))
    return bool(others) and same_recording(fingerprint, others, shapes) is not None
