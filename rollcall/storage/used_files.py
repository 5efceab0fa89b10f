"""Files that outlived an erasure as a number: so that the same one does not pass again in the same class.

An erasure takes away everything by which a recording is known again. What is kept are HMACs (RFC 2104) under a key of
the class: they tell nothing of a voice nor of whose it was, answer only to whoever has the very same file, and end with
the class, whose key goes with it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rollcall.errors import SealBroken
from rollcall.sealing.seal import Keyring, file_key_binding, fingerprint_binding
from rollcall.storage.tables import STUDENT, Attempt, Membership, SchoolClass, UsedFile

KEYRING = "rollcall.keyring"
"""Where a session has the keyring, as the database was opened with it."""
_KEY = 32


def keep(session: Session, notes: Sequence[Attempt], now: datetime) -> None:
    """Before these notes are erased: remember their files, in the class of each and in all of its sender's."""
    keyring = _keyring(session)
    if not notes:
        return
    of_senders = _classes_of(session, {note.person_id for note in notes})
    found: dict[int, set[str]] = {}
    keys: dict[int, bytes] = {}
    for note in notes:
        marks = [*_marks(note.file_unique_id, note.content_hash), *_sound_at_rest(keyring, note)]
        if not marks:
            continue  # erased before
        for class_id in {*of_senders.get(note.person_id, ()), *([note.class_id] if note.class_id else ())}:
            if class_id not in keys:
                keys[class_id] = _key_made(session, keyring, class_id)
            found.setdefault(class_id, set()).update(_digest(keys[class_id], mark) for mark in marks)
    day = datetime.combine(now.date(), time(), now.tzinfo)  # the minute would lead to the receipt of the erasure
    for class_id, digests in found.items():
        known = set(session.scalars(select(UsedFile.digest).where(UsedFile.class_id == class_id)))
        session.add_all(UsedFile(class_id=class_id, digest=one, kept_at=day) for one in digests - known)
    session.flush()


class Used(StrEnum):
    """By what a note is known whose owner's voice was erased."""

    FILE = "file"
    SOUND = "sound"


def used_as(
    session: Session,
    attempt: Attempt,
    content_hash: str = "",
    fingerprint: bytes = b"",
    classes: Collection[SchoolClass] | None = None,
) -> Used | None:
    """Whether a note's file was sent before, in its class or one of its sender's, by somebody whose voice was erased.

    Args:
        content_hash: of its bytes, where it is known and not written down yet.
        fingerprint: laid open, where it is known: so that the same sound in another wrapping is the same.
        classes: the sender's, where they are known.
    """
    keyring = _keyring(session)
    if classes is None:
        of_sender = select(Membership.class_id).where(
            Membership.person_id == attempt.person_id, Membership.role == STUDENT
        )
        here = or_(SchoolClass.id.in_(of_sender), SchoolClass.id == attempt.class_id)
        classes = session.scalars(select(SchoolClass).where(here, SchoolClass.file_key.is_not(None))).all()
    kinds = dict.fromkeys(
        _marks(attempt.file_unique_id, content_hash or attempt.content_hash), Used.FILE
    ) | dict.fromkeys(_sound(fingerprint), Used.SOUND)
    known: dict[str, Used] = {}
    keyed = [one for one in classes if one.file_key is not None]
    for school_class in keyed:
        with suppress(SealBroken):  # a key was dropped from the ring, and the files with it
            key = keyring.open(school_class.file_key or b"", file_key_binding(school_class.id))
            known |= {_digest(key, mark): kind for mark, kind in kinds.items()}
    if not known:
        return None
    here = UsedFile.class_id.in_([one.id for one in keyed])
    found = {
        known[digest] for digest in session.scalars(select(UsedFile.digest).where(here, UsedFile.digest.in_(known)))
    }
    return Used.FILE if Used.FILE in found else next(iter(found), None)


def outdated(now: datetime, period: timedelta) -> Any:
    """The statement that removes what has been kept for so long."""
    return delete(UsedFile).where(UsedFile.kept_at < now - period)


def _marks(file_unique_id: str, content_hash: str | None) -> Iterable[str]:
    """By what the file is known: Telegram's id of it, and its bytes."""
    if file_unique_id:
        yield f"telegram:{file_unique_id}"
    if content_hash:
        yield f"bytes:{content_hash}"


def _sound(fingerprint: bytes) -> Iterable[str]:
    if fingerprint:
        yield f"sound:{hashlib.sha256(fingerprint).hexdigest()}"


def _sound_at_rest(keyring: Keyring, note: Attempt) -> Iterable[str]:
    if note.fingerprint is not None:
        with suppress(SealBroken):
            yield from _sound(keyring.open(note.fingerprint, fingerprint_binding(note.id, note.person_id)))


def _digest(key: bytes, mark: str) -> str:
    return hmac.new(key, mark.encode(), hashlib.sha256).hexdigest()


def _keyring(session: Session) -> Keyring:
    keyring = session.info.get(KEYRING)
    if not isinstance(keyring, Keyring):
        raise RuntimeError("opened without the keyring, a database knows no used files: use Database.open(settings)")
    return keyring


def _classes_of(session: Session, person_ids: set[int]) -> dict[int, list[int]]:
    """The classes in which they are students."""
    rows = session.execute(
        select(Membership.person_id, Membership.class_id).where(
            Membership.person_id.in_(person_ids), Membership.role == STUDENT
        )
    )
    found: dict[int, list[int]] = {}
    for person_id, class_id in rows:
        found.setdefault(person_id, []).append(class_id)
    return found


def _key_made(session: Session, keyring: Keyring, class_id: int) -> bytes:
    """The class's key, made where there is none that opens."""
    school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
    if school_class.file_key is not None:
        with suppress(SealBroken):
            return keyring.open(school_class.file_key, file_key_binding(class_id))
    key = os.urandom(_KEY)
    school_class.file_key = keyring.seal(key, file_key_binding(class_id))
    return key
