"""The worker's loop: claim, listen, judge, settle."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import redis

from rollcall.galleries import GalleryReader
from rollcall.job import Result
from rollcall.queue import Delivery, JobQueue
from rollcall.verdict import Reason, Verdict
from worker.judge import Heard, Judge

_log = logging.getLogger(__name__)

BATCH = 16
"""Most notes claimed at once. There is no linger: a batch is what arrived while the last one was in work."""
_BLOCK = timedelta(seconds=1)
_RETRY_FIRST, _RETRY_MOST = 0.2, 5.0


class Worker:
    """Runs until told to stop; finishes what it holds before it returns."""

    def __init__(self, queue: JobQueue, judge: Judge, galleries: GalleryReader, renew_every: timedelta) -> None:
        self._queue = queue
        self._judge = judge
        self._galleries = galleries
        self._holding = _Holding(queue, renew_every)
        self._stopping = threading.Event()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="listen")

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Serve the queue. A lost Redis is waited for; its notes come back by redelivery."""
        delay = _RETRY_FIRST
        with self._holding, self._threads:
            while not self._stopping.is_set():
                try:
                    self._queue.open()
                    self._serve()
                    delay = _RETRY_FIRST
                except redis.RedisError as error:
                    _log.warning("the queue is out of reach, trying again", extra={"error": type(error).__name__})
                    self._stopping.wait(delay)
                    delay = min(delay * 2, _RETRY_MOST)
            self._leave()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            # Also drops an erased voice from memory within a second, with nothing else to do.
            self._galleries.forget_stale()
            deliveries = self._queue.claim(BATCH, _BLOCK)
            if deliveries:
                with self._holding.these(delivery.entry for delivery in deliveries):
                    self._work(deliveries)

    def _work(self, deliveries: Sequence[Delivery]) -> None:
        started = time.perf_counter()
        heard = list(self._threads.map(self._listen, deliveries))
        results = self._judge_all(heard)
        # What the queue is shorter by each note: of stages that run side by side, the sum would be too much.
        each = (time.perf_counter() - started) * 1000 / len(deliveries)
        for delivery, result in zip(deliveries, results, strict=True):
            result.timings["work"] = each
            if not self._settle(delivery, result):
                return
            self._holding.release(delivery.entry)
            _log.info("settled", extra={"job": result.job_id, "verdict": result.verdict, "reason": result.reason})

    def _settle(self, delivery: Delivery, result: Result) -> bool:
        """Publish a result, waiting for Redis where it is away or full; False when we are asked to stop meanwhile.

        Kept here rather than judged again by redelivery: each of those counts as a death of the note's worker.
        """
        delay = _RETRY_FIRST
        while True:
            try:
                self._queue.settle(delivery, result)
                return True
            except redis.RedisError as error:
                _log.warning("a result waits for the queue", extra={"error": type(error).__name__})
            if self._stopping.wait(delay):
                return False
            delay = min(delay * 2, _RETRY_MOST)

    def _listen(self, delivery: Delivery) -> Heard:
        waited = (datetime.now(UTC) - delivery.job.queued_at).total_seconds() * 1000
        try:
            heard = self._judge.listen(delivery.job, delivery.audio)
        except Exception:
            _log.exception("listening failed", extra={"job": delivery.job.id})
            heard = Heard(delivery.job, refusal=Reason.PROCESSING_FAILED)
        heard.timings["queue"] = max(0.0, waited)
        return heard

    def _judge_all(self, heard: Sequence[Heard]) -> list[Result]:
        """The batch together; should it fail, note by note, so that a bad one costs only itself."""
        try:
            return self._judge.judge(heard)
        except Exception:
            _log.exception("a batch failed, its notes are judged singly")
        return [self._judge_one(one) for one in heard]

    def _judge_one(self, heard: Heard) -> Result:
        try:
            return self._judge.judge([heard])[0]
        except Exception:
            _log.exception("judging failed", extra={"job": heard.job.id})
            return Result(job_id=heard.job.id, verdict=Verdict.FAILED, reason=Reason.PROCESSING_FAILED)

    def _leave(self) -> None:
        try:
            self._queue.close()
        except redis.RedisError:
            _log.warning("left without saying so: the queue is out of reach")


class _Holding:
    """The entries in work, renewed from a thread of its own until each is settled."""

    def __init__(self, queue: JobQueue, every: timedelta) -> None:
        self._queue = queue
        self._every = every.total_seconds()
        self._entries: set[bytes] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="renew", daemon=True)

    def __enter__(self) -> _Holding:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stopping.set()
        self._thread.join()

    @contextmanager
    def these(self, entries: Iterable[bytes]) -> Iterator[None]:
        held = set(entries)
        with self._lock:
            self._entries |= held
        try:
            yield
        finally:
            self.release(*held)

    def release(self, *entries: bytes) -> None:
        with self._lock:
            self._entries -= set(entries)

    def _renew(self) -> None:
        while not self._stopping.wait(self._every):
            with self._lock:
                entries = sorted(self._entries)
            try:
                self._queue.renew(entries)
            except redis.RedisError:
                _log.warning("could not renew; if this lasts, another worker takes over")


def renewal_period(delivery_timeout: timedelta) -> timedelta:
    """Four renewals within one timeout: three may be lost."""
    return delivery_timeout / 4
