"""ECAPA-TDNN on the CPU by ONNX Runtime: the same embeddings as `models.ecapa`, without torch and SpeechBrain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.batch import Batcher
from models.coherence import of_windows
from models.ecapa_facts import MINIMUM_SAMPLES, NAME, ONE_VOICE_FROM, SAMPLE_RATE
from models.encoder import Embeddings, Hearing, Waveform
from models.session import open_session


class OnnxEcapa:
    """The `Encoder` around the graph of `models.ecapa_graph`."""

    name: Final = NAME
    sample_rate: Final = SAMPLE_RATE
    minimum_samples: Final = MINIMUM_SAMPLES
    one_voice_from: Final = ONE_VOICE_FROM

    def __init__(self, model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> None:
        self._session = open_session(model, threads)
        self.weight_hash = weight_hash
        self.precision = precision
        self.dimension = int(self._session.get_outputs()[0].shape[1])
        self._batcher = Batcher(self.dimension, self.minimum_samples)

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`."""
        return self._batcher.embed(waveforms, self._embedding)

    def hear(self, waveforms: Sequence[Waveform]) -> Hearing:
        """See `Encoder.hear`; the coherence is that of windows."""
        return Hearing(self.embed(waveforms), of_windows(waveforms, self.sample_rate, self.embed))

    def _embedding(self, group: Sequence[Waveform]) -> Embeddings:
        samples = np.ascontiguousarray(group[0], np.float32)[None]
        embedding = np.asarray(self._session.run(["embedding"], {"samples": samples})[0])
        return np.asarray(embedding / np.linalg.norm(embedding), np.float32)


def load(model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> OnnxEcapa:
    """The encoder of an exported graph."""
    return OnnxEcapa(model, weight_hash, precision, threads)
