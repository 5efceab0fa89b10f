"""``rollcall reembed``: new voiceprints for a new encoder, from the recordings that people agreed to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.voiceprint import pack_embedding
from rollcall.errors import SealBroken
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, embedding_binding, load_keyring, narrow_embedding_binding
from rollcall.storage.database import Database
from rollcall.storage.recordings import (
    add_narrow,
    may_be_made_anew,
    outdated_people,
    people_without_narrow,
    recordings_of,
    replace_voiceprint,
)
from rollcall.storage.tables import Person, StoredVoiceprint
from rollcall.usecases.galleries import rebuild


@dataclass
class Reembedded:
    """What came of it.

    Attributes:
        done: people with a new voiceprint.
        narrow: people whose voiceprint stays as it is, and who are known by telephone from now on.
        must_enrol: full names of those whose recordings are not kept, or cannot be used any more.
        galleries: whether the workers know; they do not where Redis could not be reached.
    """

    done: int = 0
    narrow: int = 0
    must_enrol: tuple[str, ...] = ()
    galleries: bool = True


async def reembed(settings: Settings, embedder: Any, tick: Callable[[int, int], None]) -> Reembedded:
    """Embed everyone whose voiceprint is of another encoder and whose recordings are kept.

    Of the others with kept recordings, whose voices were never heard as a telephone passes them, that is added.

    Each person is for themselves: stopped in the middle, it goes on where it was when run again. Who withdrew, left or
    enrolled anew while their recordings were embedded keeps what they have by then.

    Args:
        embedder: a `worker.embedding.Embedder`, handed in because the core does not import the worker.
        tick: told of the people done and of all.
    """
    keyring = load_keyring(settings)
    database = Database(settings.effective_database_url, keyring)
    found = Reembedded()
    left = []
    try:
        people = await database.run(outdated_people, embedder.model, embedder.weight_hash)
        whole = embedder.model, embedder.weight_hash
        narrow = await database.run(people_without_narrow, *whole) if embedder.hears_narrow else []
        for number, (person, kept) in enumerate(people, start=1):
            made_at, recordings = await database.run(_read, keyring, person.id) if kept else (None, {})
            heard = await _heard(embedder, recordings)
            notes = [
                Result(
                    job_id=attempt_id, verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE,
                    model=embedder.model, weight_hash=embedder.weight_hash, decoder=embedder.decoder,
                    speech_seconds=one.speech_seconds,
                    embedding=keyring.seal(pack_embedding(one.embedding), embedding_binding(
                            attempt_id, person.id, embedder.model, embedder.weight_hash
                        )),
                    narrow=_narrow(keyring, embedder, attempt_id, person.id, one),
                )
                for attempt_id, one in heard.items()
            ]  # fmt: skip
            if made_at is None or not notes:
                left.append(person.full_name)
            elif await database.run(_write, keyring, person, made_at, notes):
                found.done += 1
            tick(number, len(people) + len(narrow))
        for number, person in enumerate(narrow, start=1 + len(people)):
            made_at, recordings = await database.run(_read, keyring, person.id)
            sealed = {
                attempt_id: found_narrow
                for attempt_id, one in (await _heard(embedder, recordings)).items()
                if (found_narrow := _narrow(keyring, embedder, attempt_id, person.id, one)) is not None
            }
            if made_at is not None and await database.run(_write_narrow, person, made_at, sealed):
                found.narrow += 1
            tick(number, len(people) + len(narrow))
    finally:
        await database.close()
    found.must_enrol = tuple(left)
    try:
        await rebuild(settings)
    except (redis.RedisError, OSError):
        found.galleries = False
    return found


async def _heard(embedder: Any, recordings: Mapping[str, bytes]) -> dict[str, Any]:
    """What each recording gives, as far as there is anything to hear."""
    # In no transaction: an embedding takes seconds, and an erasure must not wait behind it.
    heard = {attempt_id: await asyncio.to_thread(embedder.embed, audio) for attempt_id, audio in recordings.items()}
    return {attempt_id: one for attempt_id, one in heard.items() if one is not None}


def _narrow(keyring: Keyring, embedder: Any, attempt_id: str, person_id: int, one: Any) -> bytes | None:
    if one.narrow is None:
        return None
    binding = narrow_embedding_binding(attempt_id, person_id, embedder.model, embedder.weight_hash)
    return keyring.seal(pack_embedding(one.narrow), binding)


def _read(session: Session, keyring: Keyring, person_id: int) -> tuple[datetime | None, dict[str, bytes]]:
    """When the present voiceprint was made, None where there is none; and the recordings, none if they do not open."""
    stored = session.get(StoredVoiceprint, person_id)
    try:
        recordings = recordings_of(session, keyring, person_id)
    except SealBroken:
        recordings = {}
    return stored.created_at if stored else None, recordings


def _write(session: Session, keyring: Keyring, person: Person, made_at: datetime, notes: Sequence[Result]) -> bool:
    """Replace the voiceprint, if that is still wanted."""
    if not may_be_made_anew(session, person, made_at, {note.job_id for note in notes}):
        return False
    replace_voiceprint(session, keyring, person.id, notes, datetime.now(UTC))
    return True


def _write_narrow(session: Session, person: Person, made_at: datetime, narrow: Mapping[str, bytes]) -> bool:
    """Add it to the notes, if that is still wanted."""
    if not narrow or not may_be_made_anew(session, person, made_at, set(narrow)):
        return False
    add_narrow(session, person.id, narrow)
    return True
