"""Bytes to waveform: Ogg/Opus in process, anything else through ffmpeg."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.audio.containers import without_preamble
from worker.audio.ffmpeg import transcode
from worker.audio.mix import delayed, without_rumble
from worker.audio.ogg import ForeignLink, OggFile, OpusLink, read_ogg
from worker.audio.opus import decode_link
from worker.audio.waveform import MOST_LOST, SAMPLE_RATE, AudioRefused, Waveform

MAX_SECONDS = 60.0
MAX_BYTES = 20_000_000
_SHORTEST_SECONDS = 0.1
_PADDING_SECONDS = 0.5
"""A round video may last the whole minute, and encoders fill their last frame: neither is "too long"."""

_QUICK_BYTES, _QUICK_PAGES = 4_000_000, 4_000
"""A minute at Opus's highest rate; a minute of pages with one packet each."""
_MOST_FOREIGN_LINKS = 4
"""Each is a process."""


def decode(audio: bytes, *, max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES) -> Waveform:
    """All that can be heard of the note. Safe to call from several threads: the work is done in C, without the lock.

    Raises:
        AudioRefused: see there for its codes.
    """
    if len(audio) > max_bytes:
        raise AudioRefused("too_big")
    limit = max_seconds + _PADDING_SECONDS
    audio = without_preamble(audio)
    waveform = _decode_ogg(audio, limit) if audio.startswith(b"OggS") else None
    if waveform is None:
        try:
            waveform = Waveform(transcode(audio, limit))
        except AudioRefused as refused:
            # Rubbish before an Ogg file is passed over, but not where players take the whole for something else.
            waveform = _decode_ogg(audio, limit) if refused.code in ("unreadable", "broken_file") else None
            if waveform is None:
                raise
    if waveform.lost > MOST_LOST * (waveform.seconds + waveform.lost):
        raise AudioRefused("damaged", f"{waveform.lost:.1f} s are lost")
    if waveform.seconds < _SHORTEST_SECONDS:
        raise AudioRefused("damaged" if waveform.cut_off else "too_short")
    return Waveform(without_rumble(waveform.samples), waveform.lost, waveform.cut_off)


def is_plain(audio: bytes) -> bool:
    """Whether it is Ogg/Opus from the first byte to the last, undamaged and of few pages: the rest may take long."""
    if not audio.startswith(b"OggS") or len(audio) > _QUICK_BYTES:
        return False
    try:
        file = read_ogg(audio, _QUICK_PAGES)
    except AudioRefused:
        return False
    return (
        file is not None
        and file.clean
        and all(isinstance(link, OpusLink) and link.head.streams == 1 for link in file.links)
    )


def _decode_ogg(audio: bytes, limit: float) -> Waveform | None:
    """Every link of a chain, one behind the other; None where there is no Ogg in it."""
    file = read_ogg(audio)
    if file is None:
        return None
    pieces: list[NDArray[np.float32]] = []
    begins, lost, cut_off = 0.0, 0.0, False
    for link in _affordable(file):
        left = limit - begins / SAMPLE_RATE
        if isinstance(link, OpusLink):
            decoded = decode_link(link, left)
            samples, early, length = decoded.samples, decoded.early, decoded.length
            lost, cut_off = lost + decoded.lost, cut_off or link.cut_off
        else:
            samples = transcode(audio[link.start : link.end], left)
            early, length = 0.0, float(len(samples))
        # A link begins and ends between two of our samples as often as not.
        pieces.append(delayed(samples, begins % 1 - early)[: int(begins + length) - int(begins)])
        begins += length
    return Waveform(np.concatenate(pieces), lost / SAMPLE_RATE, cut_off)


def _affordable(file: OggFile) -> list[OpusLink | ForeignLink]:
    if sum(isinstance(link, ForeignLink) for link in file.links) > _MOST_FOREIGN_LINKS:
        raise AudioRefused("broken_file", "a flood of streams")
    return file.links
