"""Copies of a recording are known again; honest repetitions are not taken for copies."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from evaluation import replays
from evaluation.degrade import gain, opus
from rollcall.domain.alignment import Library
from rollcall.domain.copies import likeliest, matches, same_recording, unlikely
from rollcall.domain.fingerprint import Print, pack, pack_all, unpack, unpack_all
from worker.audio.decode import decode
from worker.audio.fingerprint import fingerprint
from worker.audio.waveform import SAMPLE_RATE, Waveform

_HALF_A_SECOND = SAMPLE_RATE // 2
_BIT_RATES = (12, 16, 24, 32, 48)


def _sound(seconds: float, seed: int) -> Waveform:
    noise = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    return Waveform((noise / 10).astype(np.float32))


@pytest.fixture(scope="module")
def recordings(voices: Path) -> dict[str, list[Waveform]]:
    """Everything that dev and digits hold, by speaker, and a hundred of the cohort; at most six seconds each."""
    files = [*voices.glob("dev/*/*.ogg"), *voices.glob("digits/*/*.ogg"), *sorted(voices.glob("cohort/*/*.ogg"))[:100]]
    found: dict[str, list[Waveform]] = {}
    for file in sorted(files):
        found.setdefault(file.parent.name, []).append(Waveform(decode(file.read_bytes()).samples[: 6 * SAMPLE_RATE]))
    return found


@pytest.mark.voices
def test_of_100_copies_re_encoded_trimmed_and_at_another_volume_99_in_100_are_known_again(
    recordings: dict[str, list[Waveform]],
) -> None:
    everyone = [waveform for own in recordings.values() for waveform in own]
    known = Library([fingerprint(waveform) for waveform in everyone])
    rng = np.random.default_rng(3)
    caught = 0
    for number, place in enumerate(rng.permutation(len(everyone))[:100]):
        samples = everyone[place].samples
        trimmed = samples[_HALF_A_SECOND:] if number % 2 else samples[:-_HALF_A_SECOND]
        louder = gain(trimmed, 6.0 if number // 2 % 2 else -6.0)
        copy = fingerprint(Waveform(opus(louder, _BIT_RATES[number % len(_BIT_RATES)])))
        # Among all recordings, as in a class: finding the copy, and none but it, is the task.
        caught += same_recording(copy, known) == place
    assert caught >= 99


@pytest.mark.voices
def test_of_500_pairs_by_one_speaker_none_is_taken_for_the_same_recording(
    recordings: dict[str, list[Waveform]],
) -> None:
    pairs, refused = 0, []
    for speaker, own in recordings.items():
        prints = [fingerprint(waveform) for waveform in own]
        library = Library(prints)
        for one in range(len(prints)):
            pairs += len(prints) - 1
            copies = {match.place for match in matches(prints[one], library, alone=True) if match.is_copy}
            refused += [(speaker, one, other) for other in copies - {one}]
    assert pairs >= 1000, "each both ways"
    assert not refused


def test_the_search_through_many_finds_what_every_alignment_of_each_would_show() -> None:
    rng = np.random.default_rng(5)
    prints = [fingerprint(_sound(2.5 + 0.1 * number, seed=number)) for number in range(30)]
    library = Library(prints)
    for number in rng.permutation(30):
        known = unpack(prints[number])
        shift = int(rng.integers(0, 12))
        flips = rng.integers(0, 2**32, len(known.words), dtype=np.uint32) & (known.words >> np.uint32(1))
        turned = np.asarray(known.words ^ flips, np.uint32)
        match = likeliest(pack(turned[shift:], known.counting[shift:]), library)
        assert match is not None
        counting = known.counting[shift:]
        wrong = (
            np.bitwise_count((turned[shift:] ^ known.words[shift:]) & counting).sum() / np.bitwise_count(counting).sum()
        )
        assert match.place == number
        assert match.bit_error_rate == pytest.approx(wrong)


def _random_print(rng: np.random.Generator, frames: int) -> Print:
    """As of no recording: every bit is drawn, and three of five count."""
    words, *others = rng.integers(0, 2**32, (4, frames), dtype=np.uint32)
    return Print(words, others[0] | others[1] & others[2])


def _spoilt(rng: np.random.Generator, original: Print, wrong: float) -> Print:
    """With so many of the bits wrong, each by itself (of a real copy's, many in few frames), and others that count."""
    turned = np.packbits(rng.random((len(original), 32)) < wrong, axis=1, bitorder="little").view("<u4").ravel()
    return Print(original.words ^ turned.astype(np.uint32), _random_print(rng, len(original)).counting)


def _packed(one: Print) -> bytes:
    return pack(one.words, one.counting)


@pytest.mark.parametrize("way", ["as it is", "backwards", "changed", "changed and backwards"])
def test_no_copy_is_lost_on_the_way_to_the_exact_comparison(way: str) -> None:
    rng = np.random.default_rng(4)
    originals = [_random_print(rng, int(rng.integers(90, 130))) for _ in range(60)]
    library = Library([_packed(one) for one in originals])
    for place, original in enumerate(originals):
        begin = int(rng.integers(0, len(original) - 80))
        copy = _spoilt(rng, original[begin : begin + 80], 0.15)
        copy = copy.backwards if "backwards" in way else copy
        shapes = [_random_print(rng, 80) for _ in range(16)]
        note = copy
        if "changed" in way:
            note, shapes[place % 16] = shapes[place % 16], copy
        assert same_recording(_packed(note), library, pack_all(shapes)) == place


def test_no_piece_is_lost_on_the_way_to_the_exact_comparison() -> None:
    rng = np.random.default_rng(5)
    originals = [_random_print(rng, 100) for _ in range(60)]
    library = Library([_packed(one) for one in originals])
    for _ in range(20):
        pieces = [_spoilt(rng, originals[place][30:75], 0.12) for place in rng.permutation(60)[:4]]
        note = Print(
            np.concatenate([piece.words for piece in pieces]), np.concatenate([piece.counting for piece in pieces])
        )
        assert same_recording(_packed(note), library) is not None


def test_the_same_sound_again_and_again_makes_little_work_and_hides_no_copy() -> None:
    rng = np.random.default_rng(6)

    def ticking() -> Print:
        return Print(np.where(np.arange(700) % 3, _random_print(rng, 700).words, np.uint32(0x0F0F3355)), everything)

    everything = np.full(700, 0xFFFFFFFF, np.uint32)
    speech = _random_print(rng, 80)
    library = Library([*(_packed(ticking()) for _ in range(300)), _packed(speech)])
    mine = ticking()
    note = Print(np.concatenate((mine.words, speech.words)), np.concatenate((everything, speech.counting)))
    tracemalloc.start()
    assert same_recording(_packed(note), library, pack_all([ticking() for _ in range(16)])) == 300
    assert tracemalloc.get_traced_memory()[1] < 500e6
    tracemalloc.stop()


def test_a_copy_of_the_middle_of_a_long_recording_is_found_and_so_is_the_whole_by_its_part() -> None:
    whole = _sound(12.0, seed=1)
    part = Waveform(whole.samples[4 * SAMPLE_RATE : 7 * SAMPLE_RATE])
    prints = [fingerprint(_sound(6.0, seed=2)), fingerprint(whole)]
    assert same_recording(fingerprint(part), prints) == 1
    assert same_recording(fingerprint(whole), [prints[0], fingerprint(part)]) == 1


def test_nothing_is_a_copy_of_what_is_too_short_for_a_fingerprint() -> None:
    assert same_recording(b"", [b"", fingerprint(_sound(3.0, seed=1))]) is None
    assert same_recording(fingerprint(_sound(3.0, seed=1)), [b""]) is None
    assert same_recording(fingerprint(_sound(3.0, seed=1)), []) is None


def test_the_same_evidence_surprises_less_the_more_often_chance_had_a_try() -> None:
    assert unlikely(9.0, 1000) > unlikely(9.0, 200_000) > unlikely(9.0, 40_000_000)


def test_frames_that_count_for_nothing_accuse_nobody() -> None:
    rng = np.random.default_rng(1)
    speechless = np.zeros(3 * SAMPLE_RATE, np.float32)
    hiss = [Waveform((rng.standard_normal(5 * SAMPLE_RATE) * 10 ** (-110 / 20)).astype(np.float32)) for _ in range(2)]
    assert [fingerprint(note) for note in hiss] == [b"", b""]
    muted = [fingerprint(Waveform(np.concatenate((_sound(1.0, seed).samples, speechless)))) for seed in (1, 2)]
    assert same_recording(muted[0], [muted[1]]) is None
    tone = np.sin(2 * np.pi * 440 * np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32) * np.float32(0.1)
    assert same_recording(fingerprint(Waveform(tone)), [fingerprint(Waveform(tone[100:]))]) is None


def test_of_the_first_format_silence_accuses_nobody_and_a_copy_is_known_again() -> None:
    rng = np.random.default_rng(2)
    notes = [np.concatenate((rng.integers(0, 2**32, 60, dtype=np.uint32), np.zeros(60, np.uint32))) for _ in range(2)]
    old = [note.tobytes() for note in notes]
    new = pack(notes[0], np.repeat(np.array([0xFFFFFFFF, 0], np.uint32), 60))
    assert same_recording(old[0], [old[1]]) is None
    assert same_recording(new, [old[1]]) is None
    assert same_recording(new, old) == 0


def test_a_short_note_is_no_copy_of_anything_nor_anything_of_it() -> None:
    whole = _sound(6.0, seed=1)
    short = fingerprint(Waveform(whole.samples[: int(0.8 * SAMPLE_RATE)]))
    assert same_recording(short, [fingerprint(whole)]) is None
    assert same_recording(fingerprint(whole), [short]) is None


def test_damaged_fingerprints_are_no_fingerprints() -> None:
    whole = fingerprint(_sound(3.0, seed=1))
    for damaged in (whole[:-1], whole[:50], b"\x03" + whole[1:], b"\x02"):
        assert likeliest(whole, Library([damaged])) is None


@pytest.mark.voices
def test_of_thousands_of_pairs_with_silence_gates_hum_and_bells_none_is_taken_for_the_same(voices: Path) -> None:
    sounds = replays.recordings([voices / "dev", voices / "digits"])[::2]
    notes = replays.different_notes(sounds, np.random.default_rng(10))
    pairs, wrong = replays.called_the_same(notes)
    assert pairs > 2000
    assert wrong == 0
    # And against all the others at once, where pieces are put together too.
    for place, note in enumerate(notes[:12]):
        others = [other.print for other in notes[:place] + notes[place + 1 :]]
        assert same_recording(note.print, others, note.shapes) is None


@pytest.fixture(scope="module")
def sounds(voices: Path) -> list[replays.Sound]:
    return replays.recordings([voices / "dev"])[::2]


@pytest.fixture(scope="module")
def library(sounds: list[replays.Sound]) -> Library:
    return Library([replays.heard(sound.samples) for sound in sounds])


@pytest.mark.voices
def test_copies_with_noise_silence_or_only_a_part_are_known_again(
    sounds: list[replays.Sound], library: Library
) -> None:
    found = replays.copies_caught(sounds, library, np.arange(len(sounds)), 4, np.random.default_rng(1))
    caught, tried = (sum(column) for column in zip(*found.values(), strict=True))
    assert (tried, caught) == (4 * len(replays.COPIES), tried), found


@pytest.mark.voices
@pytest.mark.timeout(600)
def test_copies_at_another_speed_or_tempo_backwards_or_over_the_air_are_known_again(
    sounds: list[replays.Sound], library: Library
) -> None:
    rng = np.random.default_rng(2)
    found = replays.copies_caught(sounds, library, rng.permutation(len(sounds)), 1, rng, replays.CHANGES)
    caught, tried = (sum(column) for column in zip(*found.values(), strict=True))
    assert tried == len(replays.CHANGES)
    assert caught >= tried - 1, found


@pytest.mark.voices
def test_a_note_put_together_from_five_notes_is_known_again(sounds: list[replays.Sound], library: Library) -> None:
    assert replays.pieced_caught(sounds, library, 1.5, 6, np.random.default_rng(3)) == (6, 6)


def test_what_is_damaged_of_several_fingerprints_is_left_out() -> None:
    prints = [unpack(fingerprint(_sound(3.0, seed=number))) for number in range(3)]
    packed = pack_all(prints)
    assert [len(one) for one in unpack_all(packed)] == [len(one) for one in prints]
    assert len(unpack_all(packed[:-1])) == 2
    assert unpack_all(b"") == unpack_all(b"\xff\xff\xff\xff") == []
