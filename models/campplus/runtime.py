"""CAM++ on the CPU by ONNX Runtime: the same embeddings as `models.campplus.encoder`, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.base import CardEncoder
from models.batch import Batcher
from models.campplus.features import CARD, FRAME_RATE, levelled
from models.encoder import Embeddings, Hearing, Waveform, embeddable
from models.fbank_cpu import fbank
from models.fbank_filters import BINS, frame_count
from models.onnx.session import open_session
from models.pooling import statistics
from models.stretches import coherence
from models.turns import agreement

_SEGMENT: Final = 100
"""Frames under one context mask."""


class OnnxCamPlusPlus(CardEncoder):
    """The `Encoder` around the graph of `models.campplus.graph`."""

    def __init__(self, model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> None:
        self._session = open_session(model, threads)
        # The graph carries what turns pooled frames into an embedding: constants, told without running anything.
        nothing = {"features": np.zeros((1, BINS, 2), np.float32)} | _context(1)
        self._weight, self._bias = self._session.run(["projection_weight", "projection_bias"], nothing)
        super().__init__(CARD, weight_hash, len(self._bias), precision)
        self._batcher = Batcher(self.dimension, self.minimum_samples)

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`."""
        return self._batcher.embed(waveforms, lambda group: self._embedding(self._frames(group[0]))[None])

    def hear(self, waveforms: Sequence[Waveform]) -> Hearing:
        """See `Encoder.hear`: one pass gives both."""
        return self._batcher.hear(waveforms, self._embed_and_divide)

    def turns(self, waveform: Waveform) -> float:
        """See `HearsTurns.turns`."""
        if not embeddable(waveform, self.minimum_samples):
            return float("nan")
        return agreement(self._frames(waveform), FRAME_RATE, self._project)

    def _embed_and_divide(self, group: Sequence[Waveform]) -> NDArray[np.float32]:
        frames = self._frames(group[0])
        return np.append(self._embedding(frames), np.float32(coherence(frames, FRAME_RATE, self._project)))[None]

    def _embedding(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        embedding = self._project(statistics(frames)[None])[0]
        return np.asarray(embedding / np.linalg.norm(embedding), np.float32)

    def _project(self, pooled: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(pooled @ self._weight.T + self._bias, np.float32)

    def _frames(self, waveform: Waveform) -> NDArray[np.float32]:
        """[channels, frames / 2]."""
        frames: NDArray[np.float32] = np.asarray(self._session.run(["frames"], inputs(waveform))[0])[0]
        return frames


def inputs(waveform: Waveform) -> dict[str, NDArray[np.float32]]:
    """What the graph takes of a note."""
    return {"features": fbank(levelled(waveform))[None]} | _context(-(-frame_count(len(waveform)) // 2))


def load(model: bytes, weight_hash: str, precision: str, threads: int | None = None) -> OnnxCamPlusPlus:
    """The encoder of an exported graph."""
    return OnnxCamPlusPlus(model, weight_hash, precision, threads)


def _context(frames: int) -> dict[str, NDArray[np.float32]]:
    pool, spread = segments(frames)
    return {"pool": pool, "spread": spread}


def segments(count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The matrices of the context mask for `count` frames.

    Returns:
        [count, segments]: averages over each segment, and added to each the average over everything;
        [segments, count]: ones where a frame is in the segment.
    """
    owner = np.arange(count) // _SEGMENT
    spread = (owner == np.arange(owner[-1] + 1)[:, None]).astype(np.float32)
    pool = spread.T / spread.sum(axis=1) + np.float32(1 / count)
    return pool.astype(np.float32), spread
