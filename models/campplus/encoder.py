"""CAM++ speaker embeddings: the filterbank, the network, and the rules for a batch."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.base import CardEncoder
from models.batch import Batcher
from models.campplus.features import CARD, FRAME_RATE, levelled
from models.campplus.network import CamPlusPlusNetwork, halved
from models.device import choose
from models.encoder import Embeddings, Hearing, Waveform, embeddable
from models.fbank import Fbank
from models.fbank_filters import FRAME, SHIFT, frame_count
from models.stretches import coherence
from models.turns import agreement
from models.weights.checkpoint import State, build

_DIMENSION_KEY: Final = "xvector.dense.linear.weight"


_PADDING: Final = 1.25
"""The longest note of a batch is at most so many times as long as the shortest: padding costs what speech costs."""


class CamPlusPlus(CardEncoder):
    """The `Encoder` around CAM++ (see `network` for the paper)."""

    def __init__(self, state: State, weight_hash: str, device: torch.device) -> None:
        """`state` is a state dict of 3D-Speaker's `CAMPPlus(feat_dim=80)`; its last layer tells the dimension.

        Raises:
            KeyError, RuntimeError: it is the state of something else.
        """
        super().__init__(CARD, weight_hash, int(state[_DIMENSION_KEY].shape[0]))
        self._device = device
        with torch.device("meta"):  # no memory and no random numbers for weights about to be replaced
            network = CamPlusPlusNetwork(dimension=self.dimension)
        network.load_state_dict(state, strict=True, assign=True)
        self._network = network.to(device).eval().requires_grad_(False)
        self._fbank = Fbank(device)
        self._batcher = Batcher(
            self.dimension, self.minimum_samples, None if device.type == "cpu" else frame_count, padding=_PADDING
        )

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`. On a GPU, notes share a batch, and the network hears nothing of the padding."""
        return self._batcher.embed(waveforms, self._forward)

    def hear(self, waveforms: Sequence[Waveform]) -> Hearing:
        """See `Encoder.hear`: one pass gives both."""
        return self._batcher.hear(waveforms, self._forward_and_divide)

    def turns(self, waveform: Waveform) -> float:
        """See `HearsTurns.turns`."""
        if not embeddable(waveform, self.minimum_samples):
            return float("nan")
        frames, _ = self._frames([waveform])
        return agreement(frames[0].float().cpu().numpy(), FRAME_RATE, self._project)

    def _forward(self, waveforms: Sequence[Waveform]) -> Embeddings:
        frames, mask = self._frames(waveforms)
        embeddings: Embeddings = self._pool(frames, mask).cpu().numpy()
        return embeddings

    def _forward_and_divide(self, waveforms: Sequence[Waveform]) -> NDArray[np.float32]:
        frames, mask = self._frames(waveforms)
        lengths = [-(-frame_count(len(waveform)) // 2) for waveform in waveforms]
        divided = [
            [coherence(each[:, :length], FRAME_RATE, self._project)]
            for each, length in zip(frames.float().cpu().numpy(), lengths, strict=True)
        ]
        return np.hstack([self._pool(frames, mask).cpu().numpy(), np.array(divided, np.float32)])

    @torch.inference_mode()
    def _project(self, statistics: NDArray[np.float32]) -> NDArray[np.float32]:
        projected = self._network.project(torch.from_numpy(statistics).to(self._device))
        found: NDArray[np.float32] = projected.cpu().numpy()
        return found

    @torch.inference_mode()
    def _pool(self, frames: Tensor, mask: Tensor | None) -> Tensor:
        return functional.normalize(self._network.pool(frames.float(), mask), dim=-1)

    @torch.inference_mode()
    def _frames(self, waveforms: Sequence[Waveform]) -> tuple[Tensor, Tensor | None]:
        """One pass: what is pooled, and the mask of it where the waveforms differ in their frames.

        The samples after a note's last whole frame are not heard.
        """
        counts = [frame_count(len(waveform)) for waveform in waveforms]
        batch = np.zeros((len(waveforms), FRAME + SHIFT * (max(counts) - 1)), np.float32)
        for row, waveform, count in zip(batch, waveforms, counts, strict=True):
            row[: FRAME + SHIFT * (count - 1)] = levelled(waveform)
        samples = torch.from_numpy(batch)
        if self._device.type == "cuda":
            samples = samples.pin_memory()
        samples = samples.to(self._device, non_blocking=True)
        if min(counts) == max(counts):
            features, mask = self._fbank(samples), None
        else:
            place = torch.arange(max(counts), device=self._device)
            mask = (place < torch.tensor(counts, device=self._device)[:, None]).float()
            features = self._fbank.masked(samples, mask)
        with self._half():
            return self._network.frames(features, mask), halved(mask)

    def _half(self) -> contextlib.AbstractContextManager[object]:
        """Half precision for the convolutions on a GPU, where it moves no cosine by a thousandth."""
        if self._device.type == "cpu":
            return contextlib.nullcontext()
        return torch.autocast(self._device.type, torch.float16)


def load(path: Path, device: str = "auto", threads: int | None = None) -> CamPlusPlus:
    """Read weights and build the encoder; the bytes that are hashed are the bytes that are loaded.

    Args:
        path: a PyTorch file with the state dict, read with `weights_only=True`, so that it cannot run code.
        device: "auto", "cpu" or "cuda".
        threads: torch's CPU threads, for the whole process; None leaves them alone. One process a core with one thread
            each gives the most notes a second.

    Raises:
        ModelError: the file cannot be read or holds something else, or the device is unknown.
    """
    chosen = choose(device)
    if threads is not None:
        torch.set_num_threads(threads)
    return build(
        path,
        lambda state, digest: CamPlusPlus(state, digest, chosen),
        CARD.expected,
    )
