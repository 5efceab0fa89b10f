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
_NEARBY = (((-2, 2), 6), ((-4, 4), 14), ((-6, 6), 18))
"""Frames, from a pair that agrees to others that then should; and so large must be the surplus of agreeing bits over
differing ones in them and those before them, of about 24 and 48 that count."""
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
        codes: of those, what they are looked up by: uint16 [heard] each.
    """

    frames: NDArray[np.uint64]
    begins: Index
    heard: Index
    codes: Sequence[NDArray[np.uint16]]

    @classmethod
    def of(cls, prints: Sequence[Print]) -> _Tape:
        room = np.zeros(LONGEST_STRETCH, np.uint32)
        words, counting = [room], [room]
        for one in prints:
            words += one.words, room
            counting += one.counting, room
        counts = np.concatenate(counting)
        frames = counts.astype(np.uint64)
        frames <<= _HIGH
        frames |= np.concatenate(words)
        lengths = np.array([len(one) for one in prints], np.intp) + LONGEST_STRETCH
        heard = np.flatnonzero(counts)
        return cls(frames, np.cumsum(lengths) - lengths + LONGEST_STRETCH, heard, _codes(frames[heard]))

    def within(self, frames: Index) -> Index:
        """In which print each frame lies, or in the room before it."""
        return np.searchsorted(self.begins - LONGEST_STRETCH, frames, side="right") - 1


class Library:
    """Earlier notes to search in."""

    def __init__(self, fingerprints: Iterable[bytes]) -> None:
        self.prints = [unpack(one) for one in fingerprints]
        self.tape = _Tape.of([one if len(one) >= _SHORTEST else one[:0] for one in self.prints])


def search(stretches: Sequence[Print], library: Library) -> list[Look]:
    """The likeliest alignments of stretches, none longer than `LONGEST_STRETCH`, with notes of the library."""
    ours, theirs = _Tape.of(stretches), library.tape
    width = max(map(len, stretches), default=0)
    stretch, start = _likely(ours, theirs, *_alike(ours, theirs))
    bits, errors, _ = _compared(ours, theirs, stretch, start, width)
    evidence = (bits - 2 * errors) / np.sqrt(DESIGN_EFFECT * np.maximum(bits, _FEWEST_BITS))
    likely = np.flatnonzero(evidence > _WORTH_A_LOOK)
    likely = likely[np.argsort(-evidence[likely])[:_LOOKS]]
    place = np.repeat(theirs.within(start[likely]), 3)
    stretch, start = np.repeat(stretch[likely], 3), np.add.outer(start[likely], (0, -1, 1)).ravel()
    columns = (stretch, place, start - theirs.begins[place], *_compared(ours, theirs, stretch, start, width))
    return [Look(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _codes(frames: NDArray[np.uint64]) -> Sequence[NDArray[np.uint16]]:
    """Any two of the lower three bytes of words."""
    low, high = frames.astype(np.uint16), (frames >> np.uint64(8)).astype(np.uint16)
    return low, high, (low & np.uint16(0xFF)) | (high & np.uint16(0xFF00))


def _alike(ours: _Tape, theirs: _Tape) -> tuple[Index, Index]:
    """Pairs of frames that have a code in common."""
    frames, others = [], []
    for known, asked in zip(ours.codes, theirs.codes, strict=True):
        present = np.zeros(1 << 16, np.bool_)
        present[known] = True
        found = np.flatnonzero(present.take(asked))
        asked = asked[found]
        order = np.argsort(known, kind="stable")
        known = known[order]
        first = known.searchsorted(asked)
        many = known.searchsorted(asked, side="right") - first
        ends = np.cumsum(many)
        each = np.arange(many.sum()) + np.repeat(first - (ends - many), many)
        frames.append(ours.heard[order[each]])
        others.append(np.repeat(theirs.heard[found], many))
    return np.concatenate(frames), np.concatenate(others)


def _likely(ours: _Tape, theirs: _Tape, frame: Index, other: Index) -> tuple[Index, Index]:
    """Of pairs of frames the alignments in which frames nearby agree too: stretches, and where frame 0 lies."""
    surplus = np.zeros(len(frame), np.int16)
    for distances, least in _NEARBY:
        for distance in distances:
            bits, errors = _agreement(ours.frames[frame + distance], theirs.frames[other + distance])
            surplus += bits
            surplus -= errors
            surplus -= errors
        near = np.flatnonzero(surplus >= least)
        surplus, frame, other = surplus[near], frame[near], other[near]
    stretch = ours.within(frame)
    size = len(theirs.frames)
    each = np.unique(stretch * size + other - frame + ours.begins[stretch])
    return each // size, each % size


def _compared(ours: _Tape, theirs: _Tape, stretch: Index, start: Index, width: int) -> tuple[Index, Index, Index]:
    """At each alignment: the bits that count in both, how many differ, in how many frames."""
    one, two = (np.lib.stride_tricks.sliding_window_view(tape.frames, width) for tape in (ours, theirs))
    counted = np.empty((3, len(stretch)), np.intp)
    for begin in range(0, len(stretch), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        bits, errors = _agreement(one[ours.begins[stretch[some]]], two[start[some]])
        counted[0, some] = bits.sum(axis=1)
        counted[1, some] = errors.sum(axis=1)
        counted[2, some] = np.count_nonzero(bits, axis=1)
    return counted[0], counted[1], counted[2]


def _agreement(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Of pairs of frames: how many bits count in both, and how many of them differ."""
    both = one & two
    both >>= _HIGH
    return np.bitwise_count(both), np.bitwise_count((one ^ two) & both)
