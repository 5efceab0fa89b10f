"""``rollcall reembed``: new voiceprints for a new encoder, from the recordings that people agreed to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from rollcall.class_gallery import rebuild
from rollcall.errors import SealBroken
from rollcall.job import Result
from rollcall.seal import embedding_binding, load_keyring
from rollcall.settings import Settings
from rollcall.storage.database import Database
from rollcall.storage.recordings import outdated_people, recordings_of, replace_voiceprint
from rollcall.verdict import Reason, Verdict
from rollcall.voiceprint import pack_embedding


@dataclass
class Reembedded:
    """What came of it.

    Attributes:
        done: people with a new voiceprint.
        must_enrol: full names of those whose recordings are not kept, or cannot be used any more.
        galleries: whether the workers know; they do not where Redis could not be reached.
    """

    done: int = 0
    must_enrol: tuple[str, ...] = ()
    galleries: bool = True


async def reembed(settings: Settings, embedder: Any, tick: Callable[[int, int], None]) -> Reembedded:
    """Embed everyone whose voiceprint is of another encoder and whose recordings are kept.

    Each person is a transaction of their own: stopped in the middle, it goes on where it was when run again.

    Args:
        embedder: a `worker.embedding.Embedder`, handed in because the core does not import the worker.
        tick: told of the people done and of all.
    """
    keyring = load_keyring(settings)
    database = Database(settings.effective_database_url, keyring)
    found = Reembedded()
    left = []
    try:
        async with database.session() as session:
            people = await outdated_people(session, embedder.model, embedder.weight_hash)
        for number, (person, kept) in enumerate(people, start=1):
            async with database.session() as session:
                now = datetime.now(UTC)
                try:
                    recordings = await recordings_of(session, keyring, person.id) if kept else {}
                except SealBroken:
                    recordings = {}
                heard = {attempt_id: embedder.embed(audio) for attempt_id, audio in recordings.items()}
                notes = [
                    Result(
                        job_id=attempt_id, verdict=Verdict.ACCEPTED, reason=Reason.GOOD_NOTE,
                        model=embedder.model, weight_hash=embedder.weight_hash, decoder=embedder.decoder,
                        speech_seconds=one.speech_seconds,
                        embedding=keyring.seal(pack_embedding(one.embedding), embedding_binding(
                                attempt_id, person.id, embedder.model, embedder.weight_hash
                            )),
                    )
                    for attempt_id, one in heard.items()
                    if one is not None
                ]  # fmt: skip
                if notes:
                    await replace_voiceprint(session, keyring, person.id, notes, now)
                    found.done += 1
                else:
                    left.append(person.full_name)
            tick(number, len(people))
    finally:
        await database.close()
    found.must_enrol = tuple(left)
    try:
        await rebuild(settings)
    except (redis.RedisError, OSError):
        found.galleries = False
    return found
