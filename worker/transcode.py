"""Everything that is not Ogg/Opus, through pydub and ffmpeg, in a child process under limits.

The file comes from a stranger and ffmpeg is large: the child may use this much memory and time, and no more; ffmpeg
may open that one file and nothing else; our settings, keys among them, are not handed on. ffmpeg itself comes in the
wheel ``imageio-ffmpeg``, so every worker decodes alike.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
import wave
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from worker.waveform import SAMPLE_RATE, AudioRefused

_WALL_SECONDS = 30
_CPU_SECONDS = 20
_MEMORY = 2 << 30
_TOO_LONG_MARGIN = 1
"""Seconds decoded beyond the limit, to tell a file at the limit from a longer one."""

_CONTAINERS = (
    (0, b"OggS", "ogg"), (4, b"ftyp", "mp4"), (0, b"ID3", "mp3"), (0, b"\xff\xfb", "mp3"), (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xfa", "mp3"), (0, b"\xff\xf2", "mp3"), (0, b"\xff\xe3", "mp3"), (0, b"\xff\xe2", "mp3"),
    (0, b"fLaC", "flac"), (0, b"\x1a\x45\xdf\xa3", "matroska"), (0, b"\xff\xf1", "aac"), (0, b"\xff\xf9", "aac"),
    (0, b"#!AMR", "amr"), (0, b"caff", "caf"), (8, b"WAVE", "wav"), (8, b"AIFF", "aiff"),
)  # fmt: skip


def transcode(data: bytes, max_seconds: float) -> NDArray[np.float32]:
    """Float32 [n] in [-1, 1], mono, 16 kHz.

    Raises:
        AudioRefused: ``broken_file`` where no sound comes out within the limits; ``too_long``.
    """
    container = sniff(data)
    if container is None:
        raise AudioRefused("broken_file", "not a known kind of sound file")
    command = [sys.executable, "-W", "ignore", "-m", "worker.transcode", container, str(max_seconds + _TOO_LONG_MARGIN)]
    with (
        # Ours, since a child that is killed cannot tidy up, and what it leaves would be somebody's voice.
        tempfile.TemporaryDirectory(prefix="rollcall-") as folder,
        subprocess.Popen(  # noqa: S603 - our own module, and a container name from the table above
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**_environment(), "TMPDIR": folder},
        ) as child,
    ):
        try:
            out, _ = child.communicate(data, timeout=_WALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise AudioRefused("broken_file", "takes too long to decode") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # ffmpeg too, should it be left
    if child.returncode != 0:
        raise AudioRefused("broken_file", "ffmpeg cannot decode it")
    samples = _read(out)
    if len(samples) > max_seconds * SAMPLE_RATE:
        raise AudioRefused("too_long")
    return samples


def sniff(data: bytes) -> str | None:
    """ffmpeg's name of the container, by its first bytes; None for anything else, playlists above all."""
    return next((name for offset, magic, name in _CONTAINERS if data[offset : offset + len(magic)] == magic), None)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("ROLLCALL_")}


def _read(wav: bytes) -> NDArray[np.float32]:
    with wave.open(io.BytesIO(wav)) as file:
        rate = file.getframerate()
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    resampled = pcm if rate == SAMPLE_RATE else soxr.resample(pcm, rate, SAMPLE_RATE, "HQ")
    return np.clip(np.asarray(resampled, np.float32), -1.0, 1.0)


def _child(container: str, seconds: float) -> None:
    """Runs in the child: file on standard input, mono 16-bit WAV at the file's own rate on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))

    import imageio_ffmpeg
    import pydub.audio_segment
    from pydub import AudioSegment

    class Restricted(subprocess.Popen[bytes]):
        """pydub leaves no room for options of the input, and this one must come before it."""

        def __init__(self, command: list[str], **keywords: Any) -> None:
            super().__init__([command[0], "-protocol_whitelist", "file", *command[1:]], **keywords)

    pydub.audio_segment.subprocess.Popen = Restricted
    AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()
    # pydub asks ffprobe for the sample width, and the wheel has none; without an answer it takes ffmpeg's default.
    pydub.audio_segment.mediainfo_json = lambda *_args, **_keywords: None
    # A file, since MP4 must be sought in.
    with tempfile.NamedTemporaryFile(prefix="rollcall-") as file:
        file.write(sys.stdin.buffer.read())
        file.flush()
        sound = AudioSegment.from_file(file.name, format=container, duration=seconds)
    mono = sound.set_channels(1).set_sample_width(2)
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(mono.frame_rate)
        target.writeframes(mono.raw_data)
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    _child(sys.argv[1], float(sys.argv[2]))
