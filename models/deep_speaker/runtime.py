"""Deep Speaker's ResCNN on the CPU by ONNX Runtime: the embeddings of `models.deep_speaker.encoder`, without torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.base import CardEncoder
from models.batch import Batcher
from models.card import encoder_card
from models.deep_speaker.shapes_cpu import shapes, windows
from models.encoder import Embeddings, Waveform
from models.onnx.session import open_session


class OnnxResCnn(CardEncoder):
    """The `Encoder` around the graph of `models.deep_speaker.graph`."""

    def __init__(self, model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> None:
        self._session = open_session(model, threads)
        dimension = int(self._session.get_outputs()[0].shape[1])
        super().__init__(encoder_card("models.deep_speaker"), weight_hash, dimension, precision)
        self._batcher = Batcher(self.dimension, self.minimum_samples)

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`."""
        return self._batcher.embed(waveforms, self._embedding)

    def _embedding(self, group: Sequence[Waveform]) -> Embeddings:
        rows = np.asarray(self._session.run(["embedding"], inputs(group[0]))[0])
        mean = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).mean(axis=0, keepdims=True)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


def inputs(waveform: Waveform) -> dict[str, NDArray[np.float32]]:
    """What the graph takes of a note."""
    return {"features": windows(shapes(np.asarray(waveform, np.float32)))}


def load(model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> OnnxResCnn:
    """The encoder of an exported graph."""
    return OnnxResCnn(model, weight_hash, precision, threads)
