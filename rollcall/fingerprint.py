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
    return _FORMAT + words.astype(_WORD).tobytes() + counting.astype(_WORD).tobytes()


def unpack(fingerprint: bytes) -> Print:
    """Lay a stored fingerprint open; what is no fingerprint has no frames.

    In one of the first format every bit counts but those of a word that repeats the one before, as silence does.
    """
    if fingerprint.startswith(_FORMAT) and len(fingerprint) % 8 == 1:
        both = np.frombuffer(fingerprint, _WORD, offset=1).astype(np.uint32, copy=False)
        count = len(both) // 2
        return Print(both[: min(count, _LONGEST)], both[count : count + _LONGEST])
    if len(fingerprint) % 4 == 0:
        words = np.frombuffer(fingerprint, _WORD).astype(np.uint32, copy=False)[:_LONGEST]
        same = np.concatenate((np.ones(1, np.bool_), words[1:] == words[:-1]))[: len(words)]
        return Print(words, np.where(same, np.uint32(0), _ALL))
    return Print(np.zeros(0, np.uint32), np.zeros(0, np.uint32))


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
