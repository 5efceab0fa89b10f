"""ECAPA-TDNN on the CPU by ONNX Runtime: the embeddings of `models.ecapa.encoder`, without torch and SpeechBrain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.base import CardEncoder
from models.batch import Batcher
from models.card import encoder_card
from models.encoder import Embeddings, Waveform
from models.onnx.session import open_session


class OnnxEcapa(CardEncoder):
    """The `Encoder` around the graph of `models.ecapa.graph`."""

    def __init__(self, model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> None:
        self._session = open_session(model, threads)
        dimension = int(self._session.get_outputs()[0].shape[1])
        super().__init__(encoder_card("models.ecapa"), weight_hash, dimension, precision)
        self._batcher = Batcher(self.dimension, self.minimum_samples)

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`."""
        return self._batcher.embed(waveforms, self._embedding)

    def _embedding(self, group: Sequence[Waveform]) -> Embeddings:
        embedding = np.asarray(self._session.run(["embedding"], inputs(group[0]))[0])
        return np.asarray(embedding / np.linalg.norm(embedding), np.float32)


def inputs(waveform: Waveform) -> dict[str, NDArray[np.float32]]:
    """What the graph takes of a note."""
    return {"samples": np.ascontiguousarray(waveform, np.float32)[None]}


def load(model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> OnnxEcapa:
    """The encoder of an exported graph."""
    return OnnxEcapa(model, weight_hash, precision, threads)
