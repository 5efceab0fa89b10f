from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import degrade
from evaluation.degrade import parse
from evaluation.rates import Samples
from rollcall.errors import WrongUse
from worker.audio.waveform import SAMPLE_RATE

SPEECH = ((0.5, 1.5), (2.0, 3.5))
EVERY = "noise:10,babble:10+opus:16,reverb:mild,reverb:hard,phone,band,clip:6,gain:-20,short:2,opus:24"


def voice(seed: int = 0, seconds: float = 4.0) -> Samples:
    """Noise, rather low, in the segments of `SPEECH`, and silence between them."""
    rng = np.random.default_rng(seed)
    sound = np.convolve(rng.standard_normal(round(seconds * SAMPLE_RATE)), np.hanning(9) / 40, "same")
    at = np.arange(len(sound)) / SAMPLE_RATE
    return np.where(sum((start <= at) & (at < end) for start, end in SPEECH), sound, 0).astype(np.float32)


def spoiled(text: str, samples: Samples, others: tuple[Samples, ...] = (), seed: int = 0) -> Samples:
    (degradation,) = parse(text)
    return degradation.apply(samples, SPEECH, np.random.default_rng(seed), others)


def decibels(ratio: float) -> float:
    return float(10 * np.log10(ratio))


def tone(frequency: float) -> Samples:
    return (0.3 * np.sin(2 * np.pi * frequency * np.arange(SAMPLE_RATE) / SAMPLE_RATE)).astype(np.float32)


@pytest.mark.parametrize("snr", [-5, 0, 20])
@pytest.mark.parametrize("kind", ["noise", "babble"])
def test_what_is_added_has_the_ratio_to_the_speech_that_was_asked_for(kind: str, snr: int) -> None:
    clean = voice()
    added = spoiled(f"{kind}:{snr}", clean, tuple(voice(seed) for seed in range(1, 8))) - clean
    ratio = degrade.speech_power(clean, SPEECH) / degrade.speech_power(added, ())
    assert decibels(ratio) == pytest.approx(snr, abs=0.05)


def test_pauses_do_not_count_as_speech() -> None:
    clean = voice()
    of_speech, of_everything = degrade.speech_power(clean, SPEECH), degrade.speech_power(clean, ())
    assert of_everything == pytest.approx(of_speech * 2.5 / 4)


def test_babble_is_made_of_the_others() -> None:
    clean, other = voice(), tone(440)
    added = spoiled("babble:0", clean, (other,)) - clean
    spectrum = np.abs(np.fft.rfft(added))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(added) == pytest.approx(440, abs=1)


def test_babble_without_others_says_so() -> None:
    with pytest.raises(WrongUse, match="babble needs"):
        spoiled("babble:0", voice(), (np.zeros(100, np.float32),))


@pytest.mark.parametrize(("room", "t60", "drr"), [("mild", 0.3, 5.0), ("hard", 0.7, 0.0)])
def test_a_room_decays_as_its_name_says(room: str, t60: float, drr: float) -> None:
    assert degrade.ROOMS[room] == (t60, drr)
    response = degrade.room_response(t60, drr, np.random.default_rng(0))
    assert decibels(response[0] ** 2 / np.sum(response[1:] ** 2)) == pytest.approx(drr)
    left = np.cumsum(response[:0:-1] ** 2)[::-1]  # Schroeder's backward integral
    early, late = (int(np.argmax(10 * np.log10(left / left[0]) < fall)) for fall in (-5, -25))
    assert 3 * (late - early) / SAMPLE_RATE == pytest.approx(t60, rel=0.1)


def test_a_room_keeps_the_speech_as_loud_and_fills_the_pauses() -> None:
    clean = voice()
    wet = spoiled("reverb:hard", clean)
    assert degrade.speech_power(wet, SPEECH) == pytest.approx(degrade.speech_power(clean, SPEECH), rel=1e-3)
    assert degrade.speech_power(wet, ((1.5, 1.6),)) > 0.05 * degrade.speech_power(clean, SPEECH)
    assert not wet[: round(0.49 * SAMPLE_RATE)].round(5).any()


@pytest.mark.parametrize(("frequency", "passes"), [(100, False), (1000, True), (3000, True), (5000, False)])
def test_a_telephone_passes_only_its_band(frequency: float, passes: bool) -> None:
    sent = tone(frequency)
    heard = degrade.phone(sent)
    lost = decibels(degrade.speech_power(sent, ()) / max(degrade.speech_power(heard, ()), 1e-12))
    assert lost < 0.2 if passes else lost > 40


def test_a_telephone_has_eight_bits() -> None:
    sent = tone(1000)
    noise = degrade.phone(sent) - sent
    assert 33 < decibels(degrade.speech_power(sent, ()) / degrade.speech_power(noise, ())) < 45


@given(st.lists(st.floats(-1, 1), min_size=1))
def test_the_mu_law_turns_back(samples: list[float]) -> None:
    given_ = np.array(samples)
    pressed = degrade.mu_law(given_)
    assert np.all(np.abs(pressed) <= 1 + 1e-12)
    assert degrade.mu_law_inverse(pressed) == pytest.approx(given_, abs=1e-9)


def test_clipping_cuts_flat_below_the_loudest_peak() -> None:
    clean = voice()
    cut = spoiled("clip:6", clean)
    assert np.max(np.abs(cut)) == pytest.approx(np.max(np.abs(clean)) * 10 ** (-6 / 20))
    soft = np.abs(clean) < np.max(np.abs(cut))
    assert np.array_equal(cut[soft], clean[soft])


def test_gain_is_in_decibels_and_ends_in_sixteen_bits() -> None:
    clean = voice()
    quiet = spoiled("gain:-20", clean)
    assert decibels(degrade.speech_power(clean, ()) / degrade.speech_power(quiet, ())) == pytest.approx(20, abs=0.05)
    assert np.array_equal(quiet * 32768, np.round(quiet * 32768))
    assert np.max(np.abs(spoiled("gain:60", clean))) == 1


def test_short_counts_seconds_of_speech_not_of_silence() -> None:
    clean = voice()
    cut = spoiled("short:2", clean)  # 1 s from 0.5, then 1 s from 2.0
    assert len(cut) == 3 * SAMPLE_RATE
    assert np.array_equal(cut, clean[: len(cut)])
    assert len(spoiled("short:60", clean)) == len(clean)
    assert len(degrade.short(clean, (), 2)) == 2 * SAMPLE_RATE


def test_opus_comes_back_in_time_and_the_better_for_more_bits() -> None:
    clean = voice()
    alike = [np.corrcoef(clean, spoiled(f"opus:{rate}", clean))[0, 1] for rate in (8, 24, 96)]
    assert alike == sorted(alike)
    assert alike[-1] > 0.9
    heard = spoiled("opus:96", clean)
    lags = [float(clean[100:-100] @ heard[100 + lag : len(heard) - 100 + lag]) for lag in range(-40, 41)]
    assert abs(int(np.argmax(lags)) - 40) <= 1


@pytest.mark.parametrize("degradation", parse(EVERY), ids=lambda one: one.name)
def test_every_degradation_keeps_length_and_kind_and_does_not_touch_its_input(degradation: degrade.Degradation) -> None:
    clean = voice(seconds=4.00013)
    before, others = clean.copy(), (voice(1), voice(2))
    after, again = (degradation.apply(clean, SPEECH, np.random.default_rng(3), others) for _ in range(2))
    assert after.dtype == np.float32
    assert len(after) == (3 * SAMPLE_RATE if degradation.name == "short:2" else len(clean))
    assert np.isfinite(after).all()
    assert np.array_equal(after, again)
    assert np.array_equal(clean, before)


@pytest.mark.parametrize("degradation", parse(EVERY), ids=lambda one: one.name)
@pytest.mark.parametrize("size", [0, 1, 1000])
def test_silence_and_snippets_are_no_trouble(degradation: degrade.Degradation, size: int) -> None:
    after = degradation.apply(np.zeros(size, np.float32), (), np.random.default_rng(0), (voice(),))
    assert len(after) == size
    assert np.max(np.abs(after), initial=0) < 1e-3


def test_steps_follow_one_another() -> None:
    clean = voice()
    first, then = spoiled("clip:6+gain:-6", clean), spoiled("gain:-6", spoiled("clip:6", clean))
    assert np.array_equal(first, then)


def test_names_are_as_asked_for_without_blanks() -> None:
    text = "noise:10, babble:10 + opus:16 ,phone,reverb:hard"
    assert [one.name for one in parse(text)] == ["noise:10", "babble:10+opus:16", "phone", "reverb:hard"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "phone,", "hiss:3", "noise", "noise:", "noise:loud", "noise:nan", "noise:1e9", "noise:10+", "noise:10:3"),
        *("phone:1", "phone:", "reverb", "reverb:cathedral", "short:0", "short:-1", "opus:1", "opus:9000", "clip:-1"),
    ],
)
def test_an_unknown_or_malformed_entry_is_told_the_known_ones_in_a_line(text: str) -> None:
    with pytest.raises(WrongUse) as told:
        parse(text)
    message = str(told.value)
    assert "\n" not in message
    for name in ("noise", "babble", "reverb:mild", "reverb:hard", "phone", "band", "clip", "gain", "short", "opus"):
        assert name in message


def test_different_seeds_make_different_noise() -> None:
    for one, other in itertools.combinations((spoiled("noise:0", voice(), seed=seed) for seed in range(3)), 2):
        assert not np.array_equal(one, other)
