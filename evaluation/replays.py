"""How often is a note wrongly called a copy, and how many copies are caught? ``python -m evaluation.replays FOLDER…``

Each folder holds recordings as `evaluation.recordings` finds them. Everything is drawn from one seed. The figures stand
in docs/accuracy.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.changes import backwards, over_the_air, pieces
from evaluation.degrade import gain, opus, white_noise
from evaluation.rates import Samples, speed, tempo
from evaluation.recordings import find
from rollcall.domain.alignment import Library
from rollcall.domain.copies import matches, same_recording
from worker.audio.decode import decode
from worker.audio.fingerprint import fingerprint, fingerprints
from worker.audio.speech import SpeechDetector
from worker.audio.waveform import SAMPLE_RATE, Waveform

SHORTEST, LONGEST = 0.3, 20.0
EARLIER = 2000
SPEECH = 2.0
"""Seconds that a copy must share to have to be caught."""
_PIECES = 5
_HALF = SAMPLE_RATE // 2
_DETECTOR = SpeechDetector()

Treatment = Callable[[Samples, np.random.Generator], Samples]


@dataclass(frozen=True)
class Sound:
    """A recording, or a stretch of one: float32 [n] at 16 kHz, and whose."""

    speaker: str
    samples: Samples


@dataclass(frozen=True)
class Heard:
    """What a worker takes of a note: `worker.audio.fingerprint`."""

    print: bytes
    shapes: bytes


def heard(samples: Samples) -> bytes:
    """The fingerprint that a worker takes."""
    waveform = Waveform(np.asarray(samples, np.float32))
    return fingerprint(waveform, _DETECTOR.detect(waveform))


def heard_well(samples: Samples) -> Heard:
    """The same, with changes undone."""
    waveform = Waveform(np.asarray(samples, np.float32))
    speech = _DETECTOR.detect(waveform)
    return Heard(*fingerprints(waveform, speech))


def recordings(folders: Sequence[Path]) -> list[Sound]:
    """All of them, in the order of folders, speakers and names."""
    return [
        Sound(f"{folder.name}/{speaker}", decode(file.read_bytes()).samples)
        for folder in folders
        for speaker, files in find(folder).items()
        for file in files
    ]


def _as_it_is(samples: Samples, _rng: np.random.Generator) -> Samples:
    return samples


def _muted_after(samples: Samples, rng: np.random.Generator) -> Samples:
    return np.concatenate((samples, np.zeros(int(rng.uniform(1, 4) * SAMPLE_RATE), np.float32)))


def _muted_before(samples: Samples, rng: np.random.Generator) -> Samples:
    return np.concatenate((np.zeros(int(rng.uniform(1, 4) * SAMPLE_RATE), np.float32), samples))


def _gated(samples: Samples, _rng: np.random.Generator) -> Samples:
    """A noise gate: tenths of a second below -40 dBFS are exact zeros."""
    gated = samples.copy()
    for start in range(0, len(gated), SAMPLE_RATE // 10):
        part = gated[start : start + SAMPLE_RATE // 10]
        if np.sqrt(np.mean(part**2)) < 0.01:
            part[:] = 0
    return gated


def _hiss(samples: Samples, rng: np.random.Generator) -> Samples:
    """A virtual microphone: noise at -110 dBFS for some seconds."""
    noise = rng.standard_normal(int(rng.uniform(1, 4) * SAMPLE_RATE), np.float32) * np.float32(10 ** (-110 / 20))
    return np.concatenate((samples, noise))


def _the_same_hum(samples: Samples, _rng: np.random.Generator) -> Samples:
    """Mains hum with its overtones, in everyone's notes alike."""
    at = np.arange(len(samples), dtype=np.float32) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * 50 * n * at) / n for n in range(1, 20))
    return np.asarray(samples + 0.003 * hum, np.float32)


def _the_same_bell(samples: Samples, rng: np.random.Generator) -> Samples:
    """Two seconds of a bell before or after the speech, the same to the sample."""
    at = np.arange(2 * SAMPLE_RATE, dtype=np.float32) / SAMPLE_RATE
    bell = sum(np.sin(2 * np.pi * 440 * ratio * at) * np.exp(-4 * (at % 0.25)) for ratio in (1, 1.5, 2.76, 5.4))
    parts = [samples, np.asarray(0.1 * bell, np.float32)]
    return np.concatenate(parts if rng.random() < 0.5 else parts[::-1])


HONEST: tuple[Treatment, ...] = (
    _as_it_is, _muted_after, _muted_before, _gated, _hiss, _the_same_hum, _the_same_bell,
)  # fmt: skip


def different_notes(sounds: Sequence[Sound], rng: np.random.Generator) -> list[Heard]:
    """Fingerprints of notes of 0.3 to 20 s, treated in turn, of which no two share a sample."""
    notes: list[Heard] = []
    place = 0
    while place < len(sounds):
        length = int(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))) * SAMPLE_RATE)
        speaker, parts = sounds[place].speaker, [sounds[place].samples]
        place += 1
        while sum(map(len, parts)) < length and place < len(sounds) and sounds[place].speaker == speaker:
            parts.append(sounds[place].samples)
            place += 1
        treatment = HONEST[len(notes) % len(HONEST)]
        notes.append(heard_well(opus(treatment(np.concatenate(parts)[:length], rng), 24)))
    return notes


def called_the_same(notes: Sequence[Heard]) -> tuple[int, int]:
    """Comparisons of different notes, each as if the other were the only one, and how many called them the same."""
    library = Library([note.print for note in notes])
    pairs = wrong = 0
    for place, note in enumerate(notes):
        copies = {match.place for match in matches(note.print, library, note.shapes, alone=True) if match.is_copy}
        pairs += len(notes) - 1
        wrong += len(copies - {place})
    return pairs, wrong


def halves(sounds: Sequence[Sound]) -> Iterator[Sound]:
    """Recordings of 5 s and more in two, the others whole: more notes, which differ as one speaker's notes do."""
    for sound in sounds:
        if len(sound.samples) < 5 * SAMPLE_RATE:
            yield sound
        else:
            middle = len(sound.samples) // 2
            yield Sound(sound.speaker, sound.samples[:middle])
            yield Sound(sound.speaker, sound.samples[middle:])


def _noisy(samples: Samples, rng: np.random.Generator) -> Samples:
    where = _DETECTOR.detect(Waveform(samples)).segments
    return opus(white_noise(samples, where, 15, rng), 24)


def _part(samples: Samples, rng: np.random.Generator) -> Samples:
    """The shortest beginning, from somewhere on, that holds enough speech."""
    segments = _DETECTOR.detect(Waveform(samples)).segments
    start = int(rng.uniform(0, 0.5) * len(samples))
    left = SPEECH + 0.2
    for since, until in segments:
        since, until = since - start / SAMPLE_RATE, until - start / SAMPLE_RATE
        spoken = max(0.0, until - max(0.0, since))
        if spoken >= left:
            return opus(samples[start : start + int((max(0.0, since) + left) * SAMPLE_RATE)], 24)
        left -= spoken
    return opus(samples, 24)


COPIES: dict[str, Treatment] = {
    "Opus 12 kbit/s": lambda samples, rng: opus(samples, 12),
    "Opus 16": lambda samples, rng: opus(samples, 16),
    "Opus 24": lambda samples, rng: opus(samples, 24),
    "Opus 48": lambda samples, rng: opus(samples, 48),
    "6 dB louder": lambda samples, rng: opus(gain(samples, 6), 24),
    "6 dB quieter": lambda samples, rng: opus(gain(samples, -6), 24),
    "0.5 s off the beginning": lambda samples, rng: opus(samples[_HALF + int(rng.integers(640)) :], 24),
    "0.5 s off the end": lambda samples, rng: opus(samples[:-_HALF], 24),
    "silence added": lambda samples, rng: opus(_muted_before(_muted_after(samples, rng), rng), 24),
    "white noise at 15 dB": _noisy,
    "2.2 s of it": _part,
}


def _changed(change: Callable[[Samples, float], Samples], times: float) -> Treatment:
    return lambda samples, rng: opus(change(samples, times), 24)


CHANGES: dict[str, Treatment] = {
    **{f"{percent:+d} % speed": _changed(speed, 1 + percent / 100) for percent in (-6, -5, -4, -3, -2, -1)},
    **{f"{percent:+d} % speed": _changed(speed, 1 + percent / 100) for percent in (1, 2, 3, 4, 5, 6)},
    **{f"{percent:+d} % tempo": _changed(tempo, 1 + percent / 100) for percent in (-10, -6, -3, 3, 6, 10)},
    "backwards": lambda samples, rng: opus(backwards(samples), 24),
    "over the air": lambda samples, rng: opus(over_the_air(samples, rng), 24),
    "over the air, +2 % speed": lambda samples, rng: opus(over_the_air(speed(samples, 1.02), rng), 24),
    "over the air, +5 % speed": lambda samples, rng: opus(over_the_air(speed(samples, 1.05), rng), 24),
    "backwards, +3 % speed": lambda samples, rng: opus(backwards(speed(samples, 1.03)), 24),
}


def _speech(samples: Samples) -> float:
    return _DETECTOR.detect(Waveform(samples)).seconds


def copies_caught(
    sounds: Sequence[Sound],
    known: Library,
    places: NDArray[np.int64],
    each: int,
    rng: np.random.Generator,
    treatments: Mapping[str, Treatment] = COPIES,
) -> dict[str, tuple[int, int]]:
    """By treatment: caught and tried copies, each sought among all that is known.

    Args:
        known: fingerprints of the sounds, in their order; there may be more behind them.
        places: the sounds to copy from, in the order they are taken.
        each: copies per treatment.
    """
    found = {}
    for name, treatment in treatments.items():
        caught = tried = 0
        for place in places:
            copy = treatment(sounds[place].samples, rng)
            if _speech(copy) < SPEECH:
                continue
            tried += 1
            note = heard_well(copy)
            caught += same_recording(note.print, known, note.shapes) == place
            if tried == each:
                break
        found[name] = (caught, tried)
    return found


def pieced_caught(
    sounds: Sequence[Sound], known: Library, seconds: float, each: int, rng: np.random.Generator
) -> tuple[int, int]:
    """Caught and tried notes of five pieces, each so long and of another note by the same speaker."""
    own: dict[str, list[int]] = {}
    for place, sound in enumerate(sounds):
        own.setdefault(sound.speaker, []).append(place)
    speakers = [places for places in own.values() if len(places) >= _PIECES]
    caught = 0
    for _ in range(each):
        chosen = rng.permutation(speakers[int(rng.integers(len(speakers)))])[:_PIECES]
        note = heard_well(opus(pieces([sounds[place].samples for place in chosen], seconds, rng), 24))
        caught += same_recording(note.print, known, note.shapes) is not None
    return caught, each


def main(folders: Sequence[str]) -> None:
    """Print every figure."""
    rng = np.random.default_rng(10)
    sounds = recordings([Path(folder) for folder in folders])
    notes = different_notes(sounds, rng)
    pairs, wrong = called_the_same(notes)
    print(f"{pairs:,} comparisons of {len(notes):,} different recordings: {wrong} called the same", flush=True)
    own = [heard_well(part.samples) for part in halves(sounds)]
    chosen = [own[place] for place in rng.permutation(len(own))[: EARLIER + 1]]
    wrong, started = 0, time.process_time()
    for place, note in enumerate(chosen):
        others = [other.print for other in chosen[:place] + chosen[place + 1 :]]
        wrong += same_recording(note.print, others, note.shapes) is not None
    spent = (time.process_time() - started) * 1000 / len(chosen)
    print(
        f"{len(chosen):,} honest notes against {len(chosen) - 1:,} each: {wrong} refused; "
        f"{spent:.0f} ms of a processor a note",
        flush=True,
    )
    long = [place for place, sound in enumerate(sounds) if len(sound.samples) >= 3 * SAMPLE_RATE]
    known = Library([heard(sound.samples) for sound in sounds])
    for treatments, each in ((COPIES, 200), (CHANGES, 100)):
        found = copies_caught(sounds, known, rng.permutation(long), each, rng, treatments)
        for name, (caught, tried) in found.items():
            print(f"{name}: {caught} of {tried}", flush=True)
        caught, tried = (sum(column) for column in zip(*found.values(), strict=True))
        print(f"together, among {len(known):,}: {caught} of {tried}")
    for seconds in (0.8, 1.0, 1.5, 2.0):
        caught, tried = pieced_caught(sounds, known, seconds, 100, rng)
        print(f"{_PIECES} pieces of {seconds} s: {caught} of {tried}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
