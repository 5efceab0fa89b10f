"""Is there evidence that this is the same recording as one before? (Haitsma & Kalker, ISMIR 2002)

The question is put as a test of "these are different recordings". Bits of different recordings agree half of the time;
the surplus of agreeing bits over differing ones, in standard deviations, is the evidence. How much of it is too much
for chance depends on how often chance had a try: at every alignment of everything that is compared with every earlier
note. docs/accuracy.md derives the constants and shows the measurements.

What is compared are stretches of a note: as it is, and backwards or with a change of speed, tempo or pitch undone. And
short ones, of which several together may show that the note was put together from pieces of earlier ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.alignment import DESIGN_EFFECT, LONGEST_STRETCH, Library, Look, Stretch, search
from rollcall.domain.fingerprint import Print, unpack, unpack_all

_TAIL_FROM, _TAIL_SHARE, _TAIL_SLOPE = 4.85, 1e-4, 3.5
"""So rarely different recordings show more evidence than this at one alignment, and how fast it gets rarer: measured.
Like sounds follow each other in all speech, so the tail is longer than the normal distribution's."""
SAME_RECORDING_BELOW = 0.30
"""Bit error rate of the bits that count. However much is compared, a copy is this like: worst measured, 0.23."""
_LEAST_FRAMES = 30
"""1.2 s of speech common to both: what two people's "here!" have in common must not be enough."""
_PIECE, _HOP = 32, 16
"""Frames of a short stretch, and from the beginning of one to that of the next."""
_LEAST_OF_A_PIECE = 16
_SHARE = 0.5
"""Of what counts in the note, pieces must make up so much: two who sit in one room have the same things to be heard
while they pause. Of a longer stretch that is compared with an earlier note, so much of the shorter must overlap."""


class Kind(IntEnum):
    """What a note is compared as."""

    AS_IT_IS = 0
    CHANGED = 1
    PIECES = 2


_ACCUSED_WRONGLY = 1e-8
"""Chance, by that tail, that an honest note is called a copy of any of all earlier ones: of 2,000 as of one; for each
kind of comparison. At 1e-6 one of 1,573,770 pairs, the same digits by the same speaker, was called the same; of copies
with 2 s of speech the least certain, in white noise, show a hundred times more than is needed now."""


@dataclass(frozen=True)
class Match:
    """What an alignment with an earlier note shows, or several of different pieces.

    Attributes:
        place: which note; of several, that with the most in common.
        kind: as what the note was compared.
        surprise: of the chance that there is as much evidence anywhere, the negative natural logarithm.
        bit_error_rate: of the bits that count in both; in [0, 1].
        frames: compared, 40 ms each.
        least: of them, for a verdict.
    """

    place: int
    kind: Kind
    surprise: float
    bit_error_rate: float
    frames: int
    least: float

    @property
    def is_copy(self) -> bool:
        """Whether this can be called the same recording."""
        enough = self.margin >= 0 and self.frames >= self.least
        return enough and self.bit_error_rate <= SAME_RECORDING_BELOW

    @property
    def margin(self) -> float:
        """How much more surprising it is than is needed."""
        return self.surprise + math.log(_ACCUSED_WRONGLY)


@dataclass(frozen=True)
class _Part:
    """A stretch, as what it is compared, and how many of its frames count."""

    stretch: Stretch
    kind: Kind
    heard: int


def same_recording(one: bytes, others: Sequence[bytes] | Library, shapes: bytes = b"") -> int | None:
    """The place among the others of a copy of the same recording, or None."""
    match = likeliest(one, others if isinstance(others, Library) else Library(others), shapes)
    return match.place if match is not None and match.is_copy else None


def likeliest(one: bytes, others: Library, shapes: bytes = b"") -> Match | None:
    """What is likeliest a copy of any of the others; None where nothing is worth a look.

    Args:
        one: the note's fingerprint.
        others: earlier notes.
        shapes: fingerprints of the note with changes undone (`rollcall.domain.fingerprint.pack_all`).
    """
    found = matches(one, others, shapes)
    return max(found, key=lambda match: (match.is_copy, match.margin), default=None)


def matches(one: bytes, others: Library, shapes: bytes = b"", *, alone: bool = False) -> list[Match]:
    """Everything that was worth a look.

    Args:
        alone: each earlier note is taken for the only one, so that chance had fewer tries. Pieces are left out.
    """
    note, changed = unpack(one), unpack_all(shapes)
    tracks = [note, note.backwards, *changed, *(shape.backwards for shape in changed)]
    parts = list(_parts(tracks))
    tries = _tries(parts, others)
    total = tries if alone else np.broadcast_to(tries.sum(axis=1, keepdims=True), tries.shape)
    found: list[Match] = []
    pieces: dict[int, Match] = {}
    for look in search(tracks, [part.stretch for part in parts], others):
        part = parts[look.stretch]
        match = _match(part, others, look, int(total[part.kind, look.place]))
        if match is None:
            continue
        begin = part.stretch.begin
        if part.kind is not Kind.PIECES:
            found.append(match)
        elif begin not in pieces or match.surprise > pieces[begin].surprise:
            pieces[begin] = match
    if pieces and not alone:
        count = sum(part.kind is Kind.PIECES for part in parts)
        found.append(_together(pieces, count, max(_LEAST_FRAMES, _SHARE * _size(note))))
    return found


def unlikely(evidence: float, tries: int) -> float:
    """How many such alignments chance shows in so many tries: the negative natural logarithm of their number."""
    return _TAIL_SLOPE * (evidence - _TAIL_FROM) - math.log(_TAIL_SHARE * max(1, tries))


def _together(pieces: dict[int, Match], count: int, least: float) -> Match:
    """The evidence of pieces that do not overlap, of so many that were compared (Fisher's method).

    Args:
        least: frames that they must have together.
    """
    chosen: dict[int, Match] = {}
    for start, match in sorted(pieces.items(), key=lambda item: -item[1].surprise):
        if match.surprise > 0 and all(abs(start - other) >= _PIECE for other in chosen):
            chosen[start] = match
    best = max(pieces.values(), key=lambda match: match.surprise)
    ways = list(_ways(list(chosen.values()) or [best], count, least))
    return max(ways, key=lambda way: (way.is_copy, way.surprise))


def _ways(chosen: Sequence[Match], count: int, least: float) -> Iterator[Match]:
    """The best one, the best two together, and so on."""
    surprise, errors, frames = 0.0, 0.0, 0
    for number, match in enumerate(chosen, start=1):
        surprise += match.surprise
        frames += match.frames
        errors += match.bit_error_rate * match.frames
        # The sum of so many exponential variables, chosen among all, and how many were chosen.
        terms = math.log(sum(surprise**power / math.factorial(power) for power in range(number)))
        choices = math.log(math.comb(count, number) * len(chosen))
        yield Match(chosen[0].place, Kind.PIECES, surprise - terms - choices, errors / frames, frames, least)


def _parts(tracks: Sequence[Print]) -> Iterator[_Part]:
    """Everything that is compared of a note and, behind it, of what it is compared as."""
    for number, track in enumerate(tracks):
        # Of equal length, short enough that an undone change stays in step.
        count = -(-len(track) // LONGEST_STRETCH)
        for part in range(count):
            stretch = Stretch(number, part * len(track) // count, (part + 1) * len(track) // count)
            heard = _size(track[stretch.begin : stretch.end])
            if heard >= _LEAST_FRAMES:
                yield _Part(stretch, Kind.CHANGED if number else Kind.AS_IT_IS, heard)
    for begin in range(0, len(tracks[0]) - _PIECE + 1, _HOP):
        heard = _size(tracks[0][begin : begin + _PIECE])
        if heard >= _LEAST_OF_A_PIECE:
            yield _Part(Stretch(0, begin, begin + _PIECE), Kind.PIECES, heard)


def _size(frames: Print) -> int:
    """Frames in which something counts."""
    return int(np.count_nonzero(frames.counting))


def _tries(parts: Sequence[_Part], others: Library) -> NDArray[np.int64]:
    """In how many alignments enough frames lie on each other, of pieces those of one: [kinds, notes]."""
    lengths = others.lengths
    tries = np.zeros((len(Kind), len(lengths)), np.int64)
    for kind in (Kind.AS_IT_IS, Kind.CHANGED):
        ways = [part.stretch.length - 2 * _LEAST_FRAMES + 1 for part in parts if part.kind is kind]
        tries[kind] = len(ways) * lengths + sum(ways)
    tries[Kind.PIECES] = lengths + _PIECE - 2 * _LEAST_OF_A_PIECE + 1
    tries[:, lengths < _LEAST_FRAMES] = 0
    return tries


def _match(part: _Part, others: Library, look: Look, tries: int) -> Match | None:
    """What an alignment shows; None where too little lies on each other."""
    if part.kind is Kind.PIECES:
        least = float(_LEAST_OF_A_PIECE)
    else:
        least = max(_LEAST_FRAMES, _SHARE * min(part.heard, others.heard(look.place)))
    if look.frames < least:
        return None
    evidence = (look.bits - 2 * look.errors) / math.sqrt(DESIGN_EFFECT * look.bits)
    surprise = unlikely(evidence, tries)
    return Match(look.place, part.kind, surprise, look.errors / look.bits, look.frames, least)
