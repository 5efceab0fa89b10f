"""What the worker counts. Every label takes its values from a short list of the code's own."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram, Info

from rollcall.queue.job import Result
from rollcall.queue.worker_end import Delivery

_STAGE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_WAIT_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600)
_BATCH_BUCKETS = (1, 2, 4, 8, 12, 16)
_STAGES = frozenset({"decode", "speech", "quality", "company", "embed", "alone", "match", "words"})

STAGE_SECONDS = Histogram(
    "rollcall_worker_stage_seconds", "Time of a note in each stage; embed is a batch's time by its notes.",
    ["stage"], buckets=_STAGE_BUCKETS,
)  # fmt: skip
QUEUE_SECONDS = Histogram(
    "rollcall_worker_queue_seconds", "How long notes had waited when a worker took them.", buckets=_WAIT_BUCKETS
)
BATCH = Histogram("rollcall_worker_batch_notes", "Notes claimed at once.", buckets=_BATCH_BUCKETS)
NOTES = Counter("rollcall_worker_notes", "Notes judged, by what became of them.", ["verdict", "reason"])
CLAIMED = Counter("rollcall_worker_notes_claimed", "Notes taken from the queue.")
RECLAIMED = Counter("rollcall_worker_notes_reclaimed", "Notes taken over from a worker that fell silent.")
QUEUE_ERRORS = Counter("rollcall_worker_queue_errors", "Times that the queue was out of reach or full.")
JOBS_FORGED = Counter("rollcall_worker_jobs_forged", "Jobs that no bot of ours had signed.")
TURNED = Gauge("rollcall_worker_loop_timestamp_seconds", "When the worker's loop last moved.")
ENCODER = Info(
    "rollcall_worker_encoder", "The encoder: name, weights (the start of their SHA-256), precision, runtime."
)


def claimed(deliveries: Sequence[Delivery]) -> None:
    """Notes were taken."""
    BATCH.observe(len(deliveries))
    CLAIMED.inc(len(deliveries))
    RECLAIMED.inc(sum(delivery.reclaimed for delivery in deliveries))


def settled(result: Result) -> None:
    """A note's result is in the queue."""
    NOTES.labels(result.verdict, result.reason).inc()
    for stage, milliseconds in result.timings.items():
        if stage == "queue":
            QUEUE_SECONDS.observe(milliseconds / 1000)
        elif stage in _STAGES:
            STAGE_SECONDS.labels(stage).observe(milliseconds / 1000)
