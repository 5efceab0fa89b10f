"""Deep Speaker ResCNN embeddings: windows of 1.6 s over a note, and the mean of what the network says of each.

The reference (see `network`) embeds one window at a random place; an attendance record must not depend on a
draw, so ours lie one after the other, the last one at the very end. The reference also cuts a recording down to what
lies between the first and the last of its loudest samples, one in twenty; our notes come without silences already, and
a second cut would only take speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.base import CardEncoder
from models.batch import Batcher
from models.card import encoder_card
from models.deep_speaker.features import MelShapes
from models.deep_speaker.filters import WINDOW, frame_count
from models.deep_speaker.network import ResCnnNetwork
from models.device import choose
from models.encoder import Embeddings, Waveform
from models.weights.checkpoint import State, build

CARD: Final = encoder_card("models.deep_speaker")


def window_count(samples: int) -> int:
    """How many windows it takes to see every frame of a note."""
    return -(-frame_count(samples) // WINDOW)


class ResCnn(CardEncoder):
    """The `Encoder` around Deep Speaker's ResCNN."""

    def __init__(self, state: State, weight_hash: str, device: torch.device) -> None:
        """`state` is a state dict of `ResCnnNetwork`; its last layer tells the dimension.

        Raises:
            KeyError, AttributeError, RuntimeError: it is the state of something else.
        """
        super().__init__(CARD, weight_hash, int(state["affine.weight"].shape[0]))
        self._device = device
        with torch.device("meta"):  # no memory and no random numbers for weights about to be replaced
            network = ResCnnNetwork(self.dimension)
        network.load_state_dict(state, strict=True, assign=True)
        self._network = network.to(device).eval().requires_grad_(False)
        self._features = MelShapes(device)
        self._batcher = Batcher(self.dimension, self.minimum_samples, None if device.type == "cpu" else window_count)

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`. On a GPU, notes with equally many windows share a batch."""
        return self._batcher.embed(waveforms, self._forward)

    @torch.inference_mode()
    def _forward(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """One pass for waveforms of equally many windows."""
        # A copy: torch will not wrap a read-only array, and a fresh one is always aligned alike.
        notes = [torch.from_numpy(np.array(waveform, dtype=np.float32)).to(self._device) for waveform in waveforms]
        seen = torch.stack([windows(self._features(note)) for note in notes])
        embeddings = functional.normalize(self._network(seen.flatten(0, 1)), dim=-1)
        means = embeddings.reshape(*seen.shape[:2], self.dimension).mean(dim=1)
        result: Embeddings = functional.normalize(means, dim=-1).cpu().numpy()
        return result


def windows(features: Tensor) -> Tensor:
    """[frames, mels] → [windows, 160, mels]: one after the other, the last aligned to the end.

    Fewer than 160 frames make one window, filled up with zeros, which is the mean of every frame.
    """
    frames = len(features)
    if frames < WINDOW:
        return functional.pad(features, (0, 0, 0, WINDOW - frames)).unsqueeze(0)
    starts = [*range(0, frames - WINDOW, WINDOW), frames - WINDOW]
    return torch.stack([features[start : start + WINDOW] for start in starts])


def load(path: Path, device: str = "auto", threads: int | None = None) -> ResCnn:
    """Read weights and build the encoder.

    Args:
        path: a PyTorch file with the state dict of a `ResCnnNetwork`.
        device: "auto", "cpu" or "cuda".
        threads: torch's CPU threads, for the whole process; None leaves them alone.

    Raises:
        ModelError: the file cannot be read or holds something else, or the device is unknown.
    """
    chosen = choose(device)
    if threads is not None:
        torch.set_num_threads(threads)
    return build(
        path,
        lambda state, digest: ResCnn(state, digest, chosen),
        CARD.expected,
    )
