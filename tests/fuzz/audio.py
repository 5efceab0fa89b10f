"""Checks of the way of a sound file: the decoder in process, what listens to it, and ffmpeg in its confinement."""

from __future__ import annotations

import random
import struct

import numpy as np

from tests import sounds
from tests.end_to_end.product import synthetic
from tests.fuzz.mutations import ogg_pages
from tests.fuzz.target import Target
from worker.audio.ffmpeg import WALL_SECONDS

_NOTES = [synthetic(voice, 1) for voice in ("zac", "shelby", "whisperf")]


def opus() -> Target:
    """Opus in Ogg, decoded in process and listened to as the worker does."""
    from rollcall.domain.verdict import Purpose
    from worker.audio.decode import MAX_SECONDS, decode
    from worker.audio.fingerprint import fingerprint
    from worker.audio.quality import complaint, measure
    from worker.audio.speech import SpeechDetector, cut
    from worker.audio.waveform import SAMPLE_RATE, AudioRefused

    detector = SpeechDetector()

    def check(data: bytes) -> None:
        if not data.startswith(b"OggS") or b"OpusHead" not in data:
            return  # for ffmpeg, which has a target of its own
        try:
            waveform = decode(data)
        except AudioRefused:
            return
        samples = waveform.samples
        if not np.isfinite(samples).all() or np.abs(samples).max() > 1:
            raise AssertionError("samples out of bounds")
        if len(samples) > (MAX_SECONDS + 1) * SAMPLE_RATE:
            raise AssertionError("longer than allowed")
        speech = detector.detect(waveform)
        quality = measure(waveform, speech)
        if not all(np.isfinite(list(vars(quality).values()))):
            raise AssertionError("a fact that is no number")
        complaint(quality, Purpose.ENROL)
        fingerprint(waveform)
        cut(waveform, speech)

    heads = [b"OggS" + b"OggS".join(note.split(b"OggS")[1:4]) for note in _NOTES]
    seeds = [*heads, heads[0] + heads[1], *_NOTES]
    return Target(check, seeds, 21_000, limit=3.0, mutate=ogg_pages, longest=60_000)


def containers() -> Target:
    """Every other kind of file, through ffmpeg."""
    from worker.audio.decode import decode
    from worker.audio.waveform import AudioRefused

    def check(data: bytes) -> None:
        try:
            decode(data)
        except AudioRefused:
            return

    short = sounds.voice_note(sounds.chords(0.5))
    ways = (
        ("-f", "wav"), ("-c:a", "pcm_s24le", "-ac", "2", "-f", "wav"), ("-f", "mp3"), ("-f", "flac"),
        ("-c:a", "libvorbis", "-f", "ogg"), ("-c:a", "libopus", "-f", "webm"), ("-f", "adts"),
        ("-c:a", "aac", "-movflags", "frag_keyframe", "-f", "mp4"), ("-f", "aiff"), ("-f", "caf"),
    )  # fmt: skip
    seeds = [sounds.converted(short, *way) for way in ways]
    return Target(check, seeds, 1_500, limit=WALL_SECONDS + 5, mutate=_bent_lengths, longest=60_000, waits=True)


def _bent_lengths(data: bytes, chance: random.Random) -> bytes:
    """Numbers in the first kilobyte set to what breaks programs; what names the container stays."""
    bent = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(8, max(9, min(1024, len(bent) - 4)))
        value = chance.choice((0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFF0, 65535, 255))
        bent[at : at + 4] = struct.pack(chance.choice(("<I", ">I")), value)
    return bytes(bent[: len(data)])
