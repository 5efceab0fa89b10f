"""The worker process: Redis in, Redis out; no Telegram token, no database."""

from __future__ import annotations

import logging
import signal

import redis

from models import registry
from models.errors import ModelError
from rollcall.config.settings import Settings
from rollcall.domain.operating import said_of
from rollcall.errors import Unavailable
from rollcall.ops.liveness import Vitals
from rollcall.ops.probes import observed
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.worker_end import WorkerQueue, connect
from rollcall.sealing.seal import load_keyring
from worker import metrics
from worker.judge import Judge
from worker.loop import Worker, renewal_period
from worker.memory import share_one_arena
from worker.words import Ear

_log = logging.getLogger(__name__)

_PING_TIMEOUT = 3.0


def main(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT; what it holds is finished first.

    Raises:
        Unavailable: the encoder's weights or the queue are out of reach.
        SettingsError: the voiceprint key is missing.
    """
    share_one_arena()
    vitals = Vitals(ready={"encoder": lambda: "not loaded yet"})
    with observed(vitals, settings):
        _serve(settings, vitals)


def _serve(settings: Settings, vitals: Vitals) -> None:
    keyring = load_keyring(settings)
    try:
        # One thread: several workers on one machine share its cores by notes, which scales better than within a note.
        encoder = registry.load(
            settings.speaker_model, settings.models_dir, settings.device, threads=1, backend=settings.backend
        )
    except ModelError as error:
        raise Unavailable(str(error)) from error
    metrics.ENCODER.info(
        {
            "name": encoder.name,
            "weights": encoder.weight_hash[:12],
            "precision": encoder.precision,
            "runtime": type(encoder).__module__,
        }
    )
    client = connect(settings.effective_redis_url)
    queue = WorkerQueue(client, keyring, settings.delivery_timeout, metrics.JOBS_FORGED.inc)
    try:
        queue.announce(encoder.name, encoder.weight_hash, said_of(encoder))
    except redis.RedisError as error:
        raise Unavailable(
            f"the queue is out of reach ({type(error).__name__}): check ROLLCALL_REDIS_URL and that it runs"
        ) from error
    galleries = GalleryReader(client, keyring, encoder.name, encoder.weight_hash)
    judge = Judge(encoder, galleries, keyring)
    ear = Ear(settings.words_model, settings.models_dir)
    worker = Worker(queue, judge, galleries, renewal_period(settings.delivery_timeout), ear)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    vitals.live["loop"] = worker.pulse.stopped_for(settings.stuck_after)
    vitals.ready["encoder"] = lambda: None
    vitals.ready["queue"] = lambda: _queue_away(settings)
    _log.info("worker ready", extra={"model": encoder.name, "consumer": queue.consumer})
    worker.run()


def _queue_away(settings: Settings) -> str | None:
    """Asked over a connection of its own: the worker's may be what is broken."""
    try:
        with connect(settings.effective_redis_url, timeout=_PING_TIMEOUT) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return f"out of reach ({type(error).__name__})"
    return None
