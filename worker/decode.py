"""Bytes to waveform: Ogg/Opus in process, anything else through ffmpeg."""

from __future__ import annotations

import numpy as np

from worker.ogg import is_ogg_opus, read_opus
from worker.opus import decode_opus
from worker.transcode import sniff, transcode
from worker.waveform import AudioRefused, Waveform

MAX_SECONDS = 60.0
MAX_BYTES = 20_000_000
_SHORTEST_SECONDS = 0.1
_PADDING_SECONDS = 0.5
"""A round video may last the whole minute, and encoders fill their last frame: neither is "too long"."""


def decode(audio: bytes, *, max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES) -> Waveform:
    """The note's sound. Safe to call from several threads: the work is done in C, without the interpreter's lock.

    Raises:
        AudioRefused: ``too_big``, ``too_long``, or ``broken_file``, which a file without sound is too.
    """
    if len(audio) > max_bytes:
        raise AudioRefused("too_big")
    limit = max_seconds + _PADDING_SECONDS
    samples = decode_opus(read_opus(audio), limit) if is_ogg_opus(audio) else transcode(audio, limit)
    waveform = Waveform(samples)
    if waveform.seconds < _SHORTEST_SECONDS:
        raise AudioRefused("broken_file", "no sound in it")
    if not np.isfinite(samples).all():
        raise AudioRefused("broken_file", "not a number among its samples")
    return waveform


def in_process(audio: bytes) -> bool:
    """Whether `decode` does without ffmpeg, which may take seconds where a file is made to take long."""
    try:
        return is_ogg_opus(audio) or sniff(audio) is None
    except AudioRefused:
        return True
