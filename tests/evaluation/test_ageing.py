"""Nobody leads a voiceprint that follows its owner to another voice; and without the bound, anybody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from evaluation import ageing
from evaluation.ageing import SHARES, Poisoning, Room, Voice, between, poisoned
from evaluation.rates import Samples, speed, tempo
from models import registry
from models.dummy.encoder import Dummy
from models.encoder import Encoder
from rollcall.domain import renewal
from rollcall.domain.operating import Operating, point_of, point_on
from rollcall.domain.voiceprint import NOTES
from tests.evaluation.conftest import VOICES as SYNTHETIC
from worker.audio.decode import decode

Sounds = Mapping[str, Sequence[np.ndarray]]
SECONDS = 6
OF_SYNTHETIC = point_on(31.4, -15.7, 0.05)
"""The test encoder has no cuts of its own: these accept all of a synthetic voice's own notes, and no other's."""


def sounds_in(folder: Path) -> Sounds:
    return {
        own.name: [decode(file.read_bytes()).samples[: SECONDS * 16_000] for file in sorted(own.glob("*.ogg"))]
        for own in sorted(folder.iterdir())
        if own.is_dir()
    }


def voices_of(sounds: Sounds, encoder: Encoder) -> dict[str, list[Voice]]:
    return {name: list(encoder.embed(list(own))) for name, own in sounds.items()}


def attempts(
    voices: Mapping[str, Sequence[Voice]], point: Operating, *, outside: bool, every: int = 1
) -> Iterator[Poisoning]:
    """Everybody led to everybody else, or to every so many-th, who is in the class or not, on the straight way."""
    for owner, other in list(permutations(voices, 2))[::every]:
        members = [name for name in voices if not (outside and name == other)]
        room = Room({name: voices[name][:NOTES] for name in members}, point)
        plain = voices[other][NOTES:]
        one = poisoned(room, owner, "between", between(voices[owner][NOTES:], plain), plain)
        if one is not None:
            yield one


def recorded(lures: Sequence[Voice]) -> Callable[[int], Iterator[Voice]]:
    """Recorded notes, the boldest first, of which any may be sent on any day."""
    return lambda _day: iter(lures)


def laid_over(own: Samples, other: Samples, share: float) -> Samples:
    """Both voices at once, equally long, so much of the one and of the other."""
    size = min(len(own), len(other))
    return (1 - share) * _even(own[:size]) + share * _even(other[:size])


def moved(other: Samples) -> Iterator[Samples]:
    """The other voice's note made another: lower and higher, slower and faster."""
    for times in (0.90, 0.94, 0.97, 1.03, 1.06, 1.10):
        yield speed(other, times)
        yield tempo(other, times)


def _even(samples: Samples) -> Samples:
    return samples / np.float32(max(float(np.sqrt(np.mean(samples**2))), 1e-4)) * np.float32(0.05)


@pytest.fixture(scope="module")
def synthetic() -> Mapping[str, Sequence[Voice]]:
    return voices_of(sounds_in(SYNTHETIC), Dummy())


def test_synthetic_voices_are_not_led_to_each_other(
    synthetic: Mapping[str, Sequence[Voice]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ageing, "DAYS", 20)
    found = list(attempts(synthetic, OF_SYNTHETIC, outside=True))
    assert len(found) > 40
    assert sum(one.steps > 0 for one in found) > 30, "the notes do lead somewhere"
    assert [one for one in found if one.succeeded and not one.unsure] == []
    monkeypatch.setattr(renewal, "nearest", lambda _point: -1.0)
    assert sum(one.succeeded for one in attempts(synthetic, OF_SYNTHETIC, outside=True)) > 0


def test_a_voice_is_followed_as_it_ages_and_others_are_not_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """On made-up voices whose notes all move alike, so that it is known what there is to gain."""
    rng = np.random.default_rng(4)

    def unit(row: np.ndarray) -> Voice:
        return np.asarray(row / np.linalg.norm(row), np.float32)

    people = {f"p{number}": unit(rng.standard_normal(64)) for number in range(20)}
    ways = {name: unit(rng.standard_normal(64)) for name in people}

    def notes(name: str, far: float) -> list[Voice]:
        return [unit(people[name] + far * ways[name] + 0.08 * rng.standard_normal(64)) for _ in range(8)]

    clean = {name: notes(name, 0.0) for name in people}
    stages = {number: {name: notes(name, 0.25 * number) for name in people} for number in range(1, 6)}
    point = point_on(36.5, -9.5 - 36.5 * 0.1, 0.05)
    monkeypatch.setattr(ageing, "DRAWS", 1)
    found = ageing.aged(clean, stages, [], point)
    assert found.own[5] == 4 * 15
    assert found.refused_following.total() < found.refused.total()
    assert found.taken_following <= found.taken


@pytest.mark.voices
@pytest.mark.timeout(420)
def test_in_two_hundred_attempts_no_real_voice_is_led_to_another(
    voices: Path, real_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = registry.load("campplus", real_weights.parent, "cpu", threads=1)  # in eight bits, as a worker hears
    point, sounds = point_of(encoder), sounds_in(voices / "dev")
    known = voices_of(sounds, encoder)
    found = [*attempts(known, point, outside=False), *attempts(known, point, outside=True)]
    names = list(known)
    for owner, other in zip(names, names[1:] + names[:1], strict=True):
        own, theirs, plain = sounds[owner][NOTES:], sounds[other][NOTES:], known[other][NOTES:]
        mixes = [laid_over(own[place % 5], theirs[place % 5], share) for place, share in enumerate(SHARES[::2])]
        changed = [sound for note in theirs[:1] for sound in moved(note)]
        for kind, lures in (("mixed", mixes), ("moved", changed)):
            room = Room({name: known[name][:NOTES] for name in names if name != other}, point)
            one = poisoned(room, owner, kind, recorded([*encoder.embed(lures), *known[owner][NOTES:]]), plain)
            assert one is not None
            found.append(one)
    assert len(found) == 200
    assert sum(one.steps > 0 for one in found) > 190
    assert [one for one in found if one.succeeded] == []
    monkeypatch.setattr(renewal, "nearest", lambda _point: -1.0)
    succeeded = sum(one.succeeded for one in attempts(known, point, outside=True, every=4))
    assert succeeded > 11, "so the attempts are good ones"
