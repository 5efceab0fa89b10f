"""What the first bytes of a file tell, and what may stand before them."""

from __future__ import annotations

_BEGINNINGS = (
    (0, b"OggS"), (4, b"ftyp"), (4, b"moov"), (4, b"mdat"), (4, b"wide"), (0, b"ID3"), (0, b"fLaC"),
    (0, b"\x1a\x45\xdf\xa3"), (0, b"#!AMR"), (0, b"caff"), (8, b"WAVE"), (8, b"AVI "), (8, b"AIFF"), (8, b"AIFC"),
    (0, b"riff\x2e\x91\xcf\x11"), (0, b"FLV"), (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), (0, b".snd"),
    (0, b"\x0b\x77"), (0, b"\x56\xe0"), (0, b"\0\0\x01\xba"), (0, b"MAC "), (0, b"wvpk"), (0, b"TTA1"),
    *((0, bytes([0xFF, second])) for second in (0xF0, 0xF1, 0xF8, 0xF9, 0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)),
)  # fmt: skip
_TRANSPORT_PACKET, _TRANSPORT = 188, 0x47
_PADDING = 16
"""Zeros at the front that no kind of file begins with."""
_ID3_HEADER = 10


def looks_like_sound(data: bytes) -> bool:
    """Whether the first bytes are those of a sound or video file, sound or not."""
    if any(data[offset : offset + len(magic)] == magic for offset, magic in _BEGINNINGS):
        return True
    return len(data) > _TRANSPORT_PACKET and data[0] == data[_TRANSPORT_PACKET] == _TRANSPORT


def without_preamble(data: bytes) -> bytes:
    """The file without ID3v2 tags and zeros before it, which players pass over."""
    start = 0
    while data[start : start + 3] == b"ID3" and len(data) - start > _ID3_HEADER:
        size = 0
        for byte in data[start + 6 : start + _ID3_HEADER]:
            size = size << 7 | byte & 0x7F
        start += _ID3_HEADER + size
    rest = data[start:]
    bare = rest.lstrip(b"\0")
    return bare if len(rest) - len(bare) >= _PADDING else rest
