"""Looking for the alignments of fingerprints that agree best: of all stretches of one note with all earlier notes.

By way of the fast Fourier transform, for all alignments at once, and of every second frame only: what is found is to be
compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.fingerprint import BITS, Print, unpack

DESIGN_EFFECT = 2.5
"""Neighbouring bits and frames resemble each other: the surplus of N bits varies as that of N / 2.5 independent ones.
Measured: the variance of the surplus over N, for different recordings, at any overlap from 25 frames to 300."""
LONGEST_STRETCH = 128
"""Frames, 5 s."""

_WORTH_A_LOOK = 5.5
"""Standard deviations; here how many bits count in both is only estimated."""
_LOOKS = 64
"""Alignments to be compared exactly, the likeliest first: a bound on the work."""
_FEWEST_BITS = 120
"""That count in both; alignments with fewer say nothing."""
_PRODUCT, _VARIANCE = 256, 31
"""By the filter below, the sum of the products of counting bits is 256 times their number in both; and the surplus of N
bits varies 31 times as much as before. The former follows from the filter, the latter was measured."""
_SHORTEST = 30
"""Frames. With shorter notes nothing is compared."""
_SIZES = (192, 256, 320, 384, 480, 576, 768, 960, 1152, 1280, 1440, 1728)
"""Notes are filled up to one of so many frames, with room for a stretch to hang over, and searched with the others of
the same size."""
_AT_ONCE = 16_384
"""Frames searched in one go: few enough to stay in the processor's cache."""


@dataclass(frozen=True)
class Look:
    """An alignment worth a look: frame 0 of the stretch lies about on frame ``shift`` of the other note.

    Attributes:
        evidence: roughly.
        stretch, place: of which stretch and which note.
    """

    evidence: float
    stretch: int
    place: int
    shift: int


@dataclass(frozen=True)
class _Batch:
    """Some notes, filled up to one size.

    Attributes:
        places: which they are.
        spectra: complex64 [size / 4 + 1, notes, 33].
    """

    size: int
    places: Sequence[int]
    spectra: NDArray[np.complex64]


class Library:
    """Earlier notes to search in."""

    def __init__(self, fingerprints: Sequence[bytes], *, keep: bool = False) -> None:
        """
        Args:
            keep: whether the spectra are kept for many searches: about 25 kB a note.
        """
        self.prints = [unpack(one) for one in fingerprints]
        self._kept = list(self._batches()) if keep else None

    def batches(self) -> Iterator[_Batch]:
        """All of them, some at a time."""
        yield from self._batches() if self._kept is None else self._kept

    def _batches(self) -> Iterator[_Batch]:
        sizes: dict[int, list[int]] = {}
        for place, one in enumerate(self.prints):
            if len(one) >= _SHORTEST:
                size = next(size for size in _SIZES if size >= len(one) + LONGEST_STRETCH)
                sizes.setdefault(size, []).append(place)
        for size, places in sizes.items():
            step = max(1, _AT_ONCE // size)
            for start in range(0, len(places), step):
                some = places[start : start + step]
                yield _Batch(size, some, _spectra([self.prints[place] for place in some], size))


def search(stretches: Sequence[Print], library: Library) -> list[Look]:
    """The likeliest alignments of stretches, none longer than `LONGEST_STRETCH`, with notes of the library."""
    looks: list[Look] = []
    ours: dict[int, NDArray[np.complex64]] = {}
    for batch in library.batches() if stretches else ():
        if batch.size not in ours:
            ours[batch.size] = _spectra(stretches, batch.size).conj().transpose(0, 2, 1)
        looks += _likely(stretches, ours[batch.size], batch)
        looks = sorted(looks, key=lambda look: -look.evidence)[:_LOOKS]
    return looks


def _likely(stretches: Sequence[Print], ours: NDArray[np.complex64], batch: _Batch) -> list[Look]:
    # The correlation theorem, for every frequency: [notes, bits] times [bits, stretches].
    agreeing = batch.spectra[..., :BITS] @ ours[:, :BITS]
    counting = batch.spectra[..., BITS:] @ ours[:, BITS:]
    surplus, product = (
        np.fft.irfft(np.ascontiguousarray(one.transpose(2, 1, 0)), batch.size // 2, axis=2)
        for one in (agreeing, counting)
    )
    variance = np.maximum(product, np.float32(_FEWEST_BITS * _PRODUCT), out=product)
    variance *= np.float32(DESIGN_EFFECT * _VARIANCE / _PRODUCT)
    evidence = np.divide(surplus, np.sqrt(variance, out=variance), out=surplus).ravel()
    likely = np.flatnonzero(evidence > _WORTH_A_LOOK)
    likely = likely[np.argsort(-evidence[likely])[:_LOOKS]]
    stretch, row, shift = np.unravel_index(likely, surplus.shape)
    shift = 2 * shift
    # What hangs over before the first frame is found at the end.
    over = shift >= batch.size - np.array([len(stretches[number]) for number in stretch], np.intp)
    shift[over] -= batch.size
    return [
        Look(float(one), int(number), batch.places[at], int(by))
        for one, number, at, by in zip(evidence[likely], stretch, row, shift, strict=True)
    ]


def _spectra(prints: Sequence[Print], size: int) -> NDArray[np.complex64]:
    """Of each bit as 1, -1 or, where it does not count, 0, and of how many count; along every second frame.

    Returns:
        [size / 4 + 1 frequencies, prints, 33].
    """
    words, counting = np.zeros((2, len(prints), size + 2), np.uint32)
    for row, one in enumerate(prints):
        words[row, : len(one)], counting[row, : len(one)] = one.words, one.counting
    frames = np.empty((len(prints), size + 2, BITS + 1), np.int8)
    frames[..., :BITS] = _bits(words & counting) - _bits(~words & counting)
    frames[..., BITS] = np.bitwise_count(counting)
    # With half of its neighbours, since a copy's frames may lie between two of ours.
    coarse = (frames[:, :-2:2] + np.float32(2) * frames[:, 1:-1:2] + frames[:, 2::2]).astype(np.float32)
    return np.ascontiguousarray(np.fft.rfft(coarse, axis=1).transpose(1, 0, 2))


def _bits(words: NDArray[np.uint32]) -> NDArray[np.int8]:
    """[..., 32], each 0 or 1."""
    return np.unpackbits(words.astype("<u4")[..., None].view(np.uint8), axis=-1, bitorder="little").view(np.int8)
