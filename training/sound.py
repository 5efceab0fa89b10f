"""From a file to speech for training: as the worker hears it, but of any length, and NIST's SPHERE too."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut
from worker.audio.waveform import SAMPLE_RATE, AudioRefused, Waveform

LEAST_SECONDS = 1.0
"""Of speech in a file; with less there is too little of a voice to learn."""
_MOST_SECONDS, _MOST_BYTES = 3600.0, 2_000_000_000
_SPHERE = b"NIST_1A\n"


class LeftOut(Exception):
    """A file that is not trained on; the message is why, in few words."""


@dataclass(frozen=True)
class Sound:
    """Speech of a file: int16 [n] at 16 kHz, long silences cut; its digest is of the whole sound, not of the file."""

    samples: NDArray[np.int16]
    digest: str


def listen(path: Path, detector: SpeechDetector) -> Sound:
    """The speech in a file.

    Raises:
        LeftOut: it cannot be read, or holds too little speech.
    """
    try:
        data = path.read_bytes()
        waveform = _sphere(data) if data.startswith(_SPHERE) else decode(
            data, max_seconds=_MOST_SECONDS, max_bytes=_MOST_BYTES
        )  # fmt: skip
    except OSError as error:
        raise LeftOut(error.strerror or "cannot be read") from error
    except AudioRefused as error:
        raise LeftOut(error.code.replace("_", " ")) from error
    whole = _whole(waveform.samples)
    speech = detector.detect(waveform)
    if not speech.segments:
        raise LeftOut("silent")
    if speech.seconds < LEAST_SECONDS:
        raise LeftOut(f"too short, {speech.seconds:.1f} s of speech")
    return Sound(_whole(cut(waveform, speech).samples), hashlib.sha256(whole.tobytes()).hexdigest())


def _whole(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)


def _sphere(data: bytes) -> Waveform:
    """NIST's SPHERE, 16 bits and one channel as TIMIT has it: a header of text, its own size in the second line.

    Raises:
        AudioRefused: it is compressed, or of another form.
    """
    try:
        size = int(data[len(_SPHERE) : len(_SPHERE) + 8])
        lines = data[16:size].decode("ascii").splitlines()
        fields = {name: value for name, _, value in (line.split(" ", 2) for line in lines if line.count(" ") > 1)}
        order = {"01": "<i2", "10": ">i2"}[fields.get("sample_byte_format", "01")]
        if fields.get("sample_coding", "pcm") != "pcm" or fields.get("channel_count", "1") != "1":
            raise ValueError(fields)
        if int(fields["sample_rate"]) != SAMPLE_RATE or fields.get("sample_n_bytes", "2") != "2":
            raise ValueError(fields)
        count = int(fields["sample_count"])
        samples = np.frombuffer(data, order, count=min(count, (len(data) - size) // 2), offset=size)
    except (ValueError, KeyError) as error:
        raise AudioRefused("broken_file", "SPHERE of another form") from error
    return Waveform((samples / 32768).astype(np.float32))
