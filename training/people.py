"""Who is trained on, and whose voice the network never hears."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.recipes.fit import LEAST_NOTES, LEAST_PEOPLE
from rollcall.errors import WrongUse

MOST_HELD_OUT = 60
"""More people make the figures hardly surer, and each look at them longer."""


@dataclass(frozen=True)
class Split:
    """Two groups of people, by name; nobody is in both."""

    trained: Sequence[str]
    held_out: Sequence[str]


def split(pieces: Mapping[str, Sequence[int]], share: float, seed: int, heard: Collection[str] = ()) -> Split:
    """Hold some people out, at random, the same for the same seed.

    Args:
        pieces: of each person.
        share: of those who have recordings enough to be told apart by; the others are all trained on.
        heard: on whom the weights to go on from were trained: they are no strangers to the network any more.

    Raises:
        WrongUse: too few people are left on either side.
    """
    able = sorted(person for person, own in pieces.items() if len(own) >= LEAST_NOTES and person not in heard)
    count = min(MOST_HELD_OUT, max(LEAST_PEOPLE, round(share * len(able))))
    chosen = set(np.random.default_rng(seed).permutation(able)[:count].tolist())
    trained = sorted(person for person, own in pieces.items() if own and person not in chosen)
    if len(chosen) < LEAST_PEOPLE or len(trained) < 2:
        raise WrongUse(
            f"{len(able)} people have {LEAST_NOTES} usable recordings or more: {LEAST_PEOPLE} are held out to measure, "
            "and at least two more people are needed to train on"
        )
    return Split(trained, sorted(chosen))
