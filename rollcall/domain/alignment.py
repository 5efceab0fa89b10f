"""Looking for the alignments of fingerprints that agree best: of all stretches of one note with all earlier notes.

Of the frames that a copy shares with its original some agree in two whole bytes, however it was spoilt; of frames of
different recordings one pair in ten thousand does. So those are looked up, not computed. What frames close by agree on
then sets copies apart from chance, and only what is left, one alignment in thousands, is compared whole, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.fingerprint import Print, halves, words_bytes, words_of

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
_NEARBY = (((-2, 2), 6), ((-4, 4), 14), ((-7, 7), 20), ((-10, 10), 28))
"""How far from a pair of like frames lie others that are then alike too; and so large the surplus of agreeing bits over
differing ones must be in these and those before: of some 24, 48, 72 and 96 that count."""
_MOST_PAIRS, _MOST_SIFTED = 300_000, 20_000
"""Of like frames, by one code, with the rarest first; and those beside which most agrees. Bounds on the work, far above
what speech needs: somebody may hum on one note."""
_CODES = 1 << 16
_ONE_BIT = (np.uint16(1) << np.arange(16, dtype=np.uint16))[:, None]
_AT_ONCE = 128
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
        codes: of those, any two of the lower three bytes of their words: uint16 [heard] each.
    """

    frames: NDArray[np.uint64]
    begins: Index
    heard: Index
    codes: Sequence[NDArray[np.uint16]]

    @classmethod
    def of(cls, prints: Sequence[tuple[bytes, bytes]]) -> _Tape:
        """Of fingerprints as `rollcall.fingerprint.halves` has them."""
        room = bytes(4 * LONGEST_STRETCH)
        words = words_of(room + b"".join([one + room for one, _ in prints]))
        counting = words_of(room + b"".join([one + room for _, one in prints]))
        frames = counting.astype(np.uint64)
        frames <<= _HIGH
        frames |= words
        lengths = np.array([len(one) // 4 for one, _ in prints], np.intp) + LONGEST_STRETCH
        begins = np.cumsum(lengths) - lengths + LONGEST_STRETCH
        heard = np.flatnonzero(counting != 0)
        low, high = words[heard].astype(np.uint16), (words[heard] >> np.uint32(8)).astype(np.uint16)
        outer = (low & np.uint16(0xFF)) | (high & np.uint16(0xFF00))
        return cls(frames, begins, heard, (low, high, outer))

    def within(self, frames: Index) -> Index:
        """In which print each frame lies, or in the room before it."""
        return np.searchsorted(self.begins - LONGEST_STRETCH, frames, side="right") - 1


class Library:
    """Earlier notes to search in."""

    def __init__(self, fingerprints: Iterable[bytes]) -> None:
        prints = [halves(one) for one in fingerprints]
        prints = [one if len(one[0]) >= 4 * _SHORTEST else (b"", b"") for one in prints]
        self.lengths = np.array([len(one) // 4 for one, _ in prints], np.intp)
        self.tape = _Tape.of(prints)

    def __len__(self) -> int:
        return len(self.lengths)

    def heard(self, place: int) -> int:
        """In how many frames of a note something counts."""
        begin = self.tape.begins[place]
        return int(np.count_nonzero(self.tape.frames[begin : begin + self.lengths[place]] >> _HIGH))


def search(tracks: Sequence[Print], stretches: Sequence[Stretch], library: Library) -> list[Look]:
    """The likeliest alignments of stretches with notes of the library.

    Args:
        tracks: what a note is compared as; the first is looked up most closely.
        stretches: of those, none longer than `LONGEST_STRETCH`.
    """
    if not stretches:
        return []
    ours = _Tape.of([(words_bytes(one.words), words_bytes(one.counting)) for one in tracks])
    theirs = library.tape
    lengths = np.array([stretch.length for stretch in stretches], np.intp)
    begins = ours.begins[[stretch.track for stretch in stretches]]
    begins = begins + np.array([stretch.begin for stretch in stretches], np.intp)
    ends = begins + lengths
    rows = np.zeros((len(stretches), int(lengths.max())), np.uint64)
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


def _alike(ours: _Tape, theirs: _Tape, closely: int) -> tuple[Index, Index]:
    """Pairs of frames that have a code in common; of so many first frames of ours, but for one bit."""
    first = ours.heard.searchsorted(ours.begins[0] + closely)
    heard = np.concatenate((ours.heard, np.tile(ours.heard[:first], len(_ONE_BIT))))
    frames, others = [], []
    for known, asked in zip(ours.codes, theirs.codes, strict=True):
        known = np.concatenate((known, (known[:first] ^ _ONE_BIT).ravel()))
        present = np.zeros(_CODES, np.bool_)
        present[known] = True
        found = np.flatnonzero(present.take(asked))
        # Our frames in the order of their codes: where in it those with one code begin, and how many they are.
        order = np.argsort(known, kind="stable")
        known = known[order]
        begins = np.flatnonzero(np.concatenate(([True], known[1:] != known[:-1])))
        sizes = np.diff(begins, append=len(known))
        runs = np.empty(_CODES, np.intp)
        runs[known[begins]] = np.arange(len(begins))
        run = runs[asked[found]]
        many = sizes[run]
        if many.sum() > _MOST_PAIRS:
            rare = np.argsort(many, kind="stable")
            rare = rare[np.cumsum(many[rare]) <= _MOST_PAIRS]
            found, run, many = found[rare], run[rare], many[rare]
        each = np.arange(many.sum()) + np.repeat(begins[run] - np.cumsum(many) + many, many)
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
    if len(surplus) > _MOST_SIFTED:
        best = np.argpartition(-surplus, _MOST_SIFTED)[:_MOST_SIFTED]
        frame, other = frame[best], other[best]
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
