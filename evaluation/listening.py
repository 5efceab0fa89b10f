"""From a file to speech, on the worker's own path: decoded, searched for speech, long silences cut."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.degrade import Degradation
from worker.audio.decode import decode
from worker.audio.speech import Speech, SpeechDetector, cut
from worker.audio.waveform import AudioRefused, Waveform


class Unheard(Exception):
    """A file that cannot be evaluated; the message is one line that names it and says why."""


@dataclass(frozen=True)
class Heard:
    """What a file gave.

    Attributes:
        digest: SHA-256 of its bytes, hexadecimal.
        waveform: as recorded.
        speech: where speech is in it.
    """

    digest: str
    waveform: Waveform
    speech: Speech


@dataclass(frozen=True)
class Spoken:
    """Speech as the encoder gets it: float32 [n] at 16 kHz, and its net seconds."""

    samples: NDArray[np.float32]
    seconds: float


class Ear:
    """Holds the speech detector."""

    def __init__(self) -> None:
        self._detector = SpeechDetector()

    def hear(self, path: Path) -> Heard:
        """A file's sound.

        Raises:
            Unheard: it cannot be read or decoded, or holds no speech.
        """
        try:
            data = path.read_bytes()
            waveform = decode(data)
        except OSError as error:
            raise Unheard(f"{path}: {error.strerror}") from error
        except AudioRefused as error:
            raise Unheard(f"{path}: {error.code.replace('_', ' ')}") from error
        speech = self._detector.detect(waveform)
        if not speech.segments:
            raise Unheard(f"{path}: no speech")
        return Heard(hashlib.sha256(data).hexdigest(), waveform, speech)

    def spoken(
        self, heard: Heard, degradation: Degradation | None = None, others: Sequence[NDArray[np.float32]] = ()
    ) -> Spoken:
        """The speech, spoilt or not. The same file is always spoilt alike. Without any speech left: zero seconds."""
        if degradation is None:
            return Spoken(cut(heard.waveform, heard.speech).samples, heard.speech.seconds)
        rng = np.random.default_rng(int(heard.digest[:16], 16))
        spoilt = Waveform(degradation.apply(heard.waveform.samples, heard.speech.segments, rng, others))
        speech = self._detector.detect(spoilt)
        return Spoken(cut(spoilt, speech).samples if speech.segments else spoilt.samples, speech.seconds)
