"""The few facts about media that Telegram itself reads from a file: how long it is, how large its picture is."""

from __future__ import annotations

import struct

_OPUS_RATE = 48_000


def seconds(data: bytes) -> int | None:
    """Duration of an OGG/Opus, WAV or FLAC recording in whole seconds; None where the bytes do not tell."""
    exact = _ogg(data) or _wav(data) or _flac(data)
    return None if exact is None else max(1, round(exact))


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    return None


def _ogg(data: bytes) -> float | None:
    last = data.rfind(b"OggS")
    if not data.startswith(b"OggS") or len(data) < last + 14:
        return None
    (granule,) = struct.unpack("<q", data[last + 6 : last + 14])
    return granule / _OPUS_RATE if granule > 0 else None


def _wav(data: bytes) -> float | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    position, rate = 12, 0
    while position + 8 <= len(data):
        name, size = struct.unpack("<4sI", data[position : position + 8])
        if name == b"fmt " and position + 20 <= len(data):
            (rate,) = struct.unpack("<I", data[position + 16 : position + 20])
        if name == b"data":
            return min(size, len(data) - position - 8) / rate if rate else None
        position += 8 + size + size % 2
    return None


def _flac(data: bytes) -> float | None:
    if data[:4] != b"fLaC" or len(data) < 26:
        return None
    packed = int.from_bytes(data[18:26], "big")
    rate, samples = packed >> 44, packed & 0xFFFFFFFFF
    return samples / rate if rate and samples else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        (size,) = struct.unpack(">H", data[position + 2 : position + 4])
        # The start-of-frame markers carry the size; C4, C8 and CC look like them and are tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + size
    return None
