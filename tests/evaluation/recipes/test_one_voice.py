"""The limit of one voice lies under notes of one person and over those of two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.recipes.one_voice import MOST_REFUSED, one_voice
from models.dummy.encoder import Dummy
from models.encoder import Hearing, Waveform


class _Told(Dummy):
    """Says of a note how alike its halves are: a voice is a constant here."""

    def hear(self, waveforms: Sequence[Waveform]) -> Hearing:
        coherence = [1.0 - abs(float(note[0] - note[-1])) for note in waveforms]
        return Hearing(np.zeros((len(waveforms), 1), np.float32), np.array(coherence, np.float32))


def _speech(level: float, notes: int, spread: float, seed: int) -> list[NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    return [np.full(48_000, level + rng.uniform(-spread, spread), np.float32) for _ in range(notes)]


def test_few_notes_of_one_person_lie_below_and_most_of_two_do() -> None:
    speech = {f"p{number}": _speech(number, 4, 0.1, number) for number in range(6)}
    found = one_voice(_Told(), speech)
    assert found is not None
    assert 0.7 <= found.limit < 1.0
    assert found.single <= 2 * MOST_REFUSED
    assert found.joined == 1.0


def test_where_too_little_speech_is_long_enough_there_is_no_limit() -> None:
    assert one_voice(_Told(), {"one": _speech(0, 4, 0, 0)}) is None
    assert one_voice(_Told(), {"one": _speech(0, 1, 0, 0), "two": _speech(1, 1, 0, 0)}) is None
    short = {name: [note[:10_000] for note in _speech(0, 4, 0, 0)] for name in ("one", "two")}
    assert one_voice(_Told(), short) is None
