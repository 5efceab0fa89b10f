"""What Telegram reads from a file."""

from __future__ import annotations

import io
import struct
import wave

from sandbox.media import picture_size, seconds


def test_durations_are_read_from_ogg_wav_and_flac() -> None:
    page = b"OggS\0\4" + struct.pack("<q", 48_000 * 6) + b"\0" * 12
    assert seconds(page) == 6
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(b"\0\0" * 16_000 * 3)
    assert seconds(buffer.getvalue()) == 3
    packed = (16_000 << 44) | (15 << 36) | 16_000 * 4
    assert seconds(b"fLaC\0\0\0\x22" + b"\0" * 10 + packed.to_bytes(8, "big")) == 4


def test_what_is_no_recording_has_no_duration() -> None:
    assert seconds(b"") is None
    assert seconds(b"OggS") is None
    assert seconds(b"nonsense, at length") is None


def test_sizes_are_read_from_png_and_jpeg(png: bytes) -> None:
    assert picture_size(png) == (3, 2)
    frame = b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 20, 30) + b"\0" * 12
    assert picture_size(b"\xff\xd8\xff\xe0\0\x04ab" + frame) == (30, 20)
    assert picture_size(b"GIF89a") is None
