"""Telephone notes: compared with what a telephone passes of the enrolment, and refused as ever where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.dummy.encoder import Dummy
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import Operating, point_on
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import unpack_embedding
from rollcall.queue.job import Job, Result
from rollcall.sealing.seal import Keyring, embedding_binding, narrow_embedding_binding
from tests import sounds
from tests.end_to_end.product import synthetic
from worker.audio.band import narrowed
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut
from worker.audio.waveform import Waveform
from worker.judge import Judge

ENCODER = Dummy()
ANNA, BORIS = 7, 8
POINT = replace(point_on(30.0, -20.0, 0.0), accept=0.9, unsure=0.5)


def called(note: bytes) -> bytes:
    """The same note over a telephone."""
    sound = sounds.sound_of(note)
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / sounds.RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    return sounds.voice_note(np.fft.irfft(spectrum, len(sound)).astype(np.float32))


WIDE = synthetic("zac", 1)
CALLED = called(synthetic("zac", 2))
STRANGERS = called(synthetic("shelby", 1))


def spoken(note: bytes) -> Waveform:
    waveform = decode(note)
    return cut(waveform, SpeechDetector().detect(waveform))


def embedded(waveform: Waveform) -> NDArray[np.float32]:
    embedding: NDArray[np.float32] = ENCODER.embed([waveform.samples])[0]
    return embedding


def away_from(row: NDArray[np.float32]) -> NDArray[np.float32]:
    """A voice quite unlike it."""
    other = np.roll(row, len(row) // 2)
    other -= (other @ row) * row
    return np.asarray(other / np.linalg.norm(other), np.float32)


WIDE_ROWS = np.stack([embedded(spoken(WIDE)), away_from(embedded(spoken(WIDE)))])
NARROW_ROWS = np.stack([embedded(narrowed(spoken(WIDE))), away_from(embedded(narrowed(spoken(WIDE))))])


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Operating:
    """The test encoder has cuts for telephone notes."""
    monkeypatch.setattr("worker.judge.narrow_point", lambda _hash: POINT)
    return POINT


def gallery(narrow: NDArray[np.float32] | None = NARROW_ROWS, people: tuple[int, ...] = (ANNA, BORIS)) -> Gallery:
    second = Gallery(people, narrow[: len(people)]) if narrow is not None else None
    return Gallery((ANNA, BORIS), WIDE_ROWS, narrow=second)


def judged(keyring: Keyring, note: bytes, known: Gallery, purpose: Purpose = Purpose.CHECK_IN, **facts: Any) -> Result:
    galleries: Any = SimpleNamespace(get=lambda _class_id: known)
    judge = Judge(ENCODER, galleries, keyring)
    job = Job(
        id="n1", purpose=purpose, person_id=ANNA, class_id=1 if purpose is Purpose.CHECK_IN else None,
        queued_at=datetime.now(UTC), **facts,
    )  # fmt: skip
    (result,) = judge.judge([judge.listen(job, note)])
    return result


def test_an_enrolment_note_is_heard_as_a_telephone_passes_it_too(keyring: Keyring, point: Operating) -> None:
    result = judged(keyring, WIDE, gallery(), Purpose.ENROL)
    assert result.narrow is not None
    assert result.embedding is not None
    of = "n1", ANNA, ENCODER.name, ENCODER.weight_hash
    narrow = unpack_embedding(keyring.open(result.narrow, narrow_embedding_binding(*of)))
    wide = unpack_embedding(keyring.open(result.embedding, embedding_binding(*of)))
    assert np.array_equal(narrow, NARROW_ROWS[0])
    assert np.array_equal(wide, WIDE_ROWS[0])
    assert not np.allclose(narrow, wide, atol=0.01)


def test_a_telephone_note_of_the_owner_is_taken_and_a_strangers_is_not(keyring: Keyring, point: Operating) -> None:
    own = judged(keyring, CALLED, gallery())
    assert (own.verdict, own.reason) == (Verdict.ACCEPTED, Reason.MATCH)
    expected = float(NARROW_ROWS[0] @ embedded(narrowed(spoken(CALLED))))
    assert own.score == pytest.approx(expected, abs=1e-6)
    assert own.threshold == point.accept
    assert own.fingerprint is not None
    stranger = judged(
        keyring, STRANGERS, gallery(np.stack([away_from(embedded(narrowed(spoken(STRANGERS)))), NARROW_ROWS[1]]))
    )
    assert (stranger.verdict, stranger.reason) == (Verdict.REFUSED, Reason.NARROW_BAND), "nobody is accused by it"
    assert stranger.score is not None
    assert stranger.score < point.unsure


def test_where_a_telephone_leaves_a_doubt_another_way_to_record_is_asked_for(
    keyring: Keyring, point: Operating, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.judge.narrow_point", lambda _hash: replace(point, accept=0.9999, unsure=0.0))
    result = judged(keyring, CALLED, gallery())
    assert (result.verdict, result.reason) == (Verdict.REFUSED, Reason.NARROW_BAND)
    assert result.score is not None
    assert result.embedding is None, "it is never averaged with a note of another channel"
    assert result.fingerprint is None, "so that the same words, sent otherwise, are no repetition"


@pytest.mark.parametrize(
    ("known", "purpose", "facts"),
    [
        (gallery(None), Purpose.CHECK_IN, {}),
        (gallery(NARROW_ROWS[1:], (BORIS,)), Purpose.CHECK_IN, {}),
        (gallery(), Purpose.CHECK_IN, {"voice_waits": True}),
        (gallery(), Purpose.ENROL, {}),
    ],
    ids=["nobody has a second print", "others have one", "the voice waits", "an enrolment"],
)
def test_as_ever_a_telephone_note_is_refused(
    keyring: Keyring, point: Operating, known: Gallery, purpose: Purpose, facts: dict[str, Any]
) -> None:
    result = judged(keyring, CALLED, known, purpose, **facts)
    assert (result.verdict, result.reason) == (Verdict.REFUSED, Reason.NARROW_BAND)
    assert (result.score, result.narrow, result.embedding) == (None, None, None)


def test_an_encoder_without_such_cuts_refuses_telephone_notes_and_makes_no_second_print(keyring: Keyring) -> None:
    assert judged(keyring, CALLED, gallery()).reason is Reason.NARROW_BAND
    assert judged(keyring, WIDE, gallery(), Purpose.ENROL).narrow is None


def test_an_ordinary_note_scores_the_same_to_the_bit_with_second_prints_and_without(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = [WIDE, synthetic("zac", 2), synthetic("shelby", 1)]
    without = [judged(keyring, note, gallery(None)) for note in notes]
    monkeypatch.setattr("worker.judge.narrow_point", lambda _hash: POINT)
    beside = [judged(keyring, note, gallery()) for note in notes]
    sealed = {"timings", "fingerprint", "shapes", "embedding"}
    assert [one.model_dump(exclude=sealed) for one in without] == [one.model_dump(exclude=sealed) for one in beside]
    assert {one.verdict for one in without} == {Verdict.ACCEPTED, Verdict.UNSURE, Verdict.UNKNOWN}
