"""The worker's side of the queue: Redis Streams consumer groups (claim, renew, settle, bury).

An entry is removed only in the same transaction that adds its result, so a note is never without an owner: it is
waiting, pending with a worker, or answered.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis
from pydantic import ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry

from rollcall.errors import NotSigned, SealBroken
from rollcall.queue import keys
from rollcall.queue.canary import WorkersCanary
from rollcall.queue.job import Job, Result, failure
from rollcall.sealing.seal import Keyring, audio_binding
from rollcall.sealing.signature import Complaint, Signatures

MAX_DELIVERIES = 5
"""A note that took its worker down this often is answered with a failure and goes to the dead stream."""

SILENCE = 5.0
"""Seconds without a word from Redis after which a connection counts as cut; every blocking read ends well before."""
RETRIES = 1
"""For a connection that was closed while idle. Whoever uses the queue has a patience of its own, and would wait for
that of the client as well: ten tries over a cut line are a minute in which no stop is heeded and nothing renewed."""

DEAD_LETTERS_KEPT = 10_000

_WORDS_HOLD = timedelta(seconds=30)
_TELL_WORDS_EVERY = 10.0
"""Seconds: a worker may be at one batch for twice as long, and still count as there."""


@dataclass(frozen=True)
class Delivery:
    """A claimed job with its audio. ``reclaimed``: another worker held it before."""

    entry: bytes
    job: Job
    audio: bytes
    reclaimed: bool = False


class WorkerQueue:
    """One worker's view of the jobs stream."""

    def __init__(
        self,
        client: redis.Redis,
        keyring: Keyring,
        delivery_timeout: timedelta,
        count_forged: Callable[[], None] = lambda: None,
    ) -> None:
        """`count_forged` is called for each job that no bot of ours has signed."""
        self._redis = client
        self._keyring = keyring
        self._signatures = Signatures(keyring)
        self._forged = Complaint(
            "a job that none of our bots has signed is not judged, and put aside: a bot queues again what an older "
            "version left, anything else tells that somebody may write into the queue",
            count_forged,
        )
        self._timeout_ms = int(delivery_timeout.total_seconds() * 1000)
        self._canary = WorkersCanary(client, keyring)
        self._told_words_at = -_TELL_WORDS_EVERY
        # Host and pid, so that an operator recognises it in XINFO CONSUMERS.
        self.consumer = f"{socket.gethostname()}-{os.getpid()}"

    def open(self) -> None:
        """Make the consumer group; from the first entry on, so that nothing sent before us is missed.

        Raises:
            WrongKey: this queue is sealed with a key that we do not hold.
        """
        self._canary.look()
        create_group(self._redis, keys.JOBS, keys.WORKERS)

    def claim(self, count: int, block: timedelta) -> list[Delivery]:
        """Up to ``count`` new notes, waiting at most ``block`` for the first; or one note of a worker that fell silent.

        A reclaimed note comes alone: should it be the one that took the other worker down, it costs only itself.

        Raises:
            WrongKey: notes are sealed with a key that we do not hold. They are left to those who do.
        """
        self._canary.heed()
        reclaimed = self._reclaim()
        if reclaimed:
            return reclaimed
        reply: Any = self._redis.xreadgroup(
            keys.WORKERS, self.consumer, {keys.JOBS: ">"}, count=count, block=int(block.total_seconds() * 1000)
        )
        entries = reply[0][1] if reply else []
        return [delivery for entry, fields in entries if (delivery := self._parse(entry, fields))]

    def renew(self, entries: Sequence[bytes]) -> None:
        """Say that we still work on these. JUSTID leaves the delivery count alone: it counts deaths, not renewals."""
        if entries:
            self._redis.xclaim(keys.JOBS, keys.WORKERS, self.consumer, 0, list(entries), idle=0, justid=True)

    def settle(self, delivery: Delivery, result: Result) -> None:
        """Publish the result and remove the job, both or neither."""
        with self._redis.pipeline(transaction=True) as transaction:
            self._publish(transaction, result)
            self._remove(transaction, delivery.entry)
            transaction.execute()

    def close(self) -> None:
        """Leave the group, unless notes are still pending with us: those must stay claimable."""
        pending = self._redis.xpending_range(keys.JOBS, keys.WORKERS, "-", "+", 1, consumername=self.consumer)
        if not pending:
            self._redis.xgroup_delconsumer(keys.JOBS, keys.WORKERS, self.consumer)

    def _reclaim(self) -> list[Delivery]:
        reply: Any = self._redis.xautoclaim(
            keys.JOBS, keys.WORKERS, self.consumer, min_idle_time=self._timeout_ms, count=1
        )
        claimed: Iterable[tuple[bytes, dict[bytes, bytes] | None]] = reply[1]
        for entry, fields in claimed:
            if fields is None:
                continue  # Redis before 7 tells so of an entry that was deleted while it was claimed
            delivery = self._parse(entry, fields, reclaimed=True)
            if delivery is None:
                continue
            pending: Any = self._redis.xpending_range(keys.JOBS, keys.WORKERS, entry, entry, 1)
            if pending and pending[0]["times_delivered"] > MAX_DELIVERIES:
                self._bury(delivery)
                continue
            return [delivery]
        return []

    def announce(self, model: str, weight_hash: str, card: bytes = b"") -> None:
        """Tell the bots which encoder judges from now on: voiceprints of another one are of no use.

        Args:
            card: of an own encoder, which they cannot read themselves: see `rollcall.operating.said_of`.
        """
        said = f"{model} {weight_hash}".encode()
        signed: dict[Any, Any] = {
            keys.SAID.encode(): said,
            keys.SIGNATURE.encode(): self._signatures.sign(keys.ENCODER, said),
        }
        if card:
            signed[keys.CARD.encode()] = card
            signed[keys.CARD_SIGNATURE.encode()] = self._signatures.sign(keys.CARD, card)
        if self._redis.hgetall(keys.ENCODER) != signed:
            with self._redis.pipeline(transaction=True) as transaction:
                transaction.delete(keys.ENCODER)
                transaction.hset(keys.ENCODER, mapping=signed)
                transaction.execute()

    def announce_words(self) -> None:
        """Tell the bots that words are heard here (`rollcall.queue.announced`). Holds for half a minute, so a worker
        says it again with every turn of its loop; most of those calls say nothing. A server that has no room for it
        holds up no note.
        """
        if time.monotonic() - self._told_words_at < _TELL_WORDS_EVERY:
            return
        said = self.consumer.encode()
        signature = self._signatures.sign(keys.HEARS_WORDS, said)
        with suppress(redis.ResponseError), self._redis.pipeline(transaction=True) as transaction:
            transaction.hset(keys.HEARS_WORDS, mapping={keys.SAID: said, keys.SIGNATURE: signature})
            transaction.expire(keys.HEARS_WORDS, _WORDS_HOLD)
            transaction.execute()
        self._told_words_at = time.monotonic()

    def _bury(self, delivery: Delivery) -> None:
        """Give up on a note: its sender gets an answer, and the dead stream a record without the voice."""
        result = failure(delivery.job)
        with self._redis.pipeline(transaction=True) as transaction:
            self._publish(transaction, result)
            self._record_dead(transaction, delivery.job.model_dump_json(exclude={"earlier"}), "too many deliveries")
            self._remove(transaction, delivery.entry)
            transaction.execute()

    def _parse(self, entry: bytes, fields: dict[bytes, bytes], *, reclaimed: bool = False) -> Delivery | None:
        try:
            self._signatures.check(keys.JOBS, fields[b"job"], fields.get(keys.SIGNATURE.encode()))
            job = Job.model_validate_json(fields[b"job"])
            audio = self._keyring.open(fields[b"audio"], audio_binding(job.id, job.person_id))
        except (KeyError, ValidationError, SealBroken, NotSigned) as error:
            if isinstance(error, SealBroken | NotSigned):
                self._canary.look()  # is it the note's fault, or ours?
            if isinstance(error, NotSigned):
                self._forged.tell(error)
            # Nobody can be answered for an entry that cannot be read; it must not come back for ever either.
            with self._redis.pipeline(transaction=True) as transaction:
                self._record_dead(transaction, entry, type(error).__name__)
                self._remove(transaction, entry)
                transaction.execute()
            return None
        return Delivery(entry, job, audio, reclaimed)

    def _publish(self, transaction: redis.client.Pipeline, result: Result) -> None:
        said = result.model_dump_json().encode()
        signature = self._signatures.sign(keys.RESULTS, said)
        transaction.xadd(keys.RESULTS, {"result": said, keys.SIGNATURE: signature})

    def _remove(self, transaction: redis.client.Pipeline, entry: bytes) -> None:
        transaction.xack(keys.JOBS, keys.WORKERS, entry)
        transaction.xdel(keys.JOBS, entry)

    def _record_dead(self, transaction: redis.client.Pipeline, job: str | bytes, why: str) -> None:
        transaction.xadd(keys.DEAD, {"job": job, "why": why}, maxlen=DEAD_LETTERS_KEPT)


def create_group(client: redis.Redis, stream: str, group: str) -> None:
    """Make a consumer group that starts at the stream's first entry; an existing one is left as it is."""
    # Looked for first: a Redis whose memory is full refuses to make even what exists, and could never be emptied.
    if client.exists(stream) and any(found["name"] == group.encode() for found in _groups(client, stream)):
        return
    try:
        client.xgroup_create(stream, group, id="0", mkstream=True)
    except redis.ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


def _groups(client: redis.Redis, stream: str) -> list[dict[str, Any]]:
    found: Any = client.xinfo_groups(stream)
    return list(found)


def connect(url: str, timeout: float | None = None) -> redis.Redis:
    """A blocking client; `timeout` bounds each call, seconds. RESP2, since stream replies look different in RESP3."""
    timeout = SILENCE if timeout is None else timeout
    retry = Retry(NoBackoff(), RETRIES)
    return redis.Redis.from_url(
        url, protocol=2, health_check_interval=30, socket_timeout=timeout, socket_connect_timeout=timeout, retry=retry
    )
