"""Looking for the alignments of fingerprints that agree best: of all stretches of one note with all earlier notes.

Of the frames that a copy shares with its original some agree in all bits of a half, however it was spoilt; of frames of
different recordings one pair in ten thousand does. So those are looked up, not computed. What frames close by agree on
then sets copies apart from chance, and only what is left is compared whole, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rollcall.fingerprint import Print, unpack

DESIGN_EFFECT = 2.5
"""Neighbouring bits and frames resemble each other: the surplus of N bits varies as that of N / 2.5 independent ones.
Measured: the variance of the surplus over N, for different recordings, at any overlap from 25 frames to 300."""
LONGEST_STRETCH = 128
"""Frames, 5 s."""

_WORTH_A_LOOK = 5.0
"""Standard deviations."""
_LOOKS = 64
"""Alignments that are handed on, the likeliest first, each with those beside it: a bound on the work."""
_FEWEST_BITS = 120
"""That count in both; alignments with fewer say nothing."""
_SHORTEST = 30
"""Frames. With shorter notes nothing is compared."""
_HALVES = np.array([[0x55555555], [0xAAAAAAAA], [0x0000FFFF], [0xFFFF0000], [0x00FFFF00], [0xFF0000FF]], np.uint32)
"""Of a frame's bits; by each of these, frames are looked up."""
_CODES = 1 << 16
_SCATTER = np.uint32(2_654_435_761)
"""Knuth's multiplicative hash: 2^32 over the golden ratio. The upper half of the product depends on all bits."""
_NEARBY = (-4, -2, 2, 4)
"""Frames from a pair that agrees to others that then should."""
_AGREEING_NEARBY = 14
"""Surplus of agreeing bits over differing ones in those, of about 48 that count."""
_AT_ONCE = 256
"""Alignments compared in one go: few enough to stay in the processor's cache."""
_HIGH = np.uint64(32)

Index = NDArray[np.intp]


class Look(NamedTuple):
    """An alignment: frame 0 of the stretch lies on frame ``shift`` of the other note.

    Attributes:
        stretch, place: of which stretch and which note.
        bits: that count in both; ``errors`` of them differ.
        frames: that have such bits.
    """

    stretch: int
    place: int
    shift: int
    bits: int
    errors: int
    frames: int


@dataclass(frozen=True)
class _Tape:
    """Fingerprints behind each other, with room before and after each in which nothing counts.

    Attributes:
        frames: uint64, each a word and above it the bits that count.
        begins: where each print begins.
        heard: frames in which something counts.
        codes: of those, by each of the halves: uint32 [halves, heard].
    """

    frames: NDArray[np.uint64]
    begins: Index
    heard: Index
    codes: NDArray[np.uint32]

    @classmethod
    def of(cls, prints: Sequence[Print]) -> _Tape:
        lengths = np.array([len(one) + LONGEST_STRETCH for one in prints], np.intp)
        ends = np.cumsum(lengths) + LONGEST_STRETCH
        begins = ends - lengths
        words, counting = np.zeros((2, LONGEST_STRETCH * 2 + int(lengths.sum())), np.uint32)
        for begin, one in zip(begins.tolist(), prints, strict=True):
            words[begin : begin + len(one)] = one.words
            counting[begin : begin + len(one)] = one.counting
        heard = np.flatnonzero(counting)
        codes = ((words[heard] & _HALVES) * _SCATTER) >> np.uint32(16)
        codes += np.arange(len(_HALVES), dtype=np.uint32)[:, None] * np.uint32(_CODES)
        return cls(words | counting.astype(np.uint64) << _HIGH, begins, heard, codes)

    def within(self, frames: Index) -> Index:
        """In which print each frame lies, or in the room before it."""
        return np.searchsorted(self.begins - LONGEST_STRETCH, frames, side="right") - 1

    def rows(self, starts: Index) -> NDArray[np.uint64]:
        """So many frames from each start on as the longest stretch has."""
        return np.lib.stride_tricks.sliding_window_view(self.frames, LONGEST_STRETCH)[starts]


class Library:
    """Earlier notes to search in."""

    def __init__(self, fingerprints: Iterable[bytes]) -> None:
        self.prints = [unpack(one) for one in fingerprints]
        self.tape = _Tape.of([one if len(one) >= _SHORTEST else one[:0] for one in self.prints])


def search(stretches: Sequence[Print], library: Library) -> list[Look]:
    """The likeliest alignments of stretches, none longer than `LONGEST_STRETCH`, with notes of the library."""
    ours, theirs = _Tape.of(stretches), library.tape
    stretch, start = _likely(ours, theirs, *_alike(ours, theirs))
    evidence = _evidence(*_compared(ours, theirs, stretch, start)[:2])
    likely = np.flatnonzero(evidence > _WORTH_A_LOOK)
    likely = likely[np.argsort(-evidence[likely])[:_LOOKS]]
    place = theirs.within(start[likely])
    stretch, place = np.repeat(stretch[likely], 3), np.repeat(place, 3)
    start = (start[likely][:, None] + np.array([0, -1, 1])).ravel()
    counted = _compared(ours, theirs, stretch, start)
    columns = (stretch, place, start - theirs.begins[place], *counted)
    return [Look(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _alike(ours: _Tape, theirs: _Tape) -> tuple[Index, Index]:
    """Pairs of frames that agree in a half."""
    count = len(ours.heard)
    # Our codes in order, each with the frame that it is of, in one number: sorted much faster than by way of indices.
    known = ours.codes.astype(np.uint64) << _HIGH | np.arange(count, dtype=np.uint64)
    known = np.sort(known, axis=None)
    code, frame = (known >> _HIGH).astype(np.intp), (known & np.uint64(0xFFFFFFFF)).astype(np.intp)
    firsts = np.flatnonzero(np.diff(code, prepend=-1))
    runs = np.diff(firsts, append=len(code))
    runs_by_code = np.zeros(len(_HALVES) * _CODES, np.int32)
    runs_by_code[code[firsts]] = np.arange(1, len(firsts) + 1)
    found = runs_by_code[theirs.codes]
    _, other = np.nonzero(found)
    run = found[found > 0] - 1
    sizes = runs[run]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return ours.heard[frame[np.repeat(firsts[run], sizes) + within]], theirs.heard[np.repeat(other, sizes)]


def _likely(ours: _Tape, theirs: _Tape, frame: Index, other: Index) -> tuple[Index, Index]:
    """Of pairs of frames the alignments in which frames nearby agree too: stretches, and where frame 0 lies."""
    surplus = np.zeros(len(frame), np.int16)
    for distance in _NEARBY:
        bits, errors = _agreement(ours.frames[frame + distance], theirs.frames[other + distance])
        surplus += bits
        surplus -= errors
        surplus -= errors
    near = surplus >= _AGREEING_NEARBY
    stretch = ours.within(frame[near])
    start = other[near] - frame[near] + ours.begins[stretch]
    size = len(theirs.frames)
    each = np.unique(stretch * size + start)
    return each // size, each % size


def _compared(ours: _Tape, theirs: _Tape, stretch: Index, start: Index) -> tuple[Index, Index, Index]:
    """At each alignment: the bits that count in both, how many differ, in how many frames."""
    counted = np.empty((3, len(stretch)), np.intp)
    for begin in range(0, len(stretch), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        bits, errors = _agreement(ours.rows(ours.begins[stretch[some]]), theirs.rows(start[some]))
        counted[:, some] = bits.sum(axis=1), errors.sum(axis=1), np.count_nonzero(bits, axis=1)
    return counted[0], counted[1], counted[2]


def _agreement(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Of pairs of frames: how many bits count in both, and how many of them differ."""
    both = (one & two) >> _HIGH
    return np.bitwise_count(both), np.bitwise_count((one ^ two) & both)


def _evidence(bits: Index, errors: Index) -> NDArray[np.float64]:
    return (bits - 2 * errors) / np.sqrt(DESIGN_EFFECT * np.maximum(bits, _FEWEST_BITS))
