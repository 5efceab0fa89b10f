"""Speech, quality and fingerprints: on synthetic notes everywhere, on real ones where they are."""

import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rollcall.domain.alignment import Library
from rollcall.domain.copies import likeliest, same_recording
from rollcall.domain.verdict import Purpose, Reason
from tests import sounds
from tests.end_to_end.product import synthetic
from worker.audio.decode import decode
from worker.audio.fingerprint import fingerprint
from worker.audio.quality import complaint, measure
from worker.audio.speech import SpeechDetector, cut
from worker.audio.waveform import SAMPLE_RATE, Waveform

DETECTOR = SpeechDetector()


def heard(samples: NDArray[np.float32]) -> Waveform:
    """Sound at 48 kHz, as a worker hears it."""
    return decode(sounds.voice_note(samples))


def complaint_about(waveform: Waveform, purpose: Purpose = Purpose.CHECK_IN) -> Reason | None:
    return complaint(measure(waveform, DETECTOR.detect(waveform)), purpose)


def test_speech_is_found_where_somebody_speaks_and_nowhere_else() -> None:
    spoken = sounds.sound_of(synthetic("shelby", 1))
    note = heard(np.concatenate([sounds.silence(3), spoken, sounds.silence(3)]))
    speech = DETECTOR.detect(note)
    assert speech.segments[0][0] == pytest.approx(3, abs=0.5)
    assert speech.segments[-1][1] == pytest.approx(3 + len(spoken) / sounds.RATE, abs=0.7)
    assert DETECTOR.detect(Waveform(np.zeros(SAMPLE_RATE, np.float32))).seconds == 0
    assert DETECTOR.detect(heard(sounds.chords(4))).seconds < 0.3


def test_a_whisper_far_from_the_microphone_does_not_pass_for_silence() -> None:
    loud = decode(synthetic("shelby", 1))
    quiet = Waveform(loud.samples * np.float32(10 ** (-40 / 20)))
    assert DETECTOR.detect(quiet).seconds == pytest.approx(DETECTOR.detect(loud).seconds, rel=0.2)


def test_long_silences_are_cut_and_speech_is_kept() -> None:
    spoken = sounds.sound_of(synthetic("shelby", 1))
    note = heard(np.concatenate([sounds.silence(3), spoken, sounds.silence(4), spoken]))
    speech = DETECTOR.detect(note)
    shortened = cut(note, speech)
    assert shortened.seconds < note.seconds - 5
    assert DETECTOR.detect(shortened).seconds == pytest.approx(speech.seconds, rel=0.05)


def test_each_fault_of_the_sound_has_its_reason() -> None:
    voice = sounds.sound_of(synthetic("zac", 2))
    level = np.sqrt(np.mean(voice**2))
    low = np.fft.rfft(voice)
    low[np.fft.rfftfreq(len(voice), 1 / sounds.RATE) > 3400] = 0
    noise = np.random.default_rng(1).standard_normal(len(voice)).astype(np.float32)
    cases = {
        Reason.SILENCE: sounds.silence(4),
        Reason.NO_SPEECH: sounds.chords(4),
        Reason.TOO_SHORT: voice[: int(0.8 * sounds.RATE)],
        Reason.TOO_QUIET: voice * (10 ** (-56 / 20) / level),
        Reason.CLIPPED: np.clip(voice * (3 / level), -1, 1),
        Reason.NARROW_BAND: np.fft.irfft(low, len(voice)).astype(np.float32),
    }
    assert {reason: complaint_about(heard(sound)) for reason, sound in cases.items()} == {key: key for key in cases}
    assert complaint_about(heard(voice)) is None
    drowned = voice + noise * level * 10 ** (5 / 20)
    assert complaint_about(heard(0.8 * drowned / np.abs(drowned).max())) is Reason.NOISY


def test_a_second_of_speech_is_enough_for_a_note_of_either_kind() -> None:
    voice = sounds.sound_of(synthetic("zac", 2))
    for length in np.arange(1.0, 3.0, 0.1):
        note = heard(voice[: int(length * sounds.RATE)])
        expected = None if DETECTOR.detect(note).seconds >= 1.0 else Reason.TOO_SHORT
        assert complaint_about(note) is complaint_about(note, Purpose.ENROL) is expected


def test_the_same_recording_is_known_again_however_it_was_treated() -> None:
    sound = sounds.sound_of(synthetic("klatt2", 1))
    original = fingerprint(heard(sound))
    second = sounds.RATE // 2
    for copy in (sound[second:], sound[:-second], sound * 2, sound / 2, sound[: len(sound) // 2]):
        for kilobits in (12, 32):
            treated = decode(sounds.voice_note(np.clip(copy, -1, 1), kilobits))
            assert same_recording(fingerprint(treated), [original]) == 0


def test_other_recordings_of_the_same_voice_are_not() -> None:
    notes = [fingerprint(decode(synthetic(voice, n))) for voice in ("klatt2", "zac") for n in range(1, 7)]
    assert all(same_recording(a, [b]) is None for a, b in itertools.combinations(notes, 2))


def test_fingerprints_too_short_to_compare_are_different() -> None:
    assert fingerprint(Waveform(np.zeros(1000, np.float32))) == b""
    assert likeliest(b"", Library([b""])) is None
    assert likeliest(b"", Library([bytes(400)])) is None


@pytest.mark.voices
def test_no_real_note_with_enough_speech_is_complained_about(voices: Path) -> None:
    files = sorted((voices / "dev").glob("*/*.ogg")) + sorted((voices / "cohort").glob("*/*.ogg"))[::4]
    found = {file: complaint_about(decode(file.read_bytes())) for file in files}
    assert {reason for reason in found.values() if reason} <= {Reason.TOO_SHORT}
    assert sum(reason is not None for reason in found.values()) <= 1


@pytest.mark.voices
def test_telephone_sound_is_noticed(voices: Path) -> None:
    for file in sorted((voices / "digits").glob("*/01.ogg")):
        assert complaint_about(decode(file.read_bytes())) is Reason.NARROW_BAND


@pytest.mark.voices
def test_no_two_real_notes_are_taken_for_the_same_recording(voices: Path) -> None:
    # The digits' notes 01 and 08 say the same words in the same voice: an honest repetition.
    for folder in (*sorted((voices / "dev").iterdir()), *sorted((voices / "digits").glob("d*"))):
        notes = [fingerprint(decode(file.read_bytes())) for file in sorted(folder.glob("*.ogg"))]
        assert all(same_recording(a, [b]) is None for a, b in itertools.combinations(notes, 2))


@pytest.mark.voices
def test_the_detector_hears_what_sileros_own_package_hears(voices: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from silero_vad import load_silero_vad
        from silero_vad.utils_vad import get_speech_timestamps_from_probs

        reference = load_silero_vad(onnx=True)
    for file in sorted((voices / "dev").glob("*/0[12].ogg")):
        waveform = decode(file.read_bytes())
        with torch.inference_mode():
            theirs = reference.audio_forward(torch.from_numpy(waveform.samples.copy()), sr=SAMPLE_RATE)[0].numpy()
        ours = DETECTOR.detect(waveform).probabilities
        assert np.abs(ours - theirs).max() < 1e-4
        stamps = get_speech_timestamps_from_probs(
            theirs.tolist(), speech_pad_ms=0, audio_length_samples=len(waveform.samples)
        )
        segments = [(stamp["start"] / SAMPLE_RATE, stamp["end"] / SAMPLE_RATE) for stamp in stamps]
        assert np.array(DETECTOR.detect(waveform).segments) == pytest.approx(np.array(segments))
