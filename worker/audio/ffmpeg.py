"""Everything that is not Ogg/Opus: ffmpeg in a process under limits, and pydub for what comes out of it.

The file comes from a stranger and ffmpeg is large: it may use this much memory and time, and no more
(`worker.audio.confined`); it reads the file from a descriptor and can open nothing by name; whatever it takes the file
for, it opens the kinds listed here only, and no playlist is among them; none of our environment is handed on. The file
itself has no name either, so nobody's voice is left on the disk, whoever is killed. ffmpeg comes in the wheel
``imageio-ffmpeg``, so every worker decodes alike.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import warnings

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from worker.audio import confined
from worker.audio.containers import looks_like_sound
from worker.audio.mix import mixed
from worker.audio.waveform import MOST_LOST, SAMPLE_RATE, AudioRefused

WALL_SECONDS, CPU_SECONDS = 10, 8
MEMORY = 512 << 20
"""Bytes of address space, which is more than what is in use. Two such beside a worker stay below its container's."""
_TOO_LONG_MARGIN = 1
"""Seconds decoded beyond the limit, to tell a file at the limit from a longer one."""
_BYTES_A_SAMPLE = 2
_MOST_CHANNELS = 8
_LAYOUTS = "mono|stereo|2.1|3.0|3.0(back)|quad|4.0|5.0|5.0(side)|5.1|5.1(side)|6.1|7.1"
"""With more channels than those ffmpeg mixes; up to then `worker.audio.mix` does, who sees where they cancel each
other."""
_KEPT_OF_THE_ENVIRONMENT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH")

KINDS = (
    "aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "eac3", "flac", "flv", "loas", "matroska", "mov",
    "mp3", "mpeg", "mpegts", "ogg", "tta", "voc", "w64", "wav", "wv",
)  # fmt: skip
"""ffmpeg's names of what phones, messengers and recorders write. None of them leads to another file."""

_NOTHING_TO_OPEN, _NOT_ALLOWED, _TOO_MANY_ERRORS = 183, 234, 69
"""Exit codes: no kind of file that ffmpeg knows, or damaged within its head; a kind that is not listed, or nothing to
hear in it; more packets than `MOST_LOST` did not decode."""


def transcode(data: bytes, max_seconds: float) -> NDArray[np.float32]:
    """Float32 [n] in [-1, 1], mono, 16 kHz.

    Raises:
        AudioRefused: ``unreadable`` for what is no sound file; ``no_sound`` for a video without; ``broken_file`` for a
            sound file of which nothing comes out within the limits; ``damaged`` where too little does; ``too_long``.
    """
    with tempfile.TemporaryFile() as file:
        # A file, since MP4 must be sought in.
        file.write(data)
        file.seek(0)
        code, out = _run(_command(max_seconds + _TOO_LONG_MARGIN), file.fileno())
    if code != 0:
        raise AudioRefused(*_why(code, looks_like_sound(data)))
    samples = _read(out)
    if len(samples) > max_seconds * SAMPLE_RATE:
        raise AudioRefused("too_long")
    return samples


def _why(code: int, known: bool) -> tuple[str, str]:
    if code == _TOO_MANY_ERRORS:
        return "damaged", "too little of it decodes"
    if code == _NOT_ALLOWED and known:
        return "no_sound", "no stream of sound in it"
    if code in (_NOTHING_TO_OPEN, _NOT_ALLOWED) and not known:
        return "unreadable", "not a known kind of sound file"
    return "broken_file", "ffmpeg cannot decode it"


def _command(seconds: float) -> list[str]:
    source = ["-protocol_whitelist", "fd", "-format_whitelist", ",".join(KINDS), "-threads", "1", "-i", "fd:"]
    sound = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-max_error_rate", str(MOST_LOST)]
    # By what comes out and not by the clock of the file, which may jump.
    limit = ["-fs", str(int(seconds * SAMPLE_RATE * _BYTES_A_SAMPLE * _MOST_CHANNELS))]
    target = ["-af", f"aformat=channel_layouts={_LAYOUTS}", "-ar", str(SAMPLE_RATE), "-c:a", "pcm_s16le"]
    head = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "quiet"]
    return [*head, *source, *sound, *limit, *target, "-threads", "1", "-f", "wav", "pipe:1"]


def _run(command: list[str], stdin: int) -> tuple[int, bytes]:
    """The exit code, and what was written."""
    with subprocess.Popen(  # noqa: S603 - our own script and ffmpeg, with nothing of the file's in the arguments
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
    return child.returncode, out


def _read(out: bytes) -> NDArray[np.float32]:
    """What ffmpeg wrote: 16 bits at our rate, in as many channels as the file has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub looks for an ffmpeg on the PATH: we have run our own
        from pydub import AudioSegment
        from pydub.exceptions import PydubException
    try:
        sound = AudioSegment(data=out)  # `from_file` would run the ffmpeg on the PATH, should it not like this
    except (PydubException, ValueError) as error:
        raise AudioRefused("broken_file", "ffmpeg found no sound in it") from error
    pcm = np.asarray(sound.get_array_of_samples(), np.float32).reshape(-1, sound.channels)
    return np.clip(mixed(pcm * np.float32(1 / 32768)), -1.0, 1.0)
