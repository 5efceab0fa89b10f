"""CAM++ speaker embeddings: the filterbank, the network, and the rules for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.batch import Batcher
from models.campplus_facts import FRAME_RATE, LEVEL, MINIMUM_SAMPLES, NAME, ONE_VOICE_FROM
from models.campplus_graph import EXPECTED
from models.campplus_network import CamPlusPlusNetwork
from models.checkpoint import State, build
from models.device import choose
from models.encoder import Embeddings, Hearing, Waveform
from models.fbank import Fbank
from models.fbank_filters import FRAME, SAMPLE_RATE, SHIFT, frame_count
from models.stretches import coherence

_DIMENSION_KEY: Final = "xvector.dense.linear.weight"


class CamPlusPlus:
    """The `Encoder` around CAM++ (see `campplus_network` for the paper)."""

    name: Final = NAME
    precision: Final = "fp32"
    sample_rate: Final = SAMPLE_RATE
    minimum_samples: Final = MINIMUM_SAMPLES
    one_voice_from: Final = ONE_VOICE_FROM

    def __init__(self, state: State, weight_hash: str, device: torch.device) -> None:
        """`state` is a state dict of 3D-Speaker's `CAMPPlus(feat_dim=80)`; its last layer tells the dimension.

        Raises:
            KeyError, RuntimeError: it is the state of something else.
        """
        self.weight_hash = weight_hash
        self.dimension = int(state[_DIMENSION_KEY].shape[0])
        self._device = device
        with torch.device("meta"):  # no memory and no random numbers for weights about to be replaced
            network = CamPlusPlusNetwork(dimension=self.dimension)
        network.load_state_dict(state, strict=True, assign=True)
        self._network = network.to(device).eval().requires_grad_(False)
        self._fbank = Fbank(device)
        self._batcher = Batcher(self.dimension, self.minimum_samples, None if device.type == "cpu" else frame_count)

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`. On a GPU, notes with equally many frames share a batch, so nothing is ever padded."""
        return self._batcher.embed(waveforms, self._forward)

    def hear(self, waveforms: Sequence[Waveform]) -> Hearing:
        """See `Encoder.hear`: one pass gives both."""
        return self._batcher.hear(waveforms, self._forward_and_divide)

    def _forward(self, waveforms: Sequence[Waveform]) -> Embeddings:
        embeddings: Embeddings = self._pool(self._frames(waveforms)).cpu().numpy()
        return embeddings

    def _forward_and_divide(self, waveforms: Sequence[Waveform]) -> NDArray[np.float32]:
        frames = self._frames(waveforms)
        divided = [[coherence(each, FRAME_RATE, self._project)] for each in frames.cpu().numpy()]
        return np.hstack([self._pool(frames).cpu().numpy(), np.array(divided, np.float32)])

    @torch.inference_mode()
    def _project(self, statistics: NDArray[np.float32]) -> NDArray[np.float32]:
        projected: NDArray[np.float32] = (
            self._network.project(torch.from_numpy(statistics).to(self._device)).cpu().numpy()
        )
        return projected

    @torch.inference_mode()
    def _pool(self, frames: Tensor) -> Tensor:
        return functional.normalize(self._network.pool(frames), dim=-1)

    @torch.inference_mode()
    def _frames(self, waveforms: Sequence[Waveform]) -> Tensor:
        """One pass for waveforms of equally many frames; the samples after the last whole frame are not heard."""
        used = FRAME + SHIFT * (frame_count(len(waveforms[0])) - 1)
        # Stacking copies: torch will not wrap a read-only array, and a fresh one is always aligned alike.
        batch = torch.from_numpy(np.stack([waveform[:used] for waveform in waveforms]).astype(np.float32, copy=False))
        batch = batch.to(self._device)
        batch = batch * (LEVEL / batch.std(dim=-1, keepdim=True))
        return self._network.frames(self._fbank(batch))


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
        EXPECTED,
    )
