"""The worker's loop: claim, listen, judge, settle."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import redis

from models.recogniser.reading import Samples
from rollcall.domain.challenge import Words
from rollcall.domain.verdict import Reason, Verdict
from rollcall.ops.liveness import Pulse
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.job import MOST_MILLISECONDS, Result, SpokenChallenge, failure
from rollcall.queue.worker_end import Delivery, WorkerQueue
from worker import metrics
from worker.audio.decode import is_plain
from worker.judge import Heard, Judge
from worker.words import Ear, told

_log = logging.getLogger(__name__)

BATCH = 16
"""Most notes claimed at once. There is no linger: a batch is what arrived while the last one was in work."""
MOST_WORDS = 64
"""Most accepted notes that wait for their words to be heard; beside them others are claimed as ever."""
_BLOCK = timedelta(seconds=1)
_BLOCK_MEANWHILE = timedelta(milliseconds=50)
"""While ffmpeg is at work: its notes are judged about this soon after it is done."""
T = TypeVar("T")
_RETRY_FIRST, _RETRY_MOST = 0.2, 5.0


class Worker:
    """Runs until told to stop; finishes what it holds before it returns."""

    def __init__(
        self, queue: WorkerQueue, judge: Judge, galleries: GalleryReader, renew_every: timedelta, ear: Ear | None = None
    ) -> None:
        """`ear` listens for the words of challenges; without one they are not checked."""
        self._queue = queue
        self._judge = judge
        self._ear = ear
        self._galleries = galleries
        self._holding = _Holding(queue, renew_every)
        self._stopping = threading.Event()
        self.pulse = Pulse()
        """Beats with every turn of the loop and with every step of a note."""
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="listen")
        self._slow_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="transcode")
        self._slow: dict[Future[Heard], Delivery] = {}
        """All but plain voice notes: one made to take long, by ffmpeg above all, must not hold up the others."""
        self._words_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="words")
        self._words: dict[Future[Result], Delivery] = {}
        """Accepted voices whose words are listened for, which takes ten times as long as all before it: other notes are
        judged meanwhile."""

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Serve the queue. A lost Redis is waited for; its notes come back by redelivery."""
        delay = _RETRY_FIRST
        with self._holding, self._threads, self._slow_threads, self._words_thread:
            while not self._stopping.is_set():
                try:
                    self._queue.open()
                    self._queue.announce(*self._judge.encoder)
                    self._serve()
                    delay = _RETRY_FIRST
                except redis.RedisError as error:
                    _log.warning("the queue is out of reach, trying again", extra={"error": type(error).__name__})
                    metrics.QUEUE_ERRORS.inc()
                    self._galleries.forget_all()
                    self._moved()
                    self._stopping.wait(delay)
                    delay = min(delay * 2, _RETRY_MOST)
            self._finish()
            self._leave()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._moved()
            # Also drops an erased voice from memory within a second, with nothing else to do.
            self._galleries.forget_stale()
            if self._ear is not None and self._ear.able:
                self._queue.announce_words()
            meanwhile: list[Future[Any]] = [*self._slow, *self._words]
            room = min(BATCH - len(self._slow), MOST_WORDS - len(self._words))
            if room:
                deliveries = self._queue.claim(room, _BLOCK_MEANWHILE if meanwhile else _BLOCK)
            else:
                wait(meanwhile, _BLOCK.total_seconds(), FIRST_COMPLETED)
                deliveries = []
            if deliveries:
                metrics.claimed(deliveries)
            self._holding.hold(delivery.entry for delivery in deliveries)
            self._work(deliveries)

    def _work(self, deliveries: Sequence[Delivery]) -> None:
        started = time.perf_counter()
        quick = []
        for delivery in deliveries:
            if is_plain(delivery.audio):
                quick.append(delivery)
            else:
                self._slow[self._slow_threads.submit(self._listen, delivery)] = delivery
        batch = list(zip(quick, self._threads.map(self._listen, quick), strict=True))
        batch += [(self._slow.pop(future), future.result()) for future in list(self._slow) if future.done()]
        results = self._patiently(lambda: self._judge_all([heard for _, heard in batch]))
        if results is None:
            return
        # What the queue is shorter by each note: of stages that run side by side, the sum would be too much.
        each = (time.perf_counter() - started) * 1000 / max(1, len(batch))
        answers = []
        for (delivery, heard), result in zip(batch, results, strict=True):
            result.timings["work"] = each
            asked = heard.job.challenge
            if asked is not None and heard.sent is not None and result.verdict is Verdict.ACCEPTED:
                tail = told(heard.sent, heard.speech)
                self._words[self._words_thread.submit(self._hear_words, asked, tail, result)] = delivery
            else:
                answers.append((delivery, result))
        answers += [(self._words.pop(future), future.result()) for future in list(self._words) if future.done()]
        for delivery, result in answers:
            if not self._patiently(partial(self._settle, delivery, result)):
                return

    def _hear_words(self, asked: SpokenChallenge, tail: Samples, result: Result) -> Result:
        """The result with what was heard of the challenge in it."""
        words, score = Words.NOT_CHECKED, None
        started = time.perf_counter()
        if self._ear is not None:
            words, score = self._ear.hear(asked, tail)
        took = (time.perf_counter() - started) * 1000
        result.timings["words"] = took
        result.timings["work"] += took
        self._moved()
        return result.model_copy(update={"words": words, "words_score": score})

    def _finish(self) -> None:
        """Asked to stop: what ffmpeg is at is still judged, which its limits make soon; the rest is left to others."""
        self._slow = {future: delivery for future, delivery in self._slow.items() if not future.cancel()}
        wait(self._slow)
        self._work([])
        self._words = {future: delivery for future, delivery in self._words.items() if not future.cancel()}
        wait(self._words)
        self._work([])

    def _settle(self, delivery: Delivery, result: Result) -> bool:
        self._queue.settle(delivery, result)
        self._holding.release(delivery.entry)
        metrics.settled(result)
        _log.info("settled", extra={"job": result.job_id, "verdict": result.verdict, "reason": result.reason})
        return True

    def _patiently(self, step: Callable[[], T]) -> T | None:
        """Do what needs Redis, waiting for it where it is away or full; None when we are asked to stop meanwhile.

        The notes are kept here rather than judged again by redelivery: each of those counts as a death of the note's
        worker.
        """
        delay = _RETRY_FIRST
        while True:
            self._moved()
            try:
                return step()
            except redis.RedisError as error:
                _log.warning("a result waits for the queue", extra={"error": type(error).__name__})
                metrics.QUEUE_ERRORS.inc()
            if self._stopping.wait(delay):
                return None
            delay = min(delay * 2, _RETRY_MOST)

    def _listen(self, delivery: Delivery) -> Heard:
        waited = (datetime.now(UTC) - delivery.job.queued_at).total_seconds() * 1000
        try:
            heard = self._judge.listen(delivery.job, delivery.audio)
        except Exception:
            _log.exception("listening failed", extra={"job": delivery.job.id})
            heard = Heard(delivery.job, refusal=Reason.PROCESSING_FAILED)
        heard.timings["queue"] = min(max(0.0, waited), MOST_MILLISECONDS)
        self._moved()
        return heard

    def _moved(self) -> None:
        self.pulse.beat()
        metrics.TURNED.set_to_current_time()

    def _judge_all(self, heard: Sequence[Heard]) -> list[Result]:
        """The batch together; should it fail, note by note, so that a bad one costs only itself."""
        if not heard:
            return []
        try:
            return self._judge.judge(heard)
        except redis.RedisError:
            raise  # the gallery is out of reach: no fault of any note's
        except Exception:
            _log.exception("a batch failed, its notes are judged singly")
        return [self._judge_one(one) for one in heard]

    def _judge_one(self, heard: Heard) -> Result:
        try:
            return self._judge.judge([heard])[0]
        except redis.RedisError:
            raise
        except Exception:
            _log.exception("judging failed", extra={"job": heard.job.id})
            return failure(heard.job)

    def _leave(self) -> None:
        try:
            self._queue.close()
        except redis.RedisError:
            _log.warning("left without saying so: the queue is out of reach")


class _Holding:
    """The entries in work, renewed from a thread of its own until each is settled."""

    def __init__(self, queue: WorkerQueue, every: timedelta) -> None:
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

    def hold(self, entries: Iterable[bytes]) -> None:
        with self._lock:
            self._entries.update(entries)

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
