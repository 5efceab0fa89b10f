"""The trials of an evaluation: who enrols with which notes, which notes claim to be whom, and what they score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from evaluation.systems import Represented, System
from evaluation.trials import Trials
from rollcall.domain.decision import SHORT_MARGIN, SURE_SPEECH_SECONDS
from rollcall.domain.operating import Operating
from rollcall.domain.recalibration import outlook


@dataclass(frozen=True)
class Note:
    """One recording: clean, for enrolment, and as it is tested."""

    clean: Represented
    test: Represented
    seconds: float
    """Net speech of the test note."""


@dataclass(frozen=True)
class Outcome:
    """Everything one system scored.

    Attributes:
        trials: all claims, with the claimed speaker.
        outsider: of each non-target trial, whether the voice is of nobody enrolled: bool [m].
        member_best, member_right: each enrolled speaker's notes: best score over the gallery, and whether it was right.
        stranger_best: each stranger's notes: best score over the gallery.
        confusion: int [speakers, speakers]: who spoke, who scored best.
        accepted, unsure: of target trials at the shipped cuts, bool [n]; empty without cuts.
        falsely_accepted: of non-target trials, bool [m].
    """

    trials: Trials
    outsider: NDArray[np.bool_]
    member_best: NDArray[np.float64]
    member_right: NDArray[np.bool_]
    stranger_best: NDArray[np.float64]
    confusion: NDArray[np.int64]
    accepted: NDArray[np.bool_]
    unsure: NDArray[np.bool_]
    falsely_accepted: NDArray[np.bool_]


@dataclass(frozen=True)
class Plan:
    """How trials are made.

    Attributes:
        enrol: notes that enrol a speaker.
        draws: how often enrolment notes are drawn; the first draw takes the first notes by name.
        class_size: so many speakers enrol in a draw, drawn at random, the rest are strangers; 0: all.
        minimum_speech: test notes with fewer net seconds are left out.
        seed: of the draws.
    """

    enrol: int = 3
    draws: int = 10
    class_size: int = 0
    minimum_speech: float = 0.0
    seed: int = 0


def run(
    system: System, speakers: Mapping[str, Sequence[Note]], strangers: Mapping[str, Sequence[Note]], plan: Plan
) -> Outcome:
    """Make and score every trial of the plan.

    Args:
        speakers: those with more notes than enrolment takes.
        strangers: everyone else; they only ever claim to be somebody.
    """
    names = list(speakers)
    return joined(
        [
            _draw(system, speakers, strangers, names, members, enrolled, plan)
            for members, enrolled in _draws(speakers, plan)
        ]
    )


def _draws(
    speakers: Mapping[str, Sequence[Note]], plan: Plan
) -> Iterator[tuple[list[str], dict[str, NDArray[np.int64]]]]:
    rng = np.random.default_rng(plan.seed)
    names = list(speakers)
    for number in range(plan.draws):
        members = names
        if plan.class_size:
            members = sorted(rng.choice(names, min(plan.class_size, len(names)), replace=False).tolist())
        yield (
            members,
            {
                name: np.arange(plan.enrol) if number == 0 else rng.permutation(len(speakers[name]))[: plan.enrol]
                for name in members
            },
        )


def _draw(
    system: System,
    speakers: Mapping[str, Sequence[Note]],
    strangers: Mapping[str, Sequence[Note]],
    names: Sequence[str],
    members: Sequence[str],
    enrolled: Mapping[str, NDArray[np.int64]],
    plan: Plan,
) -> Outcome:
    notes = {name: [speakers[name][index].clean for index in enrolled[name]] for name in members}
    tests: list[Note] = []
    owner: list[int] = []
    for name in (*names, *strangers):
        own = speakers.get(name) or strangers[name]
        column = members.index(name) if name in notes else -1
        for index, note in enumerate(own):
            usable = np.isfinite(note.test).all() and note.seconds >= plan.minimum_speech
            if usable and not (column >= 0 and index in enrolled[name]):
                tests.append(note)
                owner.append(column)
    scores = system.score([notes[name] for name in members], [note.test for note in tests])
    return _outcome(scores, np.array(owner), np.array([note.seconds for note in tests]), _point(system, notes),
                    np.array([names.index(name) for name in members]), len(names))  # fmt: skip


def _point(system: System, notes: Mapping[str, Sequence[Represented]]) -> Operating | None:
    """The shipped cuts, moved by the class's own recalibration as the product does."""
    if system.point is None:
        return None
    found = outlook({number: np.stack(list(own)) for number, own in enumerate(notes.values())}, system.point)
    return system.point.stricter(found.raised) if found else system.point


def _outcome(
    scores: NDArray[np.float64],
    owner: NDArray[np.int64],
    seconds: NDArray[np.float64],
    point: Operating | None,
    places: NDArray[np.int64],
    speakers: int,
) -> Outcome:
    """One draw's trials. `places` are the members' places among all speakers."""
    count, people = scores.shape
    is_target = owner[:, None] == np.arange(people)
    claimed = np.broadcast_to(places, (count, people))
    trials = Trials(scores[is_target], claimed[is_target], scores[~is_target], claimed[~is_target])
    outsider = np.broadcast_to(owner[:, None] < 0, (count, people))[~is_target]
    best, top = scores.max(axis=1), scores.argmax(axis=1)
    inside = owner >= 0
    confusion = np.zeros((speakers, speakers), np.int64)
    np.add.at(confusion, (places[owner[inside]], places[top[inside]]), 1)
    accepted = unsure = np.zeros((count, people), bool)
    if point is not None:
        accepted, unsure = _judged(scores, seconds, point)
    return Outcome(
        trials, outsider, best[inside], top[inside] == owner[inside], best[~inside], confusion,
        accepted[is_target], unsure[is_target], accepted[~is_target],
    )  # fmt: skip


def _judged(
    scores: NDArray[np.float64], seconds: NDArray[np.float64], point: Operating
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """`rollcall.domain.decision.decide` for every claim at once: accepted, unsure; bool [tests, people] each."""
    lead = scores - _best_other(scores)
    accept = point.accept + np.where(seconds < SURE_SPEECH_SECONDS, SHORT_MARGIN, 0.0)[:, None]
    accepted = (scores >= accept) & (lead >= point.lead)
    another = (_best_other(scores) >= point.accept) & (lead < 0)
    return accepted, ~accepted & ~another & (scores >= point.unsure) & (lead > -point.lead)


def _best_other(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The best score of everyone else, for each claim; -1 where there is nobody else."""
    if scores.shape[1] < 2:
        return np.full_like(scores, -1.0)
    two = np.sort(scores, axis=1)[:, -2:]
    return np.where(scores == two[:, 1:], two[:, :1], two[:, 1:])


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Several outcomes of one system as one."""
    trials = Trials(*(np.concatenate([getattr(part.trials, field.name) for part in parts]) for field in fields(Trials)))
    rest = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Outcome)
        if field.name not in ("trials", "confusion")
    }
    confusion = np.sum([part.confusion for part in parts], axis=0)
    return Outcome(trials=trials, confusion=confusion, **rest)
