"""From which coherence on a note is one person's: `one_voice_from` of an own encoder's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from worker.audio.waveform import SAMPLE_RATE

MOST_REFUSED = 0.015
"""Share of notes of one person that may lie below the limit."""
_SECONDS = 3.0
_MOST = 40
_SEED = 0


@dataclass(frozen=True)
class OneVoice:
    """The limit, and what it does to the notes it was found on.

    Attributes:
        limit: the coherence.
        single, joined: shares of notes below it, of one person and of two after each other.
    """

    limit: float
    single: float
    joined: float


def one_voice(encoder: Encoder, speech: Mapping[str, Sequence[NDArray[np.float32]]]) -> OneVoice | None:
    """The limit that these people's speech gives; None where too little of it is long enough.

    Both kinds of note are made alike, of two pieces of up to 3 s each: of one recording and another by the same
    person, or of two people. So one person's change of place in between counts for him too.
    """
    rng = np.random.default_rng(_SEED)
    size = round(_SECONDS * SAMPLE_RATE)
    pieces = {
        person: [samples[:size] for samples in own if len(samples) >= size // 2] for person, own in speech.items()
    }
    people = [person for person, own in pieces.items() if len(own) > 1]
    if len(people) < 2:
        return None
    single, joined = [], []
    for number in range(_MOST):
        one = people[number % len(people)]
        other = str(rng.choice([person for person in people if person != one]))
        first, second = rng.choice(len(pieces[one]), 2, replace=False).tolist()
        third = int(rng.integers(len(pieces[other])))
        single.append(np.concatenate([pieces[one][first], pieces[one][second]]))
        joined.append(np.concatenate([pieces[one][first], pieces[other][third]]))
    alike, apart = (
        found[np.isfinite(found)] for found in (encoder.hear(notes).coherence for notes in (single, joined))
    )
    if not len(alike) or not len(apart):
        return None
    limit = float(np.floor(100 * np.quantile(alike, MOST_REFUSED)) / 100)
    return OneVoice(limit, float(np.mean(alike < limit)), float(np.mean(apart < limit)))
