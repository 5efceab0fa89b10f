"""The words of a challenge are listened for after the voice, by who can, and nobody else's answer waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import redis

from models import recogniser
from models.dummy.encoder import Dummy
from models.errors import ModelError
from models.recogniser.reading import TAIL, Reading, Samples
from rollcall.domain.challenge import Words
from rollcall.domain.verdict import Purpose, Verdict
from rollcall.queue import bot_end, keys
from rollcall.queue.bot_end import BotQueue
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.job import Job, Result, SpokenChallenge
from rollcall.queue.worker_end import WorkerQueue
from rollcall.sealing.seal import Keyring
from sandbox.saying import saying
from tests.conftest import WaitUntil
from tests.end_to_end.product import synthetic
from worker.audio.decode import decode
from worker.audio.speech import Speech
from worker.audio.waveform import SAMPLE_RATE, Waveform
from worker.judge import Judge
from worker.loop import Worker
from worker.words import Ear, told

LEASE = timedelta(seconds=30)
ASKED = SpokenChallenge(language="en", items=tuple("4712"))


class Bench:
    """A worker with an ear, and what comes out of it."""

    def __init__(self, client: redis.Redis, url: str, keyring: Keyring, ear: Ear | None) -> None:
        self.client, self.url, self.keyring = client, url, keyring
        encoder = Dummy()
        galleries = GalleryReader(client, keyring, encoder.name, encoder.weight_hash)
        queue = WorkerQueue(client, keyring, LEASE)
        self.worker = Worker(queue, Judge(encoder, galleries, keyring), galleries, LEASE / 4, ear)
        self.thread = threading.Thread(target=self.worker.run)

    async def post(self, *notes: tuple[str, bytes, SpokenChallenge | None]) -> None:
        async with bot_end.connect(self.url) as client:
            box = BotQueue(client, self.keyring, LEASE)
            await box.open()
            for name, audio, asked in notes:
                now = datetime.now(UTC)
                await box.post(Job(id=name, purpose=Purpose.ENROL, person_id=7, queued_at=now, challenge=asked), audio)

    def results(self) -> dict[str, Result]:
        entries: list[tuple[bytes, dict[bytes, bytes]]] = self.client.xrange(keys.RESULTS)  # type: ignore[assignment]
        found = [Result.model_validate_json(fields[b"result"]) for _, fields in entries]
        assert len({result.job_id for result in found}) == len(found), "a note was settled twice"
        return {result.job_id: result for result in found}


MakeBench = Callable[[Ear | None], Bench]


@pytest.fixture
def make_bench(redis_client: redis.Redis, redis_url: str, keyring: Keyring) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def make(ear: Ear | None) -> Bench:
        made.append(Bench(redis_client, redis_url, keyring, ear))
        return made[-1]

    yield make
    for bench in made:
        bench.worker.stop()
        if bench.thread.is_alive():
            bench.thread.join()


@pytest.fixture
def ear(tmp_path: Path) -> Ear:
    return Ear("dummy", tmp_path)


async def test_a_note_comes_back_with_what_was_heard_of_its_challenge(
    make_bench: MakeBench, ear: Ear, wait_until: WaitUntil
) -> None:
    bench = make_bench(ear)
    await bench.post(
        ("right", saying("zac", "4712", 4, whistled=True), ASKED),
        ("other", saying("zac", "4713", 5, whistled=True), ASKED),
        ("unclear", saying("klatt2", "472", 4, whistled=True), ASKED),
        ("nothing", synthetic("zac", 6), ASKED),
        ("unasked", saying("zac", "4712", 6, whistled=True), None),
        ("no-voice", b"OggS" + bytes(100), ASKED),
    )
    bench.thread.start()
    await wait_until(lambda: len(bench.results()) == 6)
    results = bench.results()
    assert {name: result.words for name, result in results.items()} == {
        "right": Words.HEARD,
        "other": Words.SOMETHING_ELSE,
        "unclear": Words.UNSURE,
        "nothing": Words.NOT_HEARD,
        "unasked": None,
        "no-voice": None,
    }
    assert results["right"].words_score == 0
    assert (results["other"].words_score or 0) < -50
    assert all(result.verdict is Verdict.ACCEPTED for name, result in results.items() if name != "no-voice")
    assert ["words" in results[name].timings for name in ("right", "unasked", "no-voice")] == [True, False, False]
    assert results["right"].timings["work"] > results["right"].timings["words"]


def _slow(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """An ear that says when it listens, and then waits until it may go on."""
    goes_on, listening = threading.Event(), threading.Event()

    def slowly(_asked: SpokenChallenge, *_note: object) -> tuple[Words, float | None]:
        listening.set()
        assert goes_on.wait(20)
        return Words.HEARD, 0.0

    monkeypatch.setattr(ear, "hear", slowly)
    return goes_on, listening


async def test_nobody_waits_for_the_words_of_another_note(
    make_bench: MakeBench, ear: Ear, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, listening = _slow(ear, monkeypatch)
    monkeypatch.setattr("worker.loop.BATCH", 2)  # fewer than wait for their words
    bench = make_bench(ear)
    notes = [synthetic("zac", number) for number in range(1, 7)]
    await bench.post(*((f"asked-{n}", notes[n], ASKED) for n in range(3)), ("same-batch", notes[3], None))
    bench.thread.start()
    await wait_until(lambda: "same-batch" in bench.results())
    await wait_until(listening.is_set)
    await bench.post(("later", notes[4], None))
    await wait_until(lambda: "later" in bench.results())
    assert set(bench.results()) == {"same-batch", "later"}
    goes_on.set()
    await wait_until(lambda: len(bench.results()) == 5)
    assert [bench.results()[f"asked-{n}"].words for n in range(3)] == [Words.HEARD] * 3


async def test_a_worker_that_is_stopped_answers_the_note_that_it_is_listening_to(
    make_bench: MakeBench, ear: Ear, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, listening = _slow(ear, monkeypatch)
    bench = make_bench(ear)
    await bench.post(*((f"asked-{n}", synthetic("zac", n + 1), ASKED) for n in range(2)))
    bench.thread.start()
    await wait_until(listening.is_set)
    bench.worker.stop()
    goes_on.set()
    bench.thread.join()
    assert bench.results()["asked-0"].words is Words.HEARD
    held = bench.client.xpending(keys.JOBS, keys.WORKERS)["pending"]
    assert held == 2 - len(bench.results()), "what was not begun is left to others"


async def test_a_worker_without_a_recogniser_says_that_words_were_not_checked(
    make_bench: MakeBench, tmp_path: Path, wait_until: WaitUntil
) -> None:
    for number, ear in enumerate((None, Ear("none", tmp_path), Ear(recogniser.CARD.name, tmp_path))):
        bench = make_bench(ear)
        await bench.post((f"note-{number}", synthetic("zac", number + 1), ASKED))
        bench.thread.start()
        await wait_until(lambda bench=bench, number=number: f"note-{number}" in bench.results())
        result = bench.results()[f"note-{number}"]
        assert (result.verdict, result.words, result.words_score) == (Verdict.ACCEPTED, Words.NOT_CHECKED, None)
        assert not bench.client.exists(keys.HEARS_WORDS)
        bench.worker.stop()
        bench.thread.join()


async def test_a_worker_tells_that_it_hears_words(
    make_bench: MakeBench, ear: Ear, redis_client: redis.Redis, wait_until: WaitUntil
) -> None:
    make_bench(ear).thread.start()
    await wait_until(lambda: redis_client.exists(keys.HEARS_WORDS))


def test_a_note_is_listened_to_up_to_a_moment_after_its_speech() -> None:
    waveform = Waveform(np.arange(10 * SAMPLE_RATE, dtype=np.float32))
    last = waveform.samples[-1]
    assert told(waveform, None)[-1] == last
    assert told(waveform, Speech(np.zeros(0, np.float32), ()))[-1] == last
    assert told(waveform, Speech(np.zeros(0, np.float32), ((9.0, 10.0),)))[-1] == last
    heard = told(waveform, Speech(np.zeros(0, np.float32), ((0.5, 2.0), (3.0, 4.0))))
    assert heard[0] == 0
    assert 4.2 * SAMPLE_RATE < len(heard) < 5 * SAMPLE_RATE


def test_a_note_that_waits_for_its_words_keeps_no_more_than_what_is_read_of_it() -> None:
    waveform = Waveform(np.ones(60 * SAMPLE_RATE, np.float32))
    kept = told(waveform, None)
    assert len(kept) == TAIL * SAMPLE_RATE
    assert kept.base is None, "a slice would keep the whole note"


class Blurting:
    """Fails, and says in its error what it heard."""

    name = "blurting"

    def read(self, _samples: Samples, _language: str) -> Reading:
        raise ValueError("четыре семь один два")


def test_a_recogniser_that_fails_costs_nobody_anything_and_blurts_nothing_out(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recogniser, "load", lambda _name, _folder: Blurting())
    with caplog.at_level(logging.DEBUG):
        assert ear.hear(ASKED, decode(synthetic("zac", 1)).samples) == (Words.NOT_CHECKED, None)
    assert "ValueError" in caplog.text
    assert "четыре" not in caplog.text
    assert "4712" not in caplog.text


def test_a_recogniser_that_cannot_be_loaded_is_not_tried_again_and_no_ability_any_more(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Sequence[object]] = []

    def broken(*arguments: object) -> None:
        tried.append(arguments)
        raise ModelError("the file is of something else")

    monkeypatch.setattr(recogniser, "load", broken)
    assert ear.able
    for _ in range(2):
        assert ear.hear(ASKED, decode(synthetic("zac", 1)).samples) == (Words.NOT_CHECKED, None)
    assert len(tried) == 1
    assert not ear.able


def test_a_recogniser_that_nobody_knows_is_said_and_hears_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert not Ear("wisper", tmp_path).able
    assert "no model is called 'wisper'" in caplog.text
