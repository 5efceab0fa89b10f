"""Audio fingerprints as bytes: 32 bits for each 40 ms, and which of them carry evidence."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAMES_A_SECOND = 25
BITS = 32

_FORMAT = b"\x02"
"""Fingerprints of the first format have no such byte, and no word on which bits count: whole words alone."""
_LONGEST = 60 * FRAMES_A_SECOND
"""Frames that are compared of any note; longer notes are not judged anyway."""
_MOST = 64
"""Fingerprints that are read of any one note."""
_WORD = np.dtype("<u4")
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

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, frames: slice) -> Print:
        return Print(self.words[frames], self.counting[frames])

    @property
    def backwards(self) -> Print:
        """Of the same recording played backwards: frames in the other order, and where energy rose it falls."""
        return Print(~self.words[::-1], self.counting[::-1])


def pack(words: NDArray[np.uint32], counting: NDArray[np.uint32]) -> bytes:
    """A fingerprint as it is stored; empty where no bit counts.

    Args:
        words, counting: as in `Print`.
    """
    if not counting.any():
        return b""
    return _FORMAT + words_bytes(words) + words_bytes(counting)


def unpack(fingerprint: bytes) -> Print:
    """Lay a stored fingerprint open; what is no fingerprint has no frames."""
    return Print(*map(words_of, halves(fingerprint)))


def halves(fingerprint: bytes) -> tuple[bytes, bytes]:
    """A stored fingerprint's words and those that say which bits count, as bytes: of many, `words_of` all at once.

    In one of the first format every bit counts but those of a word that repeats the one before, as silence does.
    """
    if fingerprint.startswith(_FORMAT) and len(fingerprint) % 8 == 1:
        middle = 1 + len(fingerprint) // 2
        return fingerprint[1:middle][: 4 * _LONGEST], fingerprint[middle : middle + 4 * _LONGEST]
    if len(fingerprint) % 4 == 0:
        words = words_of(fingerprint[: 4 * _LONGEST])
        same = np.concatenate((np.ones(1, np.bool_), words[1:] == words[:-1]))[: len(words)]
        return words_bytes(words), words_bytes(np.where(same, np.uint32(0), _ALL))
    return b"", b""


def words_of(stored: bytes) -> NDArray[np.uint32]:
    """Stored words laid open."""
    return np.frombuffer(stored, _WORD).astype(np.uint32, copy=False)


def words_bytes(words: NDArray[np.uint32]) -> bytes:
    """Words as they are stored."""
    return words.astype(_WORD, copy=False).tobytes()


def pack_all(prints: Sequence[Print]) -> bytes:
    """Several fingerprints of one note, each behind its length."""
    packed = [pack(one.words, one.counting) for one in prints]
    return b"".join(struct.pack("<I", len(one)) + one for one in packed)


def unpack_all(packed: bytes) -> list[Print]:
    """What `pack_all` made; of what is damaged, as many as are whole."""
    prints: list[Print] = []
    place = 0
    while place + 4 <= len(packed) and len(prints) < _MOST:
        (size,) = struct.unpack_from("<I", packed, place)
        one = packed[place + 4 : place + 4 + size]
        if len(one) < size:
            break
        prints.append(unpack(one))
        place += 4 + size
    return prints
