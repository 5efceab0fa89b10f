"""Who enrols is alone: blends of two voices are refused by the real judge, honest notes are not."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.blends import KINDS, Bench, Heard, in_turns, laid_over, refused
from rollcall.domain.verdict import Reason
from tests.end_to_end.product import SYNTHETIC, synthetic
from worker.audio.blend import OnePerson, Weighing
from worker.audio.decode import decode

VOICES = sorted(path.parent.name for path in SYNTHETIC.glob("*/01.ogg"))


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench([])


@pytest.fixture(scope="module")
def real(voices: Path) -> Bench:
    return Bench([voices / "train", voices / "dev"])


def until_refused(bench: Bench, notes: Iterator[NDArray[np.float32]]) -> list[Heard]:
    heard: list[Heard] = []
    for note in notes:
        heard.append(bench.hear(note))
        if heard[-1].reason is Reason.SEVERAL_SPEAKERS:
            break
    return heard


def test_every_synthetic_voice_enrols_alone(bench: Bench) -> None:
    for voice in VOICES:
        notes = [bench.hear(decode(synthetic(voice, number)).samples) for number in (1, 2, 3)]
        assert not refused(notes), voice


def test_two_synthetic_voices_laid_over_each_other_do_not_enrol(bench: Bench) -> None:
    for one, other in (("zac", "steph2"), ("klatt2", "Gene2")):
        blends = (
            laid_over(0)(decode(synthetic(one, n)).samples, decode(synthetic(other, n)).samples) for n in (1, 2, 3)
        )
        assert refused(until_refused(bench, blends)), (one, other)


def test_a_synthetic_voice_that_speaks_for_long_enrols(bench: Bench) -> None:
    for voice in ("zac", "steph2", "shelby"):
        speech = np.concatenate([decode(synthetic(voice, number)).samples for number in range(1, 7)])
        speech = np.tile(speech, 3)[: 50 * 16_000]
        for seconds in (20, 50):
            note = bench.hear(speech[: seconds * 16_000])
            assert note.reason is Reason.GOOD_NOTE, voice
            assert note.doubt is not None
            assert note.doubt < 0, voice


@pytest.mark.voices
def test_real_people_who_speak_for_long_enrol(real: Bench) -> None:
    _, speakers = real.halves()
    for speaker in speakers[-1:] + speakers[:1]:
        speech = np.concatenate([real.speech(path) for path in real.notes(speaker)])
        for seconds in (20, 55):
            note = real.hear(speech[: seconds * 16_000])
            assert note.reason is Reason.GOOD_NOTE, (speaker, seconds)
            assert note.doubt is not None
            assert note.doubt < 0, (speaker, seconds)


@pytest.mark.voices
def test_two_real_voices_do_not_enrol_as_one(real: Bench) -> None:
    _, speakers = real.halves()
    chosen = speakers[:4] + speakers[-4:]
    lost = [
        refused(until_refused(real, real.blends(one, other, KINDS[kind])))
        for (one, other), kind in zip(zip(chosen, chosen[1:] + chosen[:1], strict=True), KINDS, strict=True)
    ]
    assert sum(lost) >= 7


@pytest.mark.voices
def test_real_people_enrol_alone(real: Bench) -> None:
    _, speakers = real.halves()
    for speaker in speakers[:2] + speakers[-1:]:
        notes = [real.hear(decode(path.read_bytes()).samples) for path in real.notes(speaker)[:3]]
        assert not refused(notes), speaker


def test_turns_keep_all_of_both() -> None:
    one, other = np.tile([1, -1], 8000).astype(np.float32), np.tile([2, -2], 8000).astype(np.float32)
    blend = in_turns(0.25)(one, other)
    assert len(blend) == 32_000


def test_doubt_counts_from_the_two_limits() -> None:
    weighing = Weighing(offset=1.0, together=1.0, turns=4.0, most=4.0, most_of_three=2.0)
    together = float(np.exp(6.0)) - 0.005
    assert weighing.odds(together, -1.0) == pytest.approx(3.0)
    assert weighing.doubt(together, -1.0) == pytest.approx(0.5)


def test_the_same_agreement_surprises_more_in_a_long_note() -> None:
    one = OnePerson(mean=(0.4, 0.2), spread=(-2.0, -0.4))
    assert one.surprise(0.4, 1.0) == pytest.approx(0)
    assert one.surprise(0.4 - np.exp(-2.0), 1.0) == pytest.approx(1)
    assert one.surprise(0.6, np.e) == pytest.approx(0)
    assert one.surprise(0.5, 3.0) < one.surprise(0.5, 8.0)
    assert one.surprise(-1.0, 20.0) == 8.0, "more than certain is nothing more"
