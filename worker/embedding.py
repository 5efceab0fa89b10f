"""One recording to one embedding, on the way that every note takes; for commands that embed outside the queue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import registry
from models.errors import ModelError
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from worker.audio.decode import decode
from worker.audio.opus import decoder_name
from worker.audio.speech import SpeechDetector, cut
from worker.audio.waveform import AudioRefused


@dataclass(frozen=True)
class Embedded:
    """float32 [dimension], L2-normalised; net seconds of speech."""

    embedding: NDArray[np.float32]
    speech_seconds: float


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

    def embed(self, audio: bytes) -> Embedded | None:
        """The voice in a file; None where there is nothing to hear."""
        try:
            waveform = decode(audio)
        except AudioRefused:
            return None
        speech = self._detector.detect(waveform)
        embedding = self._encoder.embed([cut(waveform, speech).samples])[0]
        return Embedded(embedding, speech.seconds) if np.isfinite(embedding).all() else None
