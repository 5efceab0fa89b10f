"""The embedding of an accepted note goes back only where it is asked for, and sealed for its owner alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.dummy.encoder import Dummy
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import point_on
from rollcall.domain.verdict import Purpose, Verdict
from rollcall.domain.voiceprint import pack_embedding, unpack_embedding
from rollcall.errors import SealBroken
from rollcall.queue.job import EarlierTry, Job, Result
from rollcall.sealing.seal import Keyring, embedding_binding
from tests.end_to_end.product import synthetic
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut
from worker.judge import Judge

ENCODER, ANNA = Dummy(), 7
POINT = replace(point_on(30.0, -20.0, 0.0), accept=0.9, unsure=0.5)
NOTE, OTHER = synthetic("zac", 1), synthetic("shelby", 1)


def embedded(note: bytes) -> Any:
    waveform = decode(note)
    return ENCODER.embed([cut(waveform, SpeechDetector().detect(waveform)).samples])[0]


def judged(keyring: Keyring, monkeypatch: pytest.MonkeyPatch, note: bytes, accept: float = 0.9, **facts: Any) -> Result:
    known = Gallery((ANNA,), embedded(NOTE)[None])
    galleries: Any = SimpleNamespace(get=lambda _class_id: known)
    monkeypatch.setattr("worker.judge.point_of", lambda _encoder: replace(POINT, accept=accept))
    judge = Judge(ENCODER, galleries, keyring)
    job = Job(
        id="n1", purpose=Purpose.CHECK_IN, person_id=ANNA, class_id=1, queued_at=datetime.now(UTC), **facts
    )  # fmt: skip
    (result,) = judge.judge([judge.listen(job, note)])
    return result


def test_it_goes_back_where_the_job_asks(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = judged(keyring, monkeypatch, NOTE, follows=True)
    assert asked.verdict is Verdict.ACCEPTED
    assert asked.embedding is not None
    of = ENCODER.name, ENCODER.weight_hash
    back = unpack_embedding(keyring.open(asked.embedding, embedding_binding("n1", ANNA, *of)))
    assert np.array_equal(back, embedded(NOTE))
    with pytest.raises(SealBroken):
        keyring.open(asked.embedding, embedding_binding("n1", ANNA + 1, *of))
    assert judged(keyring, monkeypatch, NOTE).embedding is None


def test_of_a_note_that_is_not_accepted_or_not_alone_it_does_not(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = judged(keyring, monkeypatch, OTHER, 0.9999, follows=True)
    assert other.verdict is not Verdict.ACCEPTED
    assert (other.embedding is None) is (other.verdict is not Verdict.UNSURE)
    sealed = keyring.seal(
        pack_embedding(embedded(NOTE)), embedding_binding("n0", ANNA, ENCODER.name, ENCODER.weight_hash)
    )
    before = EarlierTry(attempt_id="n0", weight_hash=ENCODER.weight_hash, embedding=sealed, speech_seconds=3.0)
    together = judged(keyring, monkeypatch, NOTE, follows=True, earlier=(before,))
    assert together.verdict is Verdict.ACCEPTED
    assert together.embedding is None
