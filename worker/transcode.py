"""Everything that is not Ogg/Opus: ffmpeg in a process under limits, and pydub for what comes out of it.

The file comes from a stranger and ffmpeg is large: it may use this much memory and time, and no more
(`worker.confined`); it reads the file from a descriptor and can open nothing by name; none of our environment is handed
on. The file itself has no name either, so nobody's voice is left on the disk, whoever is killed. ffmpeg comes in the
wheel ``imageio-ffmpeg``, so every worker decodes alike.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import warnings
import wave

import imageio_ffmpeg
import numpy as np
import soxr
from numpy.typing import NDArray

from worker import confined
from worker.waveform import SAMPLE_RATE, AudioRefused

WALL_SECONDS, CPU_SECONDS = 10, 8
MEMORY = 512 << 20
"""Bytes of address space, which is more than what is in use. Two such beside a worker stay below its container's."""
_MOST_RATE, _LEAST_RATE = 192_000, 4_000
_TOO_LONG_MARGIN = 1
"""Seconds decoded beyond the limit, to tell a file at the limit from a longer one."""
_BYTES_A_SAMPLE = 2
_KEPT_OF_THE_ENVIRONMENT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH")

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
    with tempfile.TemporaryFile() as file:
        # A file, since MP4 must be sought in.
        file.write(data)
        file.seek(0)
        out = _run(_command(container, max_seconds + _TOO_LONG_MARGIN), file.fileno())
    samples = _read(out)
    if len(samples) > max_seconds * SAMPLE_RATE:
        raise AudioRefused("too_long")
    return samples


def sniff(data: bytes) -> str | None:
    """ffmpeg's name of the container, by its first bytes; None for anything else, playlists above all."""
    return next((name for offset, magic, name in _CONTAINERS if data[offset : offset + len(magic)] == magic), None)


def _command(container: str, seconds: float) -> list[str]:
    source = ["-protocol_whitelist", "fd", "-threads", "1", "-f", container, "-i", "fd:"]
    sound = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-t", str(seconds), "-ac", "1"]
    # As much as so many seconds are at the highest rate we take: what expands to more ends there.
    limit = ["-fs", str(int(seconds * _MOST_RATE * _BYTES_A_SAMPLE))]
    target = ["-c:a", "pcm_s16le", "-threads", "1", "-f", "wav", "pipe:1"]
    return [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "quiet", *source, *sound, *limit, *target]


def _run(command: list[str], stdin: int) -> bytes:
    with subprocess.Popen(  # noqa: S603 - our own script and ffmpeg, with a container's name from the table above
        [sys.executable, "-I", "-S", confined.__file__, *map(str, (os.getpid(), MEMORY, CPU_SECONDS)), *command],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        env={name: os.environ[name] for name in _KEPT_OF_THE_ENVIRONMENT if name in os.environ},
    ) as child:
        try:
            out, _ = child.communicate(timeout=WALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise AudioRefused("broken_file", "takes too long to decode") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    if child.returncode != 0:
        raise AudioRefused("broken_file", "ffmpeg cannot decode it")
    return out


def _read(out: bytes) -> NDArray[np.float32]:
    """What ffmpeg wrote: one channel, 16 bits, at the file's own rate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub looks for an ffmpeg on the PATH: we have run our own
        from pydub import AudioSegment
        from pydub.exceptions import PydubException
    try:
        sound = AudioSegment.from_file(io.BytesIO(out), format="wav")
    except (PydubException, wave.Error, EOFError, ValueError) as error:
        raise AudioRefused("broken_file", "ffmpeg found no sound in it") from error
    rate = sound.frame_rate
    if not _LEAST_RATE <= rate <= _MOST_RATE:
        raise AudioRefused("broken_file", f"{rate} samples a second")
    pcm = np.asarray(sound.set_channels(1).get_array_of_samples(), np.float32) / 32768
    resampled = pcm if rate == SAMPLE_RATE else soxr.resample(pcm, rate, SAMPLE_RATE, "HQ")
    return np.clip(np.asarray(resampled, np.float32), -1.0, 1.0)
