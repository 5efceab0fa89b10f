"""The worker's loop on a real Valkey, with the dummy encoder."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import redis
from numpy.typing import NDArray
from prometheus_client import REGISTRY

from models.dummy.encoder import Dummy
from models.errors import ModelError
from models.segmentation import Segmentation
from rollcall.domain.gallery import Gallery
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import Voiceprint, unpack_embedding
from rollcall.queue import bot_end, keys
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.galleries import Content, GalleryReader, GalleryWriter
from rollcall.queue.job import Job, Result
from rollcall.queue.worker_end import WorkerQueue
from rollcall.sealing.seal import Keyring, embedding_binding
from tests import oggs
from tests.conftest import WaitUntil
from tests.end_to_end.product import synthetic
from worker.audio import ffmpeg
from worker.audio.decode import decode
from worker.audio.fingerprint import fingerprints
from worker.audio.speech import Speech, SpeechDetector, cut
from worker.audio.waveform import Waveform
from worker.judge import Judge
from worker.loop import Worker

NOTE = synthetic("zac", 1)
LEASE = timedelta(seconds=30)


class Fragile(Dummy):
    """An encoder that fails on whole batches, or on the one note it was told to."""

    def __init__(self, fails: Callable[[int], bool]) -> None:
        super().__init__()
        self._fails = fails

    def embed(self, waveforms: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        if self._fails(len(waveforms)):
            raise RuntimeError("out of memory")
        return super().embed(waveforms)


class Bench:
    """A worker in a thread, and what comes out of it."""

    def __init__(self, client: redis.Redis, keyring: Keyring, encoder: Dummy, url: str, renew_every: timedelta) -> None:
        self.galleries = galleries = GalleryReader(client, keyring, encoder.name, encoder.weight_hash)
        queue = WorkerQueue(client, keyring, LEASE)
        self.client, self.keyring = client, keyring
        self.encoder, self.url = encoder, url
        self.worker = Worker(queue, Judge(encoder, galleries, keyring), galleries, renew_every)
        self.thread = threading.Thread(target=self.worker.run)

    async def post(self, *jobs: tuple[Job, bytes]) -> None:
        client = bot_end.connect(self.url)
        box = BotQueue(client, self.keyring, LEASE)
        await box.open()
        for job, audio in jobs:
            await box.post(job, audio)
        await client.aclose()

    def results(self) -> dict[str, Result]:
        entries: list[tuple[bytes, dict[bytes, bytes]]] = self.client.xrange(keys.RESULTS)  # type: ignore[assignment]
        found = [Result.model_validate_json(fields[b"result"]) for _, fields in entries]
        assert len({result.job_id for result in found}) == len(found), "a note was settled twice"
        return {result.job_id: result for result in found}


def job(number: int, purpose: Purpose = Purpose.ENROL, class_id: int | None = None) -> Job:
    return Job(id=f"note-{number}", purpose=purpose, person_id=7, class_id=class_id, queued_at=datetime.now(UTC))


@pytest.fixture
def make_bench(redis_client: redis.Redis, redis_url: str, keyring: Keyring) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(encoder: Dummy | None = None, renew_every: timedelta = LEASE / 4) -> Bench:
        made.append(Bench(redis_client, keyring, encoder or Dummy(), redis_url, renew_every))
        return made[-1]

    yield make
    for bench in made:
        bench.worker.stop()
        if bench.thread.is_alive():
            bench.thread.join()


async def test_an_enrolment_note_comes_back_with_its_embedding_sealed(
    make_bench: Callable[..., Bench], keyring: Keyring, wait_until: WaitUntil
) -> None:
    bench = make_bench()
    claimed = REGISTRY.get_sample_value("rollcall_worker_notes_claimed_total") or 0.0
    await bench.post((job(1), NOTE))
    bench.thread.start()
    await wait_until(bench.results)
    result = bench.results()["note-1"]
    assert (result.verdict, result.reason) == (Verdict.ACCEPTED, Reason.GOOD_NOTE)
    assert result.embedding is not None
    embedding = unpack_embedding(
        keyring.open(result.embedding, embedding_binding("note-1", 7, bench.encoder.name, bench.encoder.weight_hash))
    )
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)
    assert result.speech_seconds
    assert {"queue", "decode", "speech", "embed", "work"} <= result.timings.keys()
    assert REGISTRY.get_sample_value("rollcall_worker_notes_claimed_total") == claimed + 1


async def test_without_the_segmentation_nobody_enrols_and_everybody_checks_in(
    make_bench: Callable[..., Bench], keyring: Keyring, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_models_dir: Path) -> Segmentation:
        raise ModelError("no source has it")

    monkeypatch.setattr("worker.audio.blend.Segmentation", away)
    bench = make_bench()
    waveform = decode(NOTE)
    own = bench.encoder.embed([cut(waveform, SpeechDetector().detect(waveform)).samples])[0]
    client = bot_end.connect(bench.url)
    content = Content({7: Voiceprint(bench.encoder.name, bench.encoder.weight_hash, own)})
    await GalleryWriter(client, keyring).write(1, partial(_of, content))
    await client.aclose()
    await bench.post((job(1), NOTE), (job(2, Purpose.CHECK_IN, 1), NOTE))
    bench.thread.start()
    await wait_until(lambda: len(bench.results()) == 2)
    assert bench.results()["note-1"].reason is Reason.PROCESSING_FAILED
    assert bench.results()["note-2"].verdict is Verdict.ACCEPTED

    monkeypatch.undo()
    bench.worker._judge._chaperon._next_try = 0.0
    await bench.post((job(3), NOTE))
    await wait_until(lambda: len(bench.results()) == 3)
    assert bench.results()["note-3"].reason is Reason.GOOD_NOTE


async def test_one_bad_note_costs_only_itself(make_bench: Callable[..., Bench], wait_until: WaitUntil) -> None:
    bench = make_bench()
    cut_off = oggs.write(oggs.read(NOTE)[:4])[:-7]
    await bench.post(*((job(n), NOTE) for n in (1, 2)), (job(3), b"rubbish"), (job(4), NOTE[:900]), (job(5), cut_off))
    bench.thread.start()
    await wait_until(lambda: len(bench.results()) == 5)
    reasons = {job_id: result.reason for job_id, result in bench.results().items()}
    assert reasons == {
        "note-1": Reason.GOOD_NOTE,
        "note-2": Reason.GOOD_NOTE,
        "note-3": Reason.UNREADABLE,
        "note-4": Reason.DAMAGED,
        "note-5": Reason.DAMAGED,
    }


async def test_a_batch_that_fails_is_judged_note_by_note(
    make_bench: Callable[..., Bench], wait_until: WaitUntil
) -> None:
    bench = make_bench(Fragile(lambda count: count > 3))
    await bench.post(*((job(n), NOTE) for n in range(5)))
    bench.thread.start()
    await wait_until(lambda: len(bench.results()) == 5)
    assert {result.verdict for result in bench.results().values()} == {Verdict.ACCEPTED}


async def test_a_note_that_cannot_be_judged_is_answered_with_a_failure(
    make_bench: Callable[..., Bench], wait_until: WaitUntil
) -> None:
    bench = make_bench(Fragile(lambda count: count > 0))
    await bench.post((job(1), NOTE))
    bench.thread.start()
    await wait_until(bench.results)
    assert bench.results()["note-1"].verdict is Verdict.FAILED
    assert bench.client.xlen(keys.JOBS) == 0


async def test_a_note_whose_fingerprint_cannot_be_taken_costs_only_itself(
    make_bench: Callable[..., Bench], wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = synthetic("shelby", 1)
    length = len(decode(other).samples)

    def fails(waveform: Waveform, speech: Speech) -> tuple[bytes, bytes]:
        if len(waveform.samples) == length:
            raise FloatingPointError("not a number")
        return fingerprints(waveform, speech)

    monkeypatch.setattr("worker.judge.fingerprints", fails)
    bench = make_bench()
    await bench.post((job(1), NOTE), (job(2), other), (job(3), NOTE))
    bench.thread.start()
    await wait_until(lambda: len(bench.results()) == 3)
    verdicts = [bench.results()[f"note-{number}"].verdict for number in (1, 2, 3)]
    assert verdicts == [Verdict.ACCEPTED, Verdict.FAILED, Verdict.ACCEPTED]
    assert bench.results()["note-1"].fingerprint


async def test_a_check_in_is_matched_with_its_class_and_explained(
    make_bench: Callable[..., Bench], keyring: Keyring, wait_until: WaitUntil
) -> None:
    bench = make_bench()
    await bench.post((job(1), NOTE))
    bench.thread.start()
    await wait_until(bench.results)
    sealed = bench.results()["note-1"].embedding
    assert sealed is not None
    own = unpack_embedding(
        keyring.open(sealed, embedding_binding("note-1", 7, bench.encoder.name, bench.encoder.weight_hash))
    )
    client = bot_end.connect(bench.url)
    content = Content({7: Voiceprint(bench.encoder.name, bench.encoder.weight_hash, own)})
    await GalleryWriter(client, keyring).write(1, lambda: _of(content))
    await client.aclose()
    await bench.post((job(2, Purpose.CHECK_IN, 1), NOTE), (job(3, Purpose.CHECK_IN, 2), NOTE))
    await wait_until(lambda: len(bench.results()) == 3)
    matched, elsewhere = bench.results()["note-2"], bench.results()["note-3"]
    assert matched.verdict is Verdict.ACCEPTED
    assert matched.score == pytest.approx(1, abs=1e-4)
    assert None not in (matched.threshold, matched.confidence, matched.fingerprint)
    assert matched.embedding is None
    assert elsewhere.reason is Reason.NOT_ENROLLED


async def test_a_raised_cut_turns_an_accepted_note_into_a_doubtful_one(
    make_bench: Callable[..., Bench], keyring: Keyring, wait_until: WaitUntil
) -> None:
    bench = make_bench()
    bench.thread.start()
    client = bot_end.connect(bench.url)
    writer = GalleryWriter(client, keyring)
    waveform = decode(NOTE)
    own = bench.encoder.embed([cut(waveform, SpeechDetector().detect(waveform)).samples])[0]
    prints = {7: Voiceprint(bench.encoder.name, bench.encoder.weight_hash, own)}
    for number, (raised, verdict) in enumerate(((0.0, Verdict.ACCEPTED), (0.12, Verdict.UNSURE)), start=1):
        content = Content(prints, raised)
        await writer.write(1, partial(_of, content))
        await bench.post((job(number, Purpose.CHECK_IN, 1), NOTE))
        result = await wait_until(partial(lambda note: bench.results().get(note), f"note-{number}"))
        assert result.verdict is verdict
    await client.aclose()


async def test_a_worker_that_has_nothing_to_do_holds_no_voice_that_was_erased(
    make_bench: Callable[..., Bench], keyring: Keyring, wait_until: WaitUntil
) -> None:
    bench = make_bench()
    client = bot_end.connect(bench.url)
    writer = GalleryWriter(client, keyring)
    print_ = Voiceprint(bench.encoder.name, bench.encoder.weight_hash, np.array([0.6, 0.8], np.float32))
    for class_id in (1, 2, 3):
        await writer.write(class_id, partial(_of, Content({7: print_})))
    held = [bench.galleries.get(class_id) for class_id in (1, 2, 3)]
    held[0].scores(print_.centroid, None)
    await writer.write(1, partial(_of, Content({})))
    await writer.drop(2, 7)
    bench.thread.start()
    await wait_until(lambda: not any(one.centroids.any() for one in held[:2]))
    assert not held[0]._seen
    assert bench.galleries.get(3) is held[2], "what did not change stays"
    assert held[2].centroids.any()
    await client.aclose()


async def test_without_a_queue_a_worker_holds_no_voice_at_all(
    make_bench: Callable[..., Bench], keyring: Keyring, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    client = bot_end.connect(bench.url)
    print_ = Voiceprint(bench.encoder.name, bench.encoder.weight_hash, np.array([0.6, 0.8], np.float32))
    await GalleryWriter(client, keyring).write(1, partial(_of, Content({7: print_})))
    await client.aclose()
    held = bench.galleries.get(1)

    def away() -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(bench.worker._queue, "open", away)
    bench.thread.start()
    await wait_until(lambda: not held.centroids.any())


async def _of(content: Content) -> Content:
    return content


async def test_a_worker_told_to_stop_finishes_what_it_holds(
    make_bench: Callable[..., Bench], wait_until: WaitUntil
) -> None:
    bench = make_bench()
    await bench.post(*((job(n), NOTE) for n in range(4)))
    bench.thread.start()
    await wait_until(lambda: bench.client.xpending(keys.JOBS, keys.WORKERS)["pending"])
    bench.worker.stop()
    bench.thread.join(20)
    assert not bench.thread.is_alive()
    assert bench.client.xpending(keys.JOBS, keys.WORKERS)["pending"] == 0
    assert len(bench.results()) == 4


async def test_a_note_that_takes_long_is_held_all_the_while(
    make_bench: Callable[..., Bench], wait_until: WaitUntil
) -> None:
    leave, seen = threading.Event(), [0]
    bench = make_bench(Fragile(lambda _count: not leave.wait(30)), timedelta(seconds=0.2))
    await bench.post((job(1), NOTE))
    bench.thread.start()

    def held_anew() -> bool:
        pending: list[dict[str, int]] = bench.client.xpending_range(  # type: ignore[assignment]
            keys.JOBS, keys.WORKERS, "-", "+", 1
        )
        idle = pending[0]["time_since_delivered"] if pending else 0
        seen.append(idle)
        return idle < seen[-2]

    for _ in range(2):
        await wait_until(held_anew)
    leave.set()
    await wait_until(bench.results)


async def test_a_worker_told_to_stop_still_judges_what_ffmpeg_is_at(
    make_bench: Callable[..., Bench], wait_until: WaitUntil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, begun = tmp_path / "ffmpeg", tmp_path / "begun"
    slow.write_text(f"#!/bin/sh\ntouch {begun}\nsleep 1\nexit 1\n")
    slow.chmod(0o700)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(slow))
    bench = make_bench()
    await bench.post((job(1), b"fLaC" + bytes(1000)))
    bench.thread.start()
    await wait_until(begun.exists)
    bench.worker.stop()
    bench.thread.join(20)
    assert bench.results()["note-1"].reason is Reason.BROKEN_FILE
    assert bench.client.xpending(keys.JOBS, keys.WORKERS)["pending"] == 0


async def test_a_worker_that_hangs_in_a_note_is_seen_not_to_move(
    make_bench: Callable[..., Bench], wait_until: WaitUntil
) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hang(_count: int) -> bool:
        entered.set()
        return not leave.wait(30)

    bench = make_bench(Fragile(hang))
    still = bench.worker.pulse.stopped_for(timedelta(seconds=0.5))
    await bench.post((job(1), NOTE))
    assert still() is None  # it has not begun
    bench.thread.start()
    await wait_until(entered.is_set)
    await wait_until(still)
    leave.set()
    await wait_until(bench.results)
    await wait_until(lambda: still() is None)


async def test_notes_made_to_take_long_hold_up_none_of_those_that_came_with_them(
    make_bench: Callable[..., Bench], wait_until: WaitUntil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, gate = tmp_path / "ffmpeg", tmp_path / "gate"
    hanging.write_text(f"#!/bin/sh\nwhile [ ! -e {gate} ]; do sleep 0.1; done\nexit 1\n")
    hanging.chmod(0o700)
    bomb = b"fLaC" + bytes(1000)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(hanging))
    monkeypatch.setattr(ffmpeg, "WALL_SECONDS", 600)
    bench = make_bench()
    await bench.post(*((job(n), bomb) for n in range(8)), *((job(n), NOTE) for n in range(8, 16)))
    bench.thread.start()
    await wait_until(lambda: len(bench.results()) == 8)
    await bench.post(*((job(n), NOTE) for n in range(16, 20)))
    await wait_until(lambda: len(bench.results()) == 12)
    assert {result.reason for result in bench.results().values()} == {Reason.GOOD_NOTE}

    gate.touch()
    await wait_until(lambda: len(bench.results()) == 20)
    assert bench.results()["note-0"].reason is Reason.BROKEN_FILE
    assert bench.client.xpending(keys.JOBS, keys.WORKERS)["pending"] == 0


class Unreachable(GalleryReader):
    """A gallery that is out of reach the first few times."""

    left = 2

    def get(self, class_id: int) -> Gallery:
        if self.left:
            self.left -= 1
            raise redis.ConnectionError("refused")
        return super().get(class_id)


async def test_a_queue_that_is_lost_while_a_note_is_judged_is_waited_for_and_no_fault_of_the_note(
    make_bench: Callable[..., Bench], wait_until: WaitUntil
) -> None:
    bench = make_bench()
    galleries = Unreachable(bench.client, bench.keyring, bench.encoder.name, bench.encoder.weight_hash)
    bench.worker._judge = Judge(bench.encoder, galleries, bench.keyring)
    await bench.post((job(1, Purpose.CHECK_IN, 1), NOTE))
    bench.thread.start()
    await wait_until(bench.results)
    assert bench.results()["note-1"].reason is Reason.NOT_ENROLLED  # what an empty gallery says, and no failure
    assert bench.results()["note-1"].verdict is Verdict.PENDING, "nobody is told before the database was asked"
    assert galleries.left == 0
