"""One recording to one embedding, on the way that every note takes; for commands that embed outside the queue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import registry
from models.errors import ModelError
from rollcall.config.settings import Settings
from rollcall.domain.operating import narrow_point
from rollcall.errors import Unavailable
from worker.audio.band import narrowed
from worker.audio.decode import decode
from worker.audio.opus import decoder_name
from worker.audio.speech import SpeechDetector, cut
from worker.audio.waveform import AudioRefused


@dataclass(frozen=True)
class Embedded:
    """A voice.

    Attributes:
        embedding: float32 [dimension], L2-normalised.
        speech_seconds: net.
        narrow: likewise as a telephone passes it; None where the encoder has no cuts for that.
    """

    embedding: NDArray[np.float32]
    speech_seconds: float
    narrow: NDArray[np.float32] | None = None


class Embedder:
    """The configured encoder, ready to embed recordings."""

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            Unavailable: the encoder's weights are out of reach.
        """
        try:
            self._encoder = registry.load(
                settings.speaker_model, settings.models_dir, settings.device, threads=1, backend=settings.backend
            )
        except ModelError as error:
            raise Unavailable(str(error)) from error
        self._detector = SpeechDetector()
        self.model = self._encoder.name
        self.weight_hash = self._encoder.weight_hash
        self.decoder = decoder_name()
        self.hears_narrow = narrow_point(self.weight_hash) is not None

    def embed(self, audio: bytes) -> Embedded | None:
        """The voice in a file; None where there is nothing to hear."""
        try:
            waveform = decode(audio)
        except AudioRefused:
            return None
        speech = self._detector.detect(waveform)
        spoken = cut(waveform, speech)
        sounds = [spoken, narrowed(spoken)] if self.hears_narrow else [spoken]
        embedding, *narrow = self._encoder.embed([sound.samples for sound in sounds])
        if not np.isfinite(embedding).all():
            return None
        return Embedded(embedding, speech.seconds, next((one for one in narrow if np.isfinite(one).all()), None))
