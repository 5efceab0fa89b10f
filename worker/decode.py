"""Bytes to waveform: Ogg/Opus in process, anything else through ffmpeg."""

from __future__ import annotations

from worker.ogg import is_ogg_opus, read_opus
from worker.opus import decode_opus
from worker.transcode import transcode
from worker.waveform import AudioRefused, Waveform

MAX_SECONDS = 60.0
MAX_BYTES = 20_000_000
_SHORTEST_SECONDS = 0.1


def decode(audio: bytes, *, max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES) -> Waveform:
    """The note's sound. Safe to call from several threads: the work is done in C, without the interpreter's lock.

    Raises:
        AudioRefused: ``too_big``, ``too_long``, or ``broken_file``, which a file without sound is too.
    """
    if len(audio) > max_bytes:
        raise AudioRefused("too_big")
    samples = decode_opus(read_opus(audio), max_seconds) if is_ogg_opus(audio) else transcode(audio, max_seconds)
    waveform = Waveform(samples)
    if waveform.seconds < _SHORTEST_SECONDS:
        raise AudioRefused("broken_file", "no sound in it")
    return waveform
