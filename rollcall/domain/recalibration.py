"""What a class may expect of its voices, told from its own enrolment notes: a class recalibrates itself.

Cuts do not transfer: measured on three sets of voices, the same cut gave from 0.02 to 0.7 % false accepts. Every class
brings its own trials, though. Each enrolment note is scored against the centroid of its owner's other notes (a genuine
trial) and against everyone else's centroid (impostor trials). Where the impostors score higher than the shipped cut
allows for, the class's cut is raised. It is never lowered: enrolment notes are of one hour and one telephone, so their
genuine trials promise too much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.operating import FALSE_ACCEPTS, Operating
from rollcall.domain.scoring import class_mean, seen_from
from rollcall.domain.voiceprint import centroid

FEWEST = 4
"""Students from whom on the class's own trials move a cut: 12 pairs' worth of impostor scores."""
_MOST_RAISED = 0.15
"""More than that would send owners away; such a class is told that its voices are hard to tell apart."""


@dataclass(frozen=True)
class Outlook:
    """What to expect of a class.

    Attributes:
        students: how many have enrolment notes.
        raised: by how much the class's cuts stand above the shipped ones.
        second_tries: expected share of owners' notes that are not accepted at once.
        false_accepts: expected share of other students' notes that score like an owner's, before the rule that nobody
            else of the class may score as high.
        closest: the two people who sound most alike, and the score between them.
        mixed_up: every pair that scores as one person would.
    """

    students: int
    raised: float
    second_tries: float
    false_accepts: float
    closest: tuple[int, int]
    closest_score: float
    mixed_up: tuple[tuple[int, int], ...]


def outlook(notes: Mapping[int, NDArray[np.float32]], point: Operating) -> Outlook | None:
    """Recalibrate a class.

    Args:
        notes: float32 [notes, dimension] for each person, rows L2-normalised, all by one model.
        point: the encoder's shipped operating point.

    Returns:
        None for fewer than two people: nobody could be mixed up.
    """
    if len(notes) < 2:
        return None
    people = list(notes)
    centroids = np.stack([centroid(list(notes[person])) for person in people])
    mean = class_mean(centroids, point.cohort_mean)
    centred = seen_from(mean, centroids, point.whitening)
    genuine: list[float] = []
    between = np.zeros((len(people), len(people)))
    seen = [seen_from(mean, notes[person], point.whitening) for person in people]
    for row, (person, own) in enumerate(zip(people, seen, strict=True)):
        between[row] = (own @ centred.T).mean(axis=0)
        for index, others in _leave_one_out(notes[person]):
            rest = seen_from(mean, centroid(list(others))[None], point.whitening)
            genuine.append(float(own[index] @ rest[0]))
    pairs = {(a, b): (between[a, b] + between[b, a]) / 2 for a, b in combinations(range(len(people)), 2)}
    alike = {pair for pair, score in pairs.items() if score >= point.accept}
    impostor = _impostor_scores(seen, centred, alike)
    raised, false_accepts = _raise(impostor, point, len(people))
    cut = point.accept + raised
    closest = max(pairs, key=lambda pair: pairs[pair])
    return Outlook(
        students=len(people),
        raised=raised,
        second_tries=float(np.mean(np.array(genuine) < cut)) if genuine else 0.0,
        false_accepts=false_accepts,
        closest=(people[closest[0]], people[closest[1]]),
        closest_score=float(pairs[closest]),
        mixed_up=tuple((people[a], people[b]) for a, b in sorted(alike)),
    )


def _leave_one_out(notes: NDArray[np.float32]) -> list[tuple[int, NDArray[np.float32]]]:
    return [(index, np.delete(notes, index, axis=0)) for index in range(len(notes)) if len(notes) > 1]


def _impostor_scores(
    notes: list[NDArray[np.float32]], centred: NDArray[np.float32], alike: set[tuple[int, int]]
) -> NDArray[np.float32]:
    """Every note against every other's centroid, but for pairs that sound like one person: against those no cut helps,
    only that the owner must score above the other.
    """
    found = []
    for row, own in enumerate(notes):
        for column in range(len(notes)):
            if row != column and (min(row, column), max(row, column)) not in alike:
                found.extend(own @ centred[column])
    return np.array(found, np.float32)


def _raise(impostor: NDArray[np.float32], point: Operating, students: int) -> tuple[float, float]:
    """By how much to move the cuts, and the false accept rate expected there.

    The upper tail is taken to be a normal distribution's: a few hundred trials do not show one in a thousand.
    """
    if len(impostor) < 2:
        return 0.0, 0.0
    scores = NormalDist(float(impostor.mean()), max(float(impostor.std()), 1e-3))
    wanted = scores.inv_cdf(1.0 - FALSE_ACCEPTS)
    raised = min(max(wanted - point.accept, 0.0), _MOST_RAISED) if students >= FEWEST else 0.0
    return raised, 1.0 - scores.cdf(point.accept + raised)
