"""The bot's side of the queue: post a job, collect results."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import redis.asyncio
from pydantic import ValidationError
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from rollcall.errors import NotSigned, QueueFull
from rollcall.queue import announced, keys, streams
from rollcall.queue.canary import Canary
from rollcall.queue.job import Job, Result
from rollcall.queue.worker_end import DEAD_LETTERS_KEPT, RETRIES, SILENCE
from rollcall.sealing.seal import Keyring, audio_binding
from rollcall.sealing.signature import Complaint, Signatures

_BLOCK = timedelta(seconds=1)
_BATCH = 32
_MANY = 4
"""So many results at once: there are more than we keep up with."""
_MAX_DELIVERIES = 5
_FULL_FROM = 0.85
"""Of Redis's maxmemory: the rest is kept for results, without which the queue could not empty."""
_LOOK_EVERY = 1.0


class BotQueue:
    """One bot's view of both streams."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        keyring: Keyring,
        delivery_timeout: timedelta,
        count_forged: Callable[[], None] = lambda: None,
    ) -> None:
        """`count_forged` is called for each result that no worker of ours has signed."""
        self._redis = client
        self._keyring = keyring
        self._signatures = Signatures(keyring)
        self._forged = Complaint(
            "a result that none of our workers has signed marks nobody, and is put aside: whatever an older version "
            "left is heard again, anything else tells that somebody may write into the queue",
            count_forged,
        )
        self.canary = Canary(client, keyring)
        self._timeout_ms = int(delivery_timeout.total_seconds() * 1000)
        self.consumer = f"{socket.gethostname()}-{os.getpid()}"
        self._looked_at = -_LOOK_EVERY
        self._memory = 0.0
        self.keeps_up = asyncio.Event()
        """Set unless results pile up: whoever waits for an answer comes before whoever sends a note now."""
        self.keeps_up.set()

    async def open(self) -> None:
        """Make both consumer groups, so that a job posted before the first worker starts is not missed.

        Raises:
            WrongKey: this queue is sealed with a key that we do not hold.
        """
        await self.canary.keep()
        for stream, group in ((keys.JOBS, keys.WORKERS), (keys.RESULTS, keys.BOTS)):
            # Looked for first: a Redis whose memory is full refuses to make even what exists.
            groups: Any = await self._redis.xinfo_groups(stream) if await self._redis.exists(stream) else []
            if any(found["name"] == group.encode() for found in groups):
                continue
            try:
                await self._redis.xgroup_create(stream, group, id="0", mkstream=True)
            except redis.ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def hears_words(self) -> bool:
        """Whether a worker is there that listens for a note's words."""
        return await announced.hears_words(self._redis, self._signatures)

    async def ping(self) -> None:
        """Whether Redis answers; raises where it does not."""
        await self._redis.exists(keys.JOBS)

    async def post(self, job: Job, audio: bytes) -> str:
        """Queue a note; its entry. The audio is sealed: an append-only file would keep it long after it was settled.

        Raises:
            QueueFull: the memory that is left is for results.
            WrongKey: others seal with a key that we do not hold.
        """
        await self.canary.heed()
        await self.find_room()
        sealed = self._keyring.seal(audio, audio_binding(job.id, job.person_id))
        said = job.model_dump_json().encode()
        signature = self._signatures.sign(keys.JOBS, said)
        entry: Any = await self._redis.xadd(keys.JOBS, {"job": said, "audio": sealed, keys.SIGNATURE: signature})
        return str(entry.decode())

    async def find_room(self) -> None:
        """Look whether there is room for another note; nothing need be fetched while there is none.

        Raises:
            QueueFull: the memory that is left is for results.
        """
        await self._look()
        if self._memory > _FULL_FROM:
            raise QueueFull(f"Redis has used {self._memory:.0%} of its maxmemory: add workers or memory")

    async def holds(self, entry: str) -> bool:
        """Whether a note is in the jobs stream: waiting, or in some worker's hands."""
        return bool(await self._redis.xrange(keys.JOBS, entry, entry, count=1))

    async def oldest_result_age(self) -> timedelta:
        """For how long the result has waited that has waited longest; zero where none waits."""
        found: Any = await self._redis.xrange(keys.RESULTS, count=1)
        if not found:
            return timedelta()
        seconds, microseconds = await self._redis.time()
        posted = int(found[0][0].partition(b"-")[0])
        return timedelta(milliseconds=max(0, seconds * 1000 + microseconds // 1000 - posted))

    async def _look(self) -> None:
        """How much memory is left, once a second at most."""
        if time.monotonic() - self._looked_at < _LOOK_EVERY:
            return
        before, self._looked_at = self._looked_at, time.monotonic()  # whoever asks meanwhile takes what was seen before
        try:
            memory: Any = await self._redis.info("memory")
        except BaseException:
            self._looked_at = before
            raise
        most = int(memory.get("maxmemory", 0))
        self._memory = int(memory["used_memory"]) / most if most else 0.0

    async def forget(self, person_id: int, notes: Mapping[str, str | None]) -> int:
        """Remove what is left of a person's notes, wherever it waits; how much that was.

        Args:
            notes: their notes, by job id, each with its entry among the jobs, where it has one: the stream of jobs is
                not searched, for it holds everybody's voices. A result does not say whose it is.
        """
        entries = [entry for entry in notes.values() if entry is not None]
        results, buried = streams.entries(self._redis, keys.RESULTS), streams.entries(self._redis, keys.DEAD)
        judged = [entry async for entry, fields in results if _job_of(fields) in notes]
        dead = [entry async for entry, fields in buried if _person_of(fields) == person_id]
        async with self._redis.pipeline(transaction=True) as transaction:
            for stream, group, found in ((keys.JOBS, keys.WORKERS, entries), (keys.RESULTS, keys.BOTS, judged)):
                if found:
                    transaction.xack(stream, group, *found)
                    transaction.xdel(stream, *found)
            if dead:
                transaction.xdel(keys.DEAD, *dead)
            removed: list[int] = await transaction.execute()
        # Acknowledged, removed; acknowledged, removed; removed.
        return sum(removed[1::2]) + (removed[-1] if dead else 0)

    async def withdraw(self, entry: str) -> None:
        """Take back a note that was just posted."""
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.xack(keys.JOBS, keys.WORKERS, entry)
            transaction.xdel(keys.JOBS, entry)
            await transaction.execute()

    async def encoder(self) -> tuple[str, str] | None:
        """Name and weight hash of the workers' encoder; None before the first worker started."""
        found: Any = await self._redis.hmget(keys.ENCODER, [keys.SAID, keys.SIGNATURE])
        said, signature = found
        if said is None:
            return None
        try:
            self._signatures.check(keys.ENCODER, said, signature)
        except NotSigned:
            return None  # nobody is asked to enrol again for it
        name, _, weight_hash = said.decode().rpartition(" ")
        return (name, weight_hash) if name else None

    async def results(self) -> AsyncIterator[Sequence[tuple[bytes, Result]]]:
        """Results as they come, for ever: first those a dead bot left behind, then new ones. `done` each of them."""
        try:
            async for entries in self._batches():
                if entries:
                    await announced.heed(self._redis, self._signatures)
                lot = []
                for entry, fields in entries:
                    try:
                        self._signatures.check(keys.RESULTS, fields[b"result"], fields.get(keys.SIGNATURE.encode()))
                        result = Result.model_validate_json(fields[b"result"])
                        lot.append((entry, result))
                    except NotSigned as error:
                        await self.canary.keep()  # is it the result's fault, or ours?
                        self._forged.tell(error)
                        await self._bury(entry, entry, "not signed")
                    except (KeyError, ValidationError):
                        await self._bury(entry, entry, "malformed")
                if lot:
                    yield lot
        finally:
            self.keeps_up.set()

    async def _batches(self) -> AsyncIterator[list[tuple[bytes, dict[bytes, bytes]]]]:
        while True:
            await self.canary.heed()
            reclaimed: Any = await self._redis.xautoclaim(
                keys.RESULTS, keys.BOTS, self.consumer, min_idle_time=self._timeout_ms, count=_BATCH
            )
            entries = reclaimed[1]
            if not entries:
                reply: Any = await self._redis.xreadgroup(
                    keys.BOTS,
                    self.consumer,
                    {keys.RESULTS: ">"},
                    count=_BATCH,
                    block=int(_BLOCK.total_seconds() * 1000),
                )
                entries = reply[0][1] if reply else []
            # Redis before 7 tells by an entry without fields that it was deleted while it was claimed.
            entries = [(entry, fields) for entry, fields in entries if fields is not None]
            if len(entries) < _MANY:
                self.keeps_up.set()
            else:
                self.keeps_up.clear()
            yield entries

    async def give_up(self, entry: bytes, result: Result) -> bool:
        """Part with a result that could not be applied several times; False while it is worth another try."""
        pending: Any = await self._redis.xpending_range(keys.RESULTS, keys.BOTS, entry, entry, 1)
        if pending and pending[0]["times_delivered"] < _MAX_DELIVERIES:
            return False
        await self._bury(entry, result.job_id, "cannot be applied")
        return True

    async def _bury(self, entry: bytes, name: bytes | str, why: str) -> None:
        """Part with a result that will never be applied; its note is queued again, or answered."""
        await self._redis.xadd(keys.DEAD, {"result": name, "why": why}, maxlen=DEAD_LETTERS_KEPT)
        await self.done(entry)

    async def done(self, *entries: bytes) -> None:
        """The results are in the database."""
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.xack(keys.RESULTS, keys.BOTS, *entries)
            transaction.xdel(keys.RESULTS, *entries)
            await transaction.execute()


def _person_of(fields: dict[bytes, bytes]) -> int | None:
    try:
        return Job.model_validate_json(fields[b"job"]).person_id
    except (KeyError, ValidationError):
        return None


def _job_of(fields: dict[bytes, bytes]) -> str | None:
    try:
        return Result.model_validate_json(fields[b"result"]).job_id
    except (KeyError, ValidationError):
        return None


def connect(url: str) -> redis.asyncio.Redis:
    """An asyncio client; RESP2 for the shape of its stream replies."""
    retry = Retry(NoBackoff(), RETRIES)
    return redis.asyncio.Redis.from_url(
        url, protocol=2, health_check_interval=30, socket_timeout=SILENCE, socket_connect_timeout=SILENCE, retry=retry
    )
