"""Comparing audio fingerprints: is there evidence that this is the same recording? (Haitsma & Kalker, ISMIR 2002)

The question is put as a test of "these are different recordings". Bits of different recordings agree half of the time;
the surplus of agreeing bits over differing ones, in standard deviations, is the evidence. How much of it is too much
for chance depends on how often chance had a try: at every alignment with every earlier note. docs/accuracy.md derives
the constants and shows the measurements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAMES_A_SECOND = 25

DESIGN_EFFECT = 2.5
"""Neighbouring bits and frames resemble each other: the surplus of N bits varies as that of N / 2.5 independent ones.
Measured: the variance of the surplus over N, for different recordings, at any overlap from 25 frames to 300."""
_TAIL_FROM, _TAIL_SHARE, _TAIL_SLOPE = 4.85, 1e-4, 3.5
"""So rarely different recordings show more evidence than this at one alignment, and how fast it gets rarer: measured.
Like sounds follow each other in all speech, so the tail is longer than the normal distribution's."""
_ACCUSED_WRONGLY = 1e-6
"""Chance, by that tail, that an honest note is called a copy of any of all earlier ones: of 2,000 as of one."""
SAME_RECORDING_BELOW = 0.30
"""Bit error rate of the bits that count. However much is compared, a copy is this like: worst measured, 0.23."""

_FORMAT = b"\x02"
"""Fingerprints of the first format have no such byte, and no word on which bits count: whole words alone."""
_LONGEST = 60 * FRAMES_A_SECOND
"""Frames that are compared of any note; longer notes are not judged anyway."""
_LEAST_FRAMES = 30
"""1.2 s of speech common to both: what two people's "here!" have in common must not be enough."""
_EVERY = 4
"""The rough search looks at every fourth frame, which neighbours resemble closely."""
_WORTH_A_LOOK = 3.0
"""Standard deviations in the rough search; a copy of 2 s shows 6 and more."""
_LOOKS = 64
"""Alignments compared exactly, the likeliest first: a bound on the work."""
_AT_ONCE = 100
"""Notes searched in one go: few enough that their words stay in the processor's cache."""
_WORD = np.dtype("<u4")
_BITS = 32
_ALL = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True)
class Print:
    """A fingerprint laid open.

    Attributes:
        words: uint32 [frames], 32 bits each.
        counting: uint32 [frames], set where a bit carries evidence.
    """

    words: NDArray[np.uint32]
    counting: NDArray[np.uint32]


@dataclass(frozen=True)
class Match:
    """The likeliest copy among earlier notes.

    Attributes:
        place: which of them.
        evidence: surplus of agreeing bits at the best alignment, in standard deviations.
        bit_error_rate: there, of the bits that count in both; in [0, 1].
        frames: compared there, 40 ms each.
        needed: evidence that chance would not show in so many tries.
    """

    place: int
    evidence: float
    bit_error_rate: float
    frames: int
    needed: float

    @property
    def is_copy(self) -> bool:
        """Whether this can be called the same recording."""
        return self.evidence >= self.needed and self.bit_error_rate <= SAME_RECORDING_BELOW


def pack(words: NDArray[np.uint32], counting: NDArray[np.uint32]) -> bytes:
    """A fingerprint as it is stored; empty where no bit counts.

    Args:
        words, counting: as in `Print`.
    """
    if not counting.any():
        return b""
    return _FORMAT + words.astype(_WORD).tobytes() + counting.astype(_WORD).tobytes()


def unpack(fingerprint: bytes) -> Print:
    """Lay a stored fingerprint open; what is no fingerprint has no frames.

    In one of the first format every bit counts but those of a word that repeats the one before, as silence does.
    """
    if len(fingerprint) % 4 == 0:
        words = np.frombuffer(fingerprint, _WORD).astype(np.uint32, copy=False)
        same = np.concatenate((np.ones(1, np.bool_), words[1:] == words[:-1]))[: len(words)]
        counting = np.where(same, np.uint32(0), _ALL)
    elif fingerprint.startswith(_FORMAT) and len(fingerprint) % 8 == 1:
        words, counting = np.frombuffer(fingerprint, _WORD, offset=1).astype(np.uint32, copy=False).reshape(2, -1)
    else:
        words = counting = np.zeros(0, np.uint32)
    return Print(words[:_LONGEST], counting[:_LONGEST])


def same_recording(one: bytes, others: Sequence[bytes]) -> int | None:
    """The place among the others of a copy of the same recording, or None."""
    match = likeliest(one, others)
    return match.place if match is not None and match.is_copy else None


def likeliest(one: bytes, others: Sequence[bytes]) -> Match | None:
    """The best alignment with any of the others; None where none of them overlaps enough in what counts.

    All of them are searched roughly at once, and only what looks alike is compared exactly.
    """
    note = unpack(one)
    looks: list[tuple[float, int, int]] = []
    tries = 0
    for start in range(0, len(others), _AT_ONCE):
        some = [unpack(other) for other in others[start : start + _AT_ONCE]]
        tried, found = _rough(note, some)
        tries += tried
        looks += [(surplus, start + place, shift) for surplus, place, shift in found]
        looks = sorted(looks, reverse=True)[:_LOOKS]
    if not tries:
        return None
    needed = evidence_needed(tries)
    exact = [_compare(note, unpack(others[place]), place, shift, needed) for _, place, shift in looks]
    return max((match for match in exact if match is not None), key=lambda match: match.evidence, default=None)


def evidence_needed(tries: int) -> float:
    """Standard deviations that chance reaches once in a million times that it is given so many tries."""
    return _TAIL_FROM + math.log(max(1.0, tries * _TAIL_SHARE / _ACCUSED_WRONGLY)) / _TAIL_SLOPE


def _rough(note: Print, others: Sequence[Print]) -> tuple[int, list[tuple[float, int, int]]]:
    """How many alignments there are, and the likeliest: (rough evidence, which of the others, shift)."""
    size = len(note.words)
    lengths = np.array([len(other.words) for other in others])
    # All in a row, with room before, between and after for the query to hang over: it never touches two of them.
    starts = size + np.concatenate(([0], np.cumsum(lengths + size)[:-1]))
    row = np.zeros(int((lengths + size).sum()) + size + _EVERY, np.uint32)
    mask = np.zeros(len(row), np.uint32)
    for start, other in zip(starts, others, strict=True):
        row[start : start + len(other.words)] = other.words
        mask[start : start + len(other.words)] = np.where(other.counting != 0, _ALL, np.uint32(0))
    alignments = len(row) - size - _EVERY + 1
    errors, compared = _at_every_alignment(note, row, mask, alignments)
    own = int(np.count_nonzero(note.counting))
    least = _least_overlap(own, np.array([np.count_nonzero(other.counting) for other in others]))
    owner = np.repeat(np.arange(len(others)), np.diff(np.append(starts - size, alignments)))
    places = np.flatnonzero(compared >= (least / _EVERY)[owner])
    bits = _BITS * compared[places].astype(np.float64)
    surplus = (bits - 2.0 * errors[places]) / np.sqrt(bits)
    likely = np.flatnonzero(surplus >= _WORTH_A_LOOK)
    likely = likely[np.argsort(-surplus[likely])[:_LOOKS]]
    owners = owner[places[likely]]
    shifts = starts[owners] - places[likely]
    return len(places), list(zip(surplus[likely].tolist(), owners.tolist(), shifts.tolist(), strict=True))


def _at_every_alignment(
    note: Print, row: NDArray[np.uint32], mask: NDArray[np.uint32], alignments: int
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Differing bits and compared frames, of every fourth frame: uint16 [alignments] each."""
    # Two frames at a time, the second four later: half the passes over memory.
    rows, masks = _paired(row), _paired(mask)
    ways = [masks, masks & np.uint64(_ALL), masks & ~np.uint64(_ALL)]
    ways_heard = [np.bitwise_count(way) // np.uint8(_BITS) for way in ways]
    words = np.concatenate((note.words, np.zeros(2 * _EVERY, np.uint32)))
    counting = np.concatenate((note.counting, np.zeros(2 * _EVERY, np.uint32))) != 0
    errors, compared = np.zeros(alignments, np.uint16), np.zeros(alignments, np.uint16)
    differing, count = np.empty(alignments, np.uint64), np.empty(alignments, np.uint8)
    for frame in range(0, len(note.words), 2 * _EVERY):
        first, second = bool(counting[frame]), bool(counting[frame + _EVERY])
        if not first and not second:
            continue
        way = 0 if first and second else 1 if first else 2
        pair = np.uint64(int(words[frame]) | int(words[frame + _EVERY]) << _BITS)
        np.bitwise_xor(rows[frame : frame + alignments], pair, out=differing)
        np.bitwise_and(differing, ways[way][frame : frame + alignments], out=differing)
        np.add(errors, np.bitwise_count(differing, out=count), out=errors)
        np.add(compared, ways_heard[way][frame : frame + alignments], out=compared)
    return errors, compared


def _paired(row: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Each word together with the one four frames later: uint64 [n - 4]."""
    return row[:-_EVERY].astype(np.uint64) | row[_EVERY:].astype(np.uint64) << np.uint64(_BITS)


def _least_overlap(own: int, others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Frames that must be compared: half of what counts in the shorter one, and no less than makes a sentence."""
    return np.asarray(np.maximum(np.minimum(own, others) // 2, _LEAST_FRAMES), np.int64)


def _compare(note: Print, other: Print, place: int, shift: int, needed: float) -> Match | None:
    """Exactly, where frame ``shift`` of the note lies on the first frame of the other (negative: the other way)."""
    ours, theirs = max(0, shift), max(0, -shift)
    size = min(len(note.words) - ours, len(other.words) - theirs)
    both = note.counting[ours : ours + size] & other.counting[theirs : theirs + size]
    bits = int(np.bitwise_count(both).sum())
    if not bits:
        return None
    differing = (note.words[ours : ours + size] ^ other.words[theirs : theirs + size]) & both
    errors = int(np.bitwise_count(differing).sum())
    evidence = (bits - 2 * errors) / math.sqrt(DESIGN_EFFECT * bits)
    return Match(place, evidence, errors / bits, int(np.count_nonzero(both)), needed)
