"""Opus packets out of an Ogg file (RFC 3533, RFC 7845). Every length is checked against the bytes that are there."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from worker.waveform import AudioRefused

_HEADER = struct.Struct("<4sBBqIIIB")
_FIRST, _LAST = 0x02, 0x04
_CONTINUED = 0x01
_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_MOST_PACKETS = 60 * 400
"""A minute of the shortest packets, 2.5 ms."""
_MOST_PAGES = 2 * _MOST_PACKETS
"""Of all streams together. A page costs Python time however empty it is, and holds up the other threads meanwhile."""
_OPUS = b"OpusHead"
_LONGEST_PACKET = 61_440
"""RFC 7845, section 6: what a decoder must take at least, for one stream."""


@dataclass(frozen=True)
class OpusStream:
    """The first logical Opus stream of a file.

    Attributes:
        packets: Opus packets, headers left out.
        pre_skip: samples at 48 kHz to drop at the beginning.
        gain: output gain in 1/256 dB.
        length: samples at 48 kHz after the pre-skip, where the last page says so; else None.
    """

    packets: list[bytes]
    pre_skip: int
    gain: int
    length: int | None


@dataclass(frozen=True)
class _Page:
    flags: int
    granule: int
    serial: int
    lacing: bytes
    body: memoryview


def is_ogg_opus(data: bytes) -> bool:
    """Whether one of an Ogg file's streams is Opus: each begins on a page before all other pages (RFC 3533, section 4).

    Raises:
        AudioRefused: ``broken_file`` where one of those pages is damaged or cut off.
    """
    if not data.startswith(b"OggS"):
        return False
    for page in _pages(data):
        if not page.flags & _FIRST:
            return False
        if page.body[: len(_OPUS)] == _OPUS:
            return True
    return False


def read_opus(data: bytes) -> OpusStream:
    """Take the packets of the first Opus stream; other streams, beside it or chained behind it, are passed over.

    Raises:
        AudioRefused: ``broken_file`` where a page is damaged or cut off, or a header is not what it must be.
    """
    packets: list[bytes] = []
    partial = bytearray()
    serial: int | None = None
    granule, ended = 0, False
    for page in _pages(data):
        if serial is None and page.body[: len(_OPUS)] == _OPUS:
            serial = page.serial
        if page.serial != serial:
            continue
        if not page.flags & _CONTINUED:
            partial.clear()
        offset = 0
        for size in page.lacing:
            partial += page.body[offset : offset + size]
            offset += size
            if size < 255:
                packets.append(bytes(partial))
                partial.clear()
            if len(packets) > _MOST_PACKETS:
                raise AudioRefused("too_long", "too many packets")
            if len(partial) > _LONGEST_PACKET:
                raise AudioRefused("broken_file", "an endless packet")
        granule = page.granule if page.granule >= 0 else granule
        if page.flags & _LAST:
            ended = True
            break
    if len(packets) < 3:
        raise AudioRefused("broken_file", "no sound in it")
    pre_skip, gain = _head(packets[0])
    if not packets[1].startswith(b"OpusTags"):
        raise AudioRefused("broken_file", "no comment header")
    length = granule - pre_skip if ended and granule > pre_skip else None
    return OpusStream([packet for packet in packets[2:] if packet], pre_skip, gain, length)


def _head(packet: bytes) -> tuple[int, int]:
    """Pre-skip and gain of the identification header (RFC 7845, section 5.1)."""
    if len(packet) < 19 or not packet.startswith(_OPUS) or packet[8] >> 4 != 0:
        raise AudioRefused("broken_file", "no Opus header")
    channels, pre_skip, _rate, gain, mapping = struct.unpack_from("<BHIhB", packet, 9)
    if mapping != 0 or channels not in (1, 2):
        raise AudioRefused("broken_file", "more than two channels")
    return pre_skip, gain


def _pages(data: bytes) -> Iterator[_Page]:
    view = memoryview(data)
    position = count = 0
    while position < len(data):
        count += 1
        if count > _MOST_PAGES:
            raise AudioRefused("broken_file", "a flood of pages")
        if len(data) - position < _HEADER.size:
            raise AudioRefused("broken_file", "cut off within a page header")
        magic, version, flags, granule, serial, _sequence, checksum, segments = _HEADER.unpack_from(data, position)
        if magic != b"OggS" or version != 0:
            raise AudioRefused("broken_file", "no page where one must begin")
        lacing = bytes(view[position + _HEADER.size : position + _HEADER.size + segments])
        start = position + _HEADER.size + segments
        end = start + sum(lacing)
        if len(lacing) < segments or end > len(data):
            raise AudioRefused("broken_file", "cut off within a page")
        if _checksum(data, position, end) != checksum:
            raise AudioRefused("broken_file", "a page's checksum is wrong")
        yield _Page(flags, granule, serial, lacing, view[start:end])
        position = end


def _checksum(data: bytes, start: int, end: int) -> int:
    """Ogg's CRC-32: polynomial 0x04c11db7, not reflected, initial value and final mask zero.

    zlib's is the same polynomial reflected, with both of ones: reversing the bits going in and coming out, and undoing
    its masks, gives Ogg's at the speed of C.
    """
    page = bytearray(data[start:end])
    page[22:26] = bytes(4)
    reflected = zlib.crc32(page.translate(_REVERSED_BITS), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REVERSED_BITS), "big")
