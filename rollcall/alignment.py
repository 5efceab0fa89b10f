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
_ONE_BIT = (np.uint16(1) << np.arange(16, dtype=np.uint16))[:, None]
_AT_ONCE = 256
"""Alignments compared in one go: few enough to stay in the processor's cache."""
_HIGH = np.uint64(32)

Index = NDArray[np.intp]


class Stretch(NamedTuple):
    """Frames of a track that are compared as one: from ``begin`` up to ``end``."""

    track: int
    begin: int
    end: int

    @property
    def length(self) -> int:
        """In frames."""
        return self.end - self.begin


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


def search(tracks: Sequence[Print], stretches: Sequence[Stretch], library: Library) -> list[Look]:
    """The likeliest alignments of stretches with notes of the library.

    Args:
        tracks: what a note is compared as; the first is looked up most closely.
        stretches: of those, none longer than `LONGEST_STRETCH`.
    """
    if not stretches:
        return []
    ours, theirs = _Tape.of(tracks), library.tape
    rows = np.zeros((len(stretches), max(stretch.length for stretch in stretches)), np.uint64)
    begins = ours.begins[[stretch.track for stretch in stretches]] + [stretch.begin for stretch in stretches]
    ends = begins + [stretch.length for stretch in stretches]
    for row, begin, end in zip(rows, begins.tolist(), ends.tolist(), strict=True):
        row[: end - begin] = ours.frames[begin:end]

    frame, other = _sifted(ours, theirs, *_alike(ours, theirs, len(tracks[0])))
    pair, stretch = np.nonzero((frame[:, None] >= begins) & (frame[:, None] < ends))
    size = len(theirs.frames)
    alignments = np.unique(stretch * size + (other - frame)[pair] + begins[stretch])
    stretch, start = alignments // size, alignments % size

    bits, errors, _ = _compared(rows, theirs, stretch, start)
    evidence = (bits - 2 * errors) / np.sqrt(DESIGN_EFFECT * np.maximum(bits, _FEWEST_BITS))
    likely = np.flatnonzero(evidence > _WORTH_A_LOOK)
    likely = likely[np.argsort(-evidence[likely])[:_LOOKS]]
    place = np.repeat(theirs.within(start[likely]), 3)
    stretch, start = np.repeat(stretch[likely], 3), np.add.outer(start[likely], (0, -1, 1)).ravel()
    columns = (stretch, place, start - theirs.begins[place], *_compared(rows, theirs, stretch, start))
    return [Look(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _codes(frames: NDArray[np.uint64]) -> Sequence[NDArray[np.uint16]]:
    """Any two of the lower three bytes of words."""
    low, high = frames.astype(np.uint16), (frames >> np.uint64(8)).astype(np.uint16)
    return low, high, (low & np.uint16(0xFF)) | (high & np.uint16(0xFF00))


def _alike(ours: _Tape, theirs: _Tape, closely: int) -> tuple[Index, Index]:
    """Pairs of frames that have a code in common; of so many first frames of ours, but for one bit."""
    first = ours.heard.searchsorted(ours.begins[0] + closely)
    heard = np.concatenate((ours.heard, np.tile(ours.heard[:first], len(_ONE_BIT))))
    frames, others = [], []
    for known, asked in zip(ours.codes, theirs.codes, strict=True):
        known = np.concatenate((known, (known[:first] ^ _ONE_BIT).ravel()))
        present = np.zeros(1 << 16, np.bool_)
        present[known] = True
        found = np.flatnonzero(present.take(asked))
        asked = asked[found]
        order = np.argsort(known, kind="stable")
        known = known[order]
        begin = known.searchsorted(asked)
        many = known.searchsorted(asked, side="right") - begin
        each = np.arange(many.sum()) + np.repeat(begin - np.cumsum(many) + many, many)
        frames.append(heard[order[each]])
        others.append(np.repeat(theirs.heard[found], many))
    return np.concatenate(frames), np.concatenate(others)


def _sifted(ours: _Tape, theirs: _Tape, frame: Index, other: Index) -> tuple[Index, Index]:
    """Of pairs of frames those beside which others agree too."""
    surplus = np.zeros(len(frame), np.int16)
    for distances, least in _NEARBY:
        for distance in distances:
            bits, errors = _agreement(ours.frames[frame + distance], theirs.frames[other + distance])
            surplus += bits
            surplus -= errors
            surplus -= errors
        near = np.flatnonzero(surplus >= least)
        surplus, frame, other = surplus[near], frame[near], other[near]
    return frame, other


def _compared(rows: NDArray[np.uint64], theirs: _Tape, stretch: Index, start: Index) -> tuple[Index, Index, Index]:
    """At each alignment of a row: the bits that count in both, how many differ, in how many frames."""
    others = np.lib.stride_tricks.sliding_window_view(theirs.frames, rows.shape[1])
    counted = np.empty((3, len(stretch)), np.intp)
    for begin in range(0, len(stretch), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        bits, errors = _agreement(rows[stretch[some]], others[start[some]])
        counted[0, some] = bits.sum(axis=1)
        counted[1, some] = errors.sum(axis=1)
        counted[2, some] = np.count_nonzero(bits, axis=1)
    return counted[0], counted[1], counted[2]


def _agreement(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Of pairs of frames: how many bits count in both, and how many of them differ."""
    both = one & two
    both >>= _HIGH
    return np.bitwise_count(both), np.bitwise_count((one ^ two) & both)
