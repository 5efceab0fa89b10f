"""How often is a challenge heard that was said, and one that was not? ``python -m evaluation.spoken DIGITS CROWD``

``DIGITS`` is ``../shared/voices/digits``, people's own digits; ``CROWD`` a folder of other people's recordings, who
talk in the background and, by themselves, say no number. The rest is said by the synthesisers that are installed
(`evaluation.spoken_voices`), a sentence and four digits after it. Every note is judged by the worker's own recogniser
and rules. Cuts are fitted on one half of the voices and shown on the other half. Everything is drawn from one seed.
The figures stand in docs/accuracy.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from scipy.stats import beta

from evaluation.degrade import Degradation, parse
from evaluation.recordings import find
from evaluation.spoken_voices import Voice, people, voices
from models import recogniser
from models.recogniser.reading import Recogniser, Samples
from rollcall.config.settings import load_settings
from rollcall.domain.challenge import DIGITS, Challenge, Words, draw
from rollcall.domain.numbers import SAID
from rollcall.domain.spoken import Cuts, Evidence, verdict, weighed
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector
from worker.audio.waveform import Waveform
from worker.words import told

SEED: Final = 15
CONDITIONS: Final = "opus:16,babble:15+opus:16,babble:10+opus:16"
CLEAN: Final = "clean"
_SENTENCES: Final = {
    "ru": ("Я здесь, отвечаю с места.", "Доброе утро, это мой голос.", "Сегодня я на уроке и всё слышу."),
    "en": ("I am here, and this is my voice.", "Good morning, I am in the room.", "I am present, and I can hear you."),
}
_DETECTOR: Final = cache(SpeechDetector)
MOST_WRONG: Final = 0.001
_NEIGHBOURS: Final = 30 / (10 * 9 ** (DIGITS - 1) - 1)
"""Of all other challenges, those that differ in one digit from one that is drawn."""
_SURE: Final = 0.95
"""Of the bound that is told with a rate."""


@dataclass(frozen=True)
class Note:
    """A note, and what is said in it: empty where nothing is that was asked for.

    Attributes:
        half: 0 or 1, of its voice.
    """

    group: str
    language: str
    half: int
    said: str
    samples: Samples


@dataclass(frozen=True)
class Trial:
    """A note held against a challenge.

    Attributes:
        kind: "right", "one off", "other" or "none".
    """

    group: str
    half: int
    condition: str
    kind: str
    evidence: Evidence


def notes(digits: Path, crowd: Path, each: int, rng: np.random.Generator) -> Iterator[Note]:
    """Everything that is said."""
    groups: dict[str, Iterator[int]] = {}
    for voice in voices():
        half = next(groups.setdefault(voice.group + voice.language, itertools.count())) % 2
        for _ in range(each):
            said = _drawn(voice.language, rng)
            yield Note(f"{voice.group} {voice.language}", voice.language, half, said, _said(voice, said, rng))
    for number, person in enumerate(people(digits)):
        for _ in range(2 * each):
            said = _drawn("en", rng)
            yield Note("people en", "en", number % 2, said, person.say(said, rng))
    for number, own in enumerate(itertools.islice(find(crowd).values(), 10 * each)):
        yield Note("no number", ("ru", "en")[number % 2], number // 2 % 2, "", decode(own[0].read_bytes()).samples)


def _drawn(language: str, rng: np.random.Generator) -> str:
    return "".join(draw(language, lambda items: items[int(rng.integers(len(items)))]).items)


def _said(voice: Voice, digits: str, rng: np.random.Generator) -> Samples:
    sentences, words = _SENTENCES[voice.language], SAID[voice.language]
    said = ", ".join(words[int(digit)] for digit in digits)
    return voice.speak(f"{sentences[int(rng.integers(len(sentences)))]} {said.capitalize()}.")


def trials(
    ear: Recogniser,
    note: Note,
    condition: Degradation | None,
    crowd: Sequence[Samples],
    others: int,
    rng: np.random.Generator,
) -> Iterator[Trial]:
    """The note, spoilt, against what it says and what it does not: so many other challenges, and two one digit off."""
    samples = note.samples
    if condition is not None:
        speech = _DETECTOR().detect(Waveform(samples))
        samples = condition.apply(samples, speech.segments, rng, crowd)
    waveform = Waveform(samples)
    reading = ear.read(told(waveform, _DETECTOR().detect(waveform)), note.language)
    name = condition.name if condition else CLEAN
    for kind, digits in _asked(note, others, rng):
        found = weighed(Challenge(note.language, tuple(digits)), reading.text, reading.likelihoods)
        yield Trial(note.group, note.half, name, kind, found)


def _asked(note: Note, others: int, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    if note.said:
        yield "right", note.said
        for _ in range(2):
            yield "one off", _one_off(note.said, rng)
    for _ in range(others):
        other = _drawn(note.language, rng)
        if other != note.said:
            yield ("other" if note.said else "none"), other


def _one_off(digits: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(len(digits)))
    other = (int(digits[place]) + 1 + int(rng.integers(9))) % 10
    return f"{digits[:place]}{other}{digits[place + 1 :]}"


def heard(found: Sequence[Trial], cuts: Cuts, kind: str) -> float:
    """The share of the trials of a kind that are accepted; of none, not a number."""
    mine = [verdict(trial.evidence, cuts, DIGITS) is Words.HEARD for trial in found if trial.kind == kind]
    return float(np.mean(mine)) if mine else float("nan")


def fitted(found: Sequence[Trial]) -> Cuts:
    """The cuts that accept most right challenges while of other numbers at most one in a thousand passes.

    Whoever plays a recording does not choose its number, so what is held down is the rate of a random other one.
    """
    best = Cuts(0.0, 0.0, 0.0), -1.0
    for within, floor in itertools.product(np.arange(0.5, 6.5, 0.5).tolist(), np.arange(-16.0, -5.0, 1.0).tolist()):
        cuts = Cuts(within, floor, 2 * within)
        wrong = max(random_rate(found, cuts), heard(found, cuts, "none"))
        if wrong <= MOST_WRONG and (right := heard(found, cuts, "right")) > best[1]:
            best = cuts, right
    return best[0]


def random_rate(found: Sequence[Trial], cuts: Cuts) -> float:
    """How often a recording of a random other number passes: by one that is near, or any."""
    near: float = _NEIGHBOURS
    return near * heard(found, cuts, "one off") + (1 - near) * heard(found, cuts, "other")


def at_most(passed: int, tried: int) -> float:
    """The rate that this many of so many do not exceed, with 95 % confidence (Clopper and Pearson 1934)."""
    return 1.0 if passed == tried else float(beta.ppf(_SURE, passed + 1, tried - passed))


def table(found: Sequence[Trial], cuts: Cuts) -> Iterator[str]:
    """Lines of Markdown: accepted shares by group and condition."""
    yield "| | notes | right | something else | unsure | not heard |"
    yield "|---|--:|--:|--:|--:|--:|"
    for condition in dict.fromkeys(trial.condition for trial in found):
        for group in dict.fromkeys(trial.group for trial in found):
            mine = [one for one in found if (one.condition, one.group, one.kind) == (condition, group, "right")]
            if mine:
                words = [verdict(one.evidence, cuts, DIGITS) for one in mine]
                shares = [words.count(each) / len(words) for each in (
                    Words.HEARD, Words.SOMETHING_ELSE, Words.UNSURE, Words.NOT_HEARD)]  # fmt: skip
                yield f"| {condition}: {group} | {len(mine)} | " + " | ".join(f"{one:.1%}" for one in shares) + " |"
        for kind in ("one off", "other", "none"):
            mine = [one for one in found if one.condition == condition and one.kind == kind]
            yield f"| {condition}: {kind} | {len(mine)} | {heard(mine, cuts, kind):.2%} | | | |"
    for kind in ("one off", "other", "none"):
        words = [verdict(one.evidence, cuts, DIGITS) for one in found if one.kind == kind]
        passed = words.count(Words.HEARD)
        yield f"| all: {kind} | {len(words)} | {passed}, {at_most(passed, len(words)):.2%} at most | | | |"


def main(
    digits: Annotated[Path, typer.Argument(help="People's own digits, with a manifest.csv")],
    crowd: Annotated[Path, typer.Argument(help="Other people's recordings, without numbers")],
    each: Annotated[int, typer.Option(help="Notes of each voice")] = 6,
    others: Annotated[int, typer.Option(help="Other numbers that each is held against")] = 10,
    conditions: Annotated[str, typer.Option(help="As evaluation.degrade knows them")] = CONDITIONS,
) -> None:
    """Measure, fit and print."""
    settings = load_settings()
    ear = recogniser.load(recogniser.CARD.name, settings.models_dir)
    rng = np.random.default_rng(SEED)
    said = list(notes(digits, crowd, each, rng))
    talking = [note.samples for note in said if not note.said][:40]
    found = [
        trial
        for condition in (None, *parse(conditions))
        for note in said
        for trial in trials(ear, note, condition, talking, others, rng)
    ]
    for half in (0, 1):
        mine, rest = ([one for one in found if (one.half == half) is own] for own in (True, False))
        cuts = fitted(mine)
        typer.echo(f"\nfitted on half {half}: {cuts}; the other half, any other number {random_rate(rest, cuts):.3%}")
        typer.echo("\n".join(table(rest, cuts)))
    cuts = Cuts(**recogniser.CUTS)
    typer.echo(f"\nall, by the card: {cuts}; any other number {random_rate(found, cuts):.3%}")
    typer.echo("\n".join(table(found, cuts)))


if __name__ == "__main__":
    typer.run(main)
