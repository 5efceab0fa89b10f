"""Opus packets out of an Ogg file (RFC 3533, RFC 7845), as much as is left of them in a damaged one.

Recorders take liberties that every player forgives: the end of the stream is marked at each pause, positions count
bytes, files are written behind one another, the last page is missing because the phone rang. So nothing here depends on
what a page claims but on what is there; every length is checked against the bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from worker.audio.waveform import AudioRefused

_HEADER = struct.Struct("<4sBBqIIIB")
_MAGIC = b"OggS"
_CONTINUED, _FIRST, _LAST = 0x01, 0x02, 0x04
_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_MOST_PACKETS = 60 * 400
"""A minute of the shortest packets, 2.5 ms."""
_MOST_PAGES = 2 * _MOST_PACKETS
"""Of all streams together. A page costs Python time however empty it is, and holds up the other threads meanwhile."""
_MOST_DAMAGED = 1_000
"""Places that look like a page and are none: each costs a checksum of up to 64 kB."""
_MOST_LINKS = 1_000
_OPUS, _TAGS = b"OpusHead", b"OpusTags"
_LONGEST_PACKET = 61_440
"""RFC 7845, section 6: what a decoder must take at least, for one stream."""
_MOST_CHANNELS = 8
_FAMILIES_WITH_A_TABLE = (1, 2, 255)


@dataclass(frozen=True)
class OpusHead:
    """What a stream says of itself (RFC 7845, section 5.1).

    Attributes:
        channels: of the decoded sound, 1 to 8.
        pre_skip: samples at 48 kHz to drop at the beginning.
        gain: output gain in 1/256 dB.
        streams: Opus streams within each packet; ``coupled`` of them are stereo.
        mapping: which decoded channel each channel is; None in family 0, mono or stereo in one stream.
    """

    channels: int
    pre_skip: int
    gain: int
    streams: int = 1
    coupled: int = 0
    mapping: bytes | None = None


@dataclass(frozen=True)
class SoundPage:
    """A page's packets.

    Attributes:
        packets: those that end on the page.
        granule: the position it claims for its end, samples at 48 kHz; negative where it claims none.
        ends: it is marked as the stream's last.
        gap: pages before it are missing.
    """

    packets: list[bytes]
    granule: int
    ends: bool
    gap: bool


@dataclass
class OpusLink:
    """One stream of a chain: a file may hold several behind one another.

    Attributes:
        cut_off: the file ends within one of its pages.
    """

    head: OpusHead
    serial: int
    pages: list[SoundPage] = field(default_factory=list)
    cut_off: bool = False


@dataclass(frozen=True)
class ForeignLink:
    """A stretch of the file without Opus: its bytes, and the first packet, which tells the codec."""

    start: int
    end: int
    head: bytes


@dataclass(frozen=True)
class OggFile:
    """What is in a file, in order.

    Attributes:
        links: at least one.
        clean: pages from the first byte to the last, each with its right checksum.
    """

    links: list[OpusLink | ForeignLink]
    clean: bool


@dataclass(frozen=True)
class _Page:
    start: int
    end: int
    flags: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: memoryview
    whole: bool
    """All there, and its checksum is right."""


def read_ogg(data: bytes, most_pages: int = _MOST_PAGES) -> OggFile | None:
    """Find the streams that a file holds behind one another; None where there is not one beginning of a stream.

    Of streams side by side, the first with Opus is taken.

    Raises:
        AudioRefused: ``broken_file`` for what no recorder writes: a flood of pages, an endless packet; ``too_long``.
    """
    reader = _Reader()
    clean = data.startswith(_MAGIC)
    end = 0
    for page in _pages(data, most_pages):
        clean = clean and page.whole and page.start == end
        end = page.end
        reader.take(page)
    if not reader.links:
        return None
    links: list[OpusLink | ForeignLink] = []
    for start, link in reader.links:
        after = next((place for place, _ in reader.links if place > start), len(data))
        if isinstance(link, OpusLink):
            links.append(link)
        elif links and isinstance(links[-1], ForeignLink) and links[-1].head == link:
            links[-1] = ForeignLink(links[-1].start, after, link)
        else:
            links.append(ForeignLink(start, after, link))
    return OggFile(links, clean and end == len(data))


class _Reader:
    """Puts pages to the link they belong to, and packets together."""

    def __init__(self) -> None:
        self.links: list[tuple[int, OpusLink | bytes]] = []
        self._beginning = False
        self._partial = bytearray()
        self._sequence = 0
        self._packets = 0

    def take(self, page: _Page) -> None:
        link = self.links[-1][1] if self.links else None
        head = _head(page)
        if head is None and not page.whole:
            if isinstance(link, OpusLink) and page.serial == link.serial:
                link.cut_off = True
            return
        own = isinstance(link, OpusLink) and page.serial == link.serial
        if head is not None or (page.flags & _FIRST and not own):
            self._begin(page, head)
        else:
            self._beginning = False
            if isinstance(link, OpusLink) and own:
                self._add(link, page)

    def _begin(self, page: _Page, head: OpusHead | None) -> None:
        """Streams side by side all begin before any goes on (RFC 3533, section 4); a later one is another link."""
        link = self.links[-1][1] if self.links else None
        start = page.start
        if self._beginning and self.links:
            if head is None or isinstance(link, OpusLink):
                return
            start, _ = self.links.pop()
        if len(self.links) == _MOST_LINKS:
            raise AudioRefused("broken_file", "a flood of streams")
        self.links.append((start, OpusLink(head, page.serial) if head else bytes(page.body)))
        self._beginning = True
        self._partial.clear()
        self._sequence = page.sequence

    def _add(self, link: OpusLink, page: _Page) -> None:
        gap = page.sequence not in (self._sequence, self._sequence + 1)
        self._sequence = page.sequence
        link.cut_off = False
        packets = []
        # A packet whose beginning is lost is passed over to its end.
        headless = bool(page.flags & _CONTINUED) and (gap or not self._partial)
        if headless or not page.flags & _CONTINUED:
            self._partial.clear()
        offset = 0
        for size in page.lacing:
            self._partial += page.body[offset : offset + size]
            offset += size
            if size < 255:
                if self._partial and not headless and not self._partial.startswith(_TAGS):
                    packets.append(bytes(self._partial))
                headless = False
                self._partial.clear()
            elif len(self._partial) > _LONGEST_PACKET and not self._partial.startswith(_TAGS):
                raise AudioRefused("broken_file", "an endless packet")
        self._packets += len(packets)
        if self._packets > _MOST_PACKETS:
            raise AudioRefused("too_long", "too many packets")
        if packets:
            link.pages.append(SoundPage(packets, page.granule, bool(page.flags & _LAST), gap))


def _head(page: _Page) -> OpusHead | None:
    """The identification header, where the page holds one. A wrong checksum is forgiven: without it all is lost."""
    packet = bytes(page.body[:300])
    if not packet.startswith(_OPUS) or len(packet) < 19 or packet[8] >> 4 != 0:
        return None
    channels, pre_skip, _rate, gain, family = struct.unpack_from("<BHIhB", packet, 9)
    if family == 0 and channels in (1, 2):
        return OpusHead(channels, pre_skip, gain)
    if family not in _FAMILIES_WITH_A_TABLE or not 1 <= channels <= _MOST_CHANNELS or len(packet) < 21 + channels:
        return None
    return OpusHead(channels, pre_skip, gain, packet[19], packet[20], packet[21 : 21 + channels])


def _pages(data: bytes, most: int) -> Iterator[_Page]:
    """Every page, wherever it begins; of damaged ones, those that fit into the file or are cut off by its end."""
    view = memoryview(data)
    position = count = damaged = 0
    while (position := data.find(_MAGIC, position)) >= 0 and len(data) - position >= _HEADER.size:
        _, version, flags, granule, serial, sequence, checksum, segments = _HEADER.unpack_from(data, position)
        start = position + _HEADER.size + segments
        lacing = bytes(view[position + _HEADER.size : start])
        end = start + sum(lacing)
        whole = version == 0 and end <= len(data) and page_checksum(data, position, end) == checksum
        count, damaged = count + 1, damaged + (not whole)
        if count > most or damaged > _MOST_DAMAGED:
            raise AudioRefused("broken_file", "a flood of pages")
        yield _Page(position, min(end, len(data)), flags, granule, serial, sequence, lacing, view[start:end], whole)
        position = end if whole else position + len(_MAGIC)


def page_checksum(data: bytes, start: int, end: int) -> int:
    """Ogg's CRC-32: polynomial 0x04c11db7, not reflected, initial value and final mask zero.

    zlib's is the same polynomial reflected, with both of ones: reversing the bits going in and coming out, and undoing
    its masks, gives Ogg's at the speed of C.
    """
    page = bytearray(data[start:end])
    page[22:26] = bytes(4)
    reflected = zlib.crc32(page.translate(_REVERSED_BITS), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REVERSED_BITS), "big")
