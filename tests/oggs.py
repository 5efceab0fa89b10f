"""Ogg files taken apart, changed and put together again with right checksums: what recorders of every kind leave."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from worker.audio.ogg import page_checksum

HEADER = struct.Struct("<4sBBqIIIB")
CONTINUED, FIRST, LAST = 1, 2, 4
HEADERS = 2
"""Pages before the sound: those of the identification and of the comments."""


@dataclass(frozen=True)
class Page:
    """One page; its checksum is reckoned when it is written."""

    flags: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes

    def written(self) -> bytes:
        """The page's bytes."""
        head = HEADER.pack(
            b"OggS", 0, self.flags, self.granule, self.serial, self.sequence & 0xFFFFFFFF, 0, len(self.lacing)
        )
        return resealed(head + self.lacing + self.body)


def resealed(page: bytes) -> bytes:
    """A page's bytes with the checksum they ought to have."""
    return page[:22] + struct.pack("<I", page_checksum(page, 0, len(page))) + page[26:]


def read(note: bytes) -> list[Page]:
    """The pages of a healthy file."""
    found, at = [], 0
    while at < len(note):
        _, _, flags, granule, serial, sequence, _, count = HEADER.unpack_from(note, at)
        body = at + HEADER.size + count
        lacing = note[at + HEADER.size : body]
        found.append(Page(flags, granule, serial, sequence, lacing, note[body : body + sum(lacing)]))
        at = body + sum(lacing)
    return found


def write(pages: Iterable[Page]) -> bytes:
    """A file of these pages."""
    return b"".join(page.written() for page in pages)


def packets(page: Page) -> list[bytes]:
    """The packets of a page that holds whole ones."""
    found, start, end = [], 0, 0
    for size in page.lacing:
        end += size
        if size < 255:
            found.append(page.body[start:end])
            start = end
    return found


def holding(page: Page, held: Sequence[bytes]) -> Page:
    """The page with these packets instead of its own."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in held)
    return replace(page, lacing=lacing, body=b"".join(held))


def with_flag(note: bytes, at: int, flag: int = LAST) -> bytes:
    """End of stream where a recorder paused: the sound goes on in the same stream."""
    pages = read(note)
    pages[at] = replace(pages[at], flags=pages[at].flags | flag)
    return write(pages)


def with_granules(note: bytes, told: Callable[[int, Page], int]) -> bytes:
    """Other positions than the true ones, by the page's number and the page."""
    pages = read(note)
    return write(
        [*pages[:HEADERS], *(replace(page, granule=told(n, page)) for n, page in enumerate(pages[HEADERS:], 1))]
    )


def with_tags(note: bytes, size: int) -> bytes:
    """Comments of this many bytes (a picture of the album, say), over as many pages as they take."""
    head, tags, *sound = read(note)
    comments = tags.body + bytes(size)
    pieces = [comments[at : at + 255 * 255] for at in range(0, len(comments), 255 * 255)]
    pages = [head]
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        lacing = b"\xff" * 255 if not last else b"\xff" * (len(piece) // 255) + bytes([len(piece) % 255])
        pages.append(Page(CONTINUED if number else 0, 0 if last else -1, head.serial, 1 + number, lacing, piece))
    return write([*pages, *(replace(page, sequence=page.sequence + len(pieces) - 1) for page in sound)])


def with_mapping(note: bytes, family: int) -> bytes:
    """One or two channels declared as a surround recorder declares them (RFC 7845, section 5.1.1)."""
    head, *others = read(note)
    channels = head.body[9]
    table = bytes([1, channels - 1, *range(channels)])
    return write([holding(head, [head.body[:18] + bytes([family]) + table]), *others])


def with_pre_skip(note: bytes, samples: int) -> bytes:
    """Another pre-skip, at 48 kHz."""
    head, *others = read(note)
    return write([holding(head, [head.body[:10] + struct.pack("<H", samples) + head.body[12:]]), *others])


def with_serial(note: bytes, serial: int) -> bytes:
    """The stream under another number."""
    return write(replace(page, serial=serial) for page in read(note))


def with_bad_packets(note: bytes, share: float) -> bytes:
    """This share of the packets (one at least) is no Opus."""
    pages = read(note)
    count = sum(len(page.lacing) for page in pages[HEADERS:])
    bad = {round((n + 0.5) / max(1, round(share * count)) * count) for n in range(max(1, round(share * count)))}
    number, changed = 0, pages[:HEADERS]
    for page in pages[HEADERS:]:
        held = []
        for packet in packets(page):
            held.append(b"\xff\x00" + packet[2:] if number in bad else packet)
            number += 1
        changed.append(holding(page, held))
    return write(changed)


def with_wrong_checksums(note: bytes, *at: int) -> bytes:
    """A flipped bit within these pages' bodies."""
    written = [bytearray(page.written()) for page in read(note)]
    for place in at:
        written[place][-5] ^= 0x10
    return b"".join(written)


def without(note: bytes, *at: int) -> bytes:
    """Without these pages: the numbers of those that are left tell."""
    left_out = {place % len(read(note)) for place in at}
    return write(page for place, page in enumerate(read(note)) if place not in left_out)


def without_end(note: bytes) -> bytes:
    """No flag on the last page: the recorder was killed, or never set one."""
    pages = read(note)
    return write([*pages[:-1], replace(pages[-1], flags=pages[-1].flags & ~LAST)])


def across_pages(note: bytes, size: int = 400) -> bytes:
    """The same packets on pages of this many bytes, so that packets run on from one page to the next."""
    pages = read(note)
    changed = pages[:HEADERS]
    lacing, body = b"".join(p.lacing for p in pages[HEADERS:]), b"".join(p.body for p in pages[HEADERS:])
    frames, at, begun, done, sequence = 0, 0, 0, 0, HEADERS
    continued = False
    total = sum(1 for value in lacing if value < 255)
    cuts = [0]
    for place, value in enumerate(lacing):
        at += value
        if at - begun >= size or place - cuts[-1] == 254:
            cuts.append(place + 1)
            begun = at
    cuts = sorted({*cuts, len(lacing)})
    at = 0
    for start, end in pairwise(cuts):
        piece = lacing[start:end]
        frames += sum(1 for value in piece if value < 255)
        last = frames == total
        granule = pages[-1].granule if last else frames * 960 if any(value < 255 for value in piece) else -1
        flags = (CONTINUED if continued else 0) | (LAST if last else 0)
        changed.append(Page(flags, granule, pages[0].serial, sequence, piece, body[at : at + sum(piece)]))
        at += sum(piece)
        done, sequence, continued = done + 1, sequence + 1, piece[-1] == 255
    return write(changed)


def id3(size: int = 300) -> bytes:
    """An ID3v2 tag, as tag editors put before anything."""
    return b"ID3\x04\x00\x00" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + bytes(size)
