"""CAM++ speaker embeddings: the filterbank, the network, and the rules for a batch."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from models.campplus_network import CamPlusPlusNetwork
from models.device import choose
from models.encoder import Embeddings, Waveform, embeddable
from models.errors import ModelError
from models.fbank import FRAME, SAMPLE_RATE, SHIFT, Fbank, frame_count

_DIMENSION_KEY: Final = "xvector.dense.linear.weight"

# Every note is brought to about the level of read speech (RMS -25 dBFS). The floor under the filterbank's logarithm is
# absolute, so a quiet microphone would otherwise sound like another voice: 40 dB down, the cosine to one's own centroid
# falls from 0.78 to 0.72 on the dev voices; brought to level it stays 0.78. Scaling to 16-bit integers (Kaldi's habit)
# would do that too, but then digital silence weighs too much: notes with gated pauses fall to 0.44, here to 0.70.
_LEVEL: Final = 10 ** (-25 / 20)


class CamPlusPlus:
    """The `Encoder` around CAM++ (see `campplus_network` for the paper).

    Attributes:
        minimum_samples: 4,000 (0.25 s). The network itself runs from 720 on, but what it says of less than a syllable
            means nothing.
    """

    name: Final = "campplus"
    sample_rate: Final = SAMPLE_RATE
    minimum_samples: Final = SAMPLE_RATE // 4

    def __init__(self, state: Mapping[str, Tensor], weight_hash: str, device: torch.device) -> None:
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

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`. On a GPU, notes with equally many frames share a batch, so nothing is ever padded."""
        rows = np.full((len(waveforms), self.dimension), np.nan, dtype=np.float32)
        fit = [index for index, waveform in enumerate(waveforms) if embeddable(waveform, self.minimum_samples)]
        for group in self._groups(fit, waveforms):
            rows[group] = self._forward([waveforms[index] for index in group])
        return rows

    def _groups(self, fit: Iterable[int], waveforms: Sequence[Waveform]) -> list[list[int]]:
        if self._device.type == "cpu":
            # Batches lose on a CPU (16 notes run at 0.6 of the speed), and alone the bits cannot depend on company.
            return [[index] for index in fit]
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for index in fit:
            groups[frame_count(len(waveforms[index]))].append(index)
        return list(groups.values())

    @torch.inference_mode()
    def _forward(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """One pass for waveforms of equally many frames; the samples after the last whole frame are not heard."""
        used = FRAME + SHIFT * (frame_count(len(waveforms[0])) - 1)
        # Stacking copies: torch will not wrap a read-only array, and a fresh one is always aligned alike.
        batch = torch.from_numpy(np.stack([waveform[:used] for waveform in waveforms]).astype(np.float32, copy=False))
        batch = batch.to(self._device)
        batch = batch * (_LEVEL / batch.std(dim=-1, keepdim=True))
        embeddings = self._network(self._fbank(batch))
        result: Embeddings = torch.nn.functional.normalize(embeddings, dim=-1).cpu().numpy()
        return result


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
    try:
        data = path.read_bytes()
        state = _state(torch.load(io.BytesIO(data), map_location="cpu", weights_only=True))
        return CamPlusPlus(state, hashlib.sha256(data).hexdigest(), chosen)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path} does not hold CAM++ weights: give a state dict of CAMPPlus(feat_dim=80)") from error


def _state(loaded: Any) -> Mapping[str, Tensor]:
    if not isinstance(loaded, Mapping):
        raise TypeError(f"not a state dict but a {type(loaded).__name__}")
    return loaded
