"""Where a note's sound is refused: each limit from both sides, and the facts they are held against."""

from dataclasses import replace

import numpy as np
import pytest

from rollcall.domain.verdict import Purpose, Reason
from worker.audio.quality import Quality, complaint, is_narrow, measure
from worker.audio.speech import Speech
from worker.audio.waveform import SAMPLE_RATE, Waveform

GOOD = Quality(duration=4.0, speech=3.0, level=-30.0, clipped=0.0, snr=20.0, high_band=-20.0)
CHECK_IN, ENROL = Purpose.CHECK_IN, Purpose.ENROL


@pytest.mark.parametrize(
    ("fact", "value", "purpose", "reason"),
    [
        ("snr", 8.0, CHECK_IN, None), ("snr", 7.99, CHECK_IN, Reason.NOISY),
        ("snr", 12.0, ENROL, None), ("snr", 11.99, ENROL, Reason.NOISY),
        ("speech", 1.0, CHECK_IN, None), ("speech", 0.99, CHECK_IN, Reason.TOO_SHORT),
        ("speech", 1.0, ENROL, None), ("speech", 0.99, ENROL, Reason.TOO_SHORT),
        ("speech", 0.3, CHECK_IN, Reason.TOO_SHORT), ("speech", 0.29, CHECK_IN, Reason.NO_SPEECH),
        ("level", -50.0, CHECK_IN, None), ("level", -50.1, CHECK_IN, Reason.TOO_QUIET),
        ("clipped", 0.02, CHECK_IN, None), ("clipped", 0.021, CHECK_IN, Reason.CLIPPED),
        ("high_band", -46.0, CHECK_IN, None), ("high_band", -46.1, CHECK_IN, Reason.NARROW_BAND),
    ],
)  # fmt: skip
def test_each_limit_stands_where_the_docs_say(fact: str, value: float, purpose: Purpose, reason: Reason | None) -> None:
    assert complaint(replace(GOOD, **{fact: value}), purpose) is reason


def test_where_telephone_notes_can_be_judged_their_other_faults_are_told() -> None:
    called = replace(GOOD, high_band=-50.0)
    assert complaint(called, CHECK_IN, narrow_too=True) is None
    assert complaint(replace(called, snr=7.0), CHECK_IN, narrow_too=True) is Reason.NOISY
    assert complaint(replace(called, speech=0.5), CHECK_IN, narrow_too=True) is Reason.TOO_SHORT
    assert is_narrow(called)
    assert not is_narrow(replace(GOOD, high_band=-46.0))


def test_what_holds_no_speech_is_silence_only_where_it_is_quiet() -> None:
    assert complaint(replace(GOOD, speech=0.1, level=-50.1), CHECK_IN) is Reason.SILENCE
    assert complaint(replace(GOOD, speech=0.1, level=-50.0), CHECK_IN) is Reason.NO_SPEECH


def tones(*parts: tuple[float, float], seconds: float = 1.0) -> np.ndarray:
    """Of frequencies and amplitudes."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.asarray(sum(size * np.sin(2 * np.pi * hertz * time) for hertz, size in parts), np.float32)


def measured(samples: np.ndarray, *segments: tuple[float, float]) -> Quality:
    return measure(Waveform(samples), Speech(np.zeros(0, np.float32), segments))


def test_level_clipping_and_noise_are_those_of_speech_and_pause() -> None:
    voice, pause = tones((1000, 0.1)), tones((1000, 0.001))
    found = measured(np.concatenate([pause, voice, pause]), (1.0, 2.0))
    assert (found.duration, found.speech) == (3.0, 1.0)
    assert found.level == pytest.approx(-23.0, abs=0.05)
    assert found.snr == pytest.approx(40.0, abs=0.2)
    assert found.clipped == 0
    loud = tones((1000, 0.1))
    loud[: SAMPLE_RATE // 10] = 0.985
    assert measured(loud, (0.0, 1.0)).clipped == pytest.approx(0.1)
    assert measured(loud, (0.0, 1.0)).snr < 25, "no pause: the quietest of the speech itself"


def test_a_loud_pause_is_not_taken_for_the_floor_where_the_speech_has_a_quieter_one() -> None:
    voice = np.concatenate([tones((1000, 0.1)), tones((1000, 0.0001)), tones((1000, 0.1))])
    found = measured(np.concatenate([voice, tones((1000, 0.1))]), (0.0, 3.0))
    assert found.snr > 50
    without = measured(tones((1000, 0.1)))
    assert without.snr == 0, "nobody speaks"


def test_the_high_band_is_told_from_the_telephones() -> None:
    assert measured(tones((1000, 0.1), (6000, 0.01)), (0.0, 1.0)).high_band == pytest.approx(-20, abs=0.2)
    assert measured(tones((200, 0.5), (1000, 0.1), (6000, 0.01)), (0.0, 1.0)).high_band == pytest.approx(-20, abs=0.2)
    assert measured(tones((1000, 0.1), (4000, 0.5), (6000, 0.01), (7800, 0.5)), (0.0, 1.0)).high_band < -18
    assert measured(np.zeros(300, np.float32), (0.0, 0.01)).high_band == 0
    one_frame = measured(tones((1000, 0.1), (6000, 0.01), seconds=0.025), (0.0, 0.025))
    assert one_frame.high_band < -10
    assert measured(np.zeros(SAMPLE_RATE, np.float32)).level == -100


def test_a_frame_that_is_mostly_speech_counts_as_speech() -> None:
    frame = 400 / SAMPLE_RATE
    voice, pause = tones((1000, 0.1), seconds=0.6 * frame), tones((1000, 0.001), seconds=40.4 * frame)
    found = measured(np.concatenate([voice, pause]), (0.0, 0.6 * frame))
    assert found.snr == pytest.approx(10 * np.log10(0.6) + 40, abs=0.3)


def test_the_telephones_band_ends_below_3400_hertz() -> None:
    assert measured(tones((3400, 0.1), (6000, 0.1)), (0.0, 1.0)).high_band > 5, "its own bin is not the telephone's"
    assert measured(tones((3360, 0.1), (6000, 0.1)), (0.0, 1.0)).high_band == pytest.approx(0.5, abs=1.0)
