"""How many blends of two voices enrol, and how many honest people do not? ``python -m evaluation.blends FOLDER…``

Each folder holds recordings as `evaluation.recordings` finds them. What `worker.audio.blend` weighs was fitted on one
half of each folder's speakers; the other half is judged, by the worker's own judge. Everything is drawn from one seed.
The figures stand in docs/accuracy.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import numpy as np
import redis
import typer
from numpy.typing import NDArray

from evaluation.degrade import opus_file
from evaluation.rates import Samples
from evaluation.recordings import find
from models import registry
from rollcall.config.settings import load_settings
from rollcall.domain.enrolment import DOUBT, of_two_people
from rollcall.domain.verdict import Purpose, Reason
from rollcall.domain.voiceprint import NOTES
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.job import Job
from rollcall.sealing.seal import Keyring
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut
from worker.audio.waveform import SAMPLE_RATE
from worker.judge import Judge

SEED: Final = 11
LONGEST: Final = 8.0
"""Seconds of a blend."""
KILOBITS: Final = 24.0
_SHORTEST = 3.0
_ENROLMENTS: Final = 3
_LOUD: Final = 0.1
_DETECTOR: Final = cache(SpeechDetector)

Blend = Callable[[Samples, Samples], Samples]


def laid_over(decibels: float) -> Blend:
    """The second voice so much louder than the first."""

    def blend(one: Samples, other: Samples) -> Samples:
        size = min(len(one), len(other), round(LONGEST * SAMPLE_RATE))
        return _levelled(one[:size]) + np.float32(10 ** (decibels / 20)) * _levelled(other[:size])

    return blend


def in_turns(seconds: float) -> Blend:
    """So much of one, so much of the other, and on where each left off."""

    def blend(one: Samples, other: Samples) -> Samples:
        size = min(len(one), len(other), round(LONGEST * SAMPLE_RATE / 2))
        one, other, turn = _levelled(one[:size]), _levelled(other[:size]), round(seconds * SAMPLE_RATE)
        return np.concatenate([voice[at : at + turn] for at in range(0, size, turn) for voice in (one, other)])

    return blend


KINDS: Final[dict[str, Blend]] = {
    **{f"laid over, {decibels:+d} dB": laid_over(decibels) for decibels in (-6, -3, 0, 3, 6)},
    **{f"turns of {seconds:g} s": in_turns(seconds) for seconds in (0.25, 0.5, 1.0)},
}


class Heard(NamedTuple):
    """What the judge said of a note: why it was refused, and its doubt where that was measured."""

    reason: Reason
    doubt: float | None


@dataclass(eq=False)
class Bench:
    """A judge, and recordings for it."""

    folders: Sequence[Path]

    def __post_init__(self) -> None:
        settings = load_settings()
        encoder = registry.load(settings.speaker_model, settings.models_dir, "cpu", threads=1, backend=settings.backend)
        keyring = Keyring([bytes(32)])
        # Enrolment compares with nobody, so this one is never asked.
        galleries = GalleryReader(redis.Redis(), keyring, encoder.name, encoder.weight_hash)
        self.judge = Judge(encoder, galleries, keyring)
        self._recordings = {
            f"{folder.name}/{speaker}": list(files)
            for folder in self.folders
            for speaker, files in find(folder).items()
        }

    def halves(self) -> tuple[list[str], list[str]]:
        """Speakers to fit on, and speakers to be judged."""
        rng = np.random.default_rng(SEED)
        halves: tuple[list[str], list[str]] = ([], [])
        for folder in self.folders:
            own = rng.permutation([name for name in self._recordings if name.startswith(f"{folder.name}/")]).tolist()
            halves[0].extend(own[: len(own) // 2])
            halves[1].extend(own[len(own) // 2 :])
        return halves

    def notes(self, speaker: str) -> list[Path]:
        """A speaker's recordings, in the order of their names."""
        return self._recordings[speaker]

    @cache  # noqa: B019 - lives as long as the process
    def speech(self, path: Path) -> Samples:
        """A recording, its long silences cut."""
        waveform = decode(path.read_bytes())
        return cut(waveform, _DETECTOR().detect(waveform)).samples

    def long_ones(self, speaker: str) -> list[Path]:
        """The speaker's recordings of three seconds and more, the longest first; all of them where none is."""
        own = sorted(self.notes(speaker), key=lambda path: -len(self.speech(path)))
        return [path for path in own if len(self.speech(path)) >= _SHORTEST * SAMPLE_RATE] or own

    def blends(self, one: str, other: str, blend: Blend) -> Iterator[Samples]:
        """Three notes of two people."""
        first, second = self.long_ones(one), self.long_ones(other)
        for number in range(NOTES):
            yield blend(self.speech(first[number % len(first)]), self.speech(second[number % len(second)]))

    def hear(self, samples: Samples) -> Heard:
        """The judge's word about a note of an enrolment, sent as Telegram's apps send it."""
        loud = samples * np.float32(_LOUD / np.sqrt(np.mean(np.square(samples))))
        job = Job(id="blend", purpose=Purpose.ENROL, person_id=1, queued_at=datetime.now(UTC))
        audio = opus_file(loud / max(1.0, float(np.abs(loud).max())), KILOBITS)
        result = self.judge.judge([self.judge.listen(job, audio)])[0]
        return Heard(result.reason, result.quality.get(DOUBT))


def refused(notes: Sequence[Heard]) -> bool:
    """Whether an enrolment of these notes does not come about for the sake of a second voice."""
    if any(note.reason is Reason.SEVERAL_SPEAKERS for note in notes):
        return True
    return of_two_people([note.doubt for note in notes if note.doubt is not None])


def pairs(speakers: Sequence[str], count: int, seed: int) -> list[tuple[str, str]]:
    """So many different pairs of speakers, or all there are."""
    rng = np.random.default_rng(seed)
    every = [(one, other) for place, one in enumerate(speakers) for other in speakers[:place]]
    return [every[place] for place in rng.permutation(len(every))[:count]]


def honest(bench: Bench, speakers: Sequence[str]) -> tuple[int, int, int, int]:
    """Enrolments refused and tried, three a person; notes not taken, in place of which comes the next, and tried."""
    enrolments = notes = lost = lost_notes = 0
    for speaker in speakers:
        good: list[Heard] = []
        for path in bench.notes(speaker):
            note = bench.hear(decode(path.read_bytes()).samples)
            notes += note.reason in (Reason.GOOD_NOTE, Reason.SEVERAL_SPEAKERS)
            lost_notes += note.reason is Reason.SEVERAL_SPEAKERS
            if note.reason is Reason.GOOD_NOTE:
                good.append(note)
            if len(good) == _ENROLMENTS * NOTES:
                break
        each = [good[start : start + NOTES] for start in range(0, len(good) - NOTES + 1, NOTES)]
        enrolments += len(each)
        lost += sum(map(refused, each))
        _progress(f"honest enrolments refused: {lost} of {enrolments}, notes {lost_notes} of {notes}")
    return lost, enrolments, lost_notes, notes


def attacks(bench: Bench, chosen: Sequence[tuple[str, str]], each: int) -> dict[str, tuple[int, int]]:
    """By kind of blend: refused and tried enrolments. Every pair tries ``each`` kinds, in turn."""
    names = list(KINDS)
    found = dict.fromkeys(names, (0, 0))
    for place, (one, other) in enumerate(chosen):
        for name in (names[(place * each + number) % len(names)] for number in range(each)):
            heard: list[Heard] = []
            for samples in bench.blends(one, other, KINDS[name]):
                heard.append(bench.hear(samples))
                if heard[-1].reason is Reason.SEVERAL_SPEAKERS:
                    break
            lost, tried = found[name]
            found[name] = lost + refused(heard), tried + 1
            _progress(
                f"{sum(lost for lost, _ in found.values())} of {sum(tried for _, tried in found.values())} refused"
            )
    return found


def main(
    folders: Annotated[list[Path], typer.Argument(help="DIR/<speaker>/*")],
    count: Annotated[int, typer.Option("--pairs")] = 200,
    each: Annotated[int, typer.Option("--kinds", help="Kinds of blends that a pair tries.")] = len(KINDS),
    skip: Annotated[int, typer.Option(help="Pairs that another run has tried.")] = 0,
) -> None:
    """Print every figure."""
    bench = Bench(folders)
    fitted, judged = bench.halves()
    if not skip:
        for which, speakers in (("of the half that was fitted on", fitted), ("of the other half", judged)):
            lost, tried, lost_notes, notes = honest(bench, speakers)
            print(f"honest enrolments {which}: {lost} of {tried} refused; notes {lost_notes} of {notes}", flush=True)
    for name, (caught, blends) in attacks(bench, pairs(judged, count, SEED)[skip:], each).items():
        print(f"{name}: {caught} of {blends} refused", flush=True)


def _levelled(samples: Samples) -> NDArray[np.float32]:
    return np.asarray(samples / np.sqrt(np.mean(np.square(samples)) + 1e-12), np.float32)


def _progress(text: str) -> None:
    typer.echo(f"\r{text}\x1b[K", err=True, nl=False)


if __name__ == "__main__":
    typer.run(main)
