"""ECAPA-TDNN speaker embeddings, computed by SpeechBrain's own classes.

Source: Desplanques, Thienpondt, Demuynck, "ECAPA-TDNN: Emphasized Channel Attention, Propagation and Aggregation in
TDNN Based Speaker Verification", Interspeech 2020, https://arxiv.org/abs/2005.07143, in the form of SpeechBrain's
`spkrec-ecapa-voxceleb`: 80 mel bands in decibels, each note's own mean over time taken out, 1024 channels, 192 numbers.

An embedding is `EncoderClassifier.encode_batch(waveform)` of SpeechBrain brought to unit length. Of a SpeechBrain
folder only `embedding_model.ckpt` is read: its `hyperparams.yaml` names classes to be called, which is code, and all
that it says of this network but the dilations can be read off the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from speechbrain.lobes.features import Fbank
from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN
from speechbrain.processing.features import InputNormalization

from models.base import CardEncoder
from models.batch import Batcher
from models.card import encoder_card
from models.device import choose
from models.encoder import Embeddings, Waveform
from models.weights.checkpoint import State, build

CARD: Final = encoder_card("models.ecapa")
_SHIFT: Final = 160


def frame_count(samples: int) -> int:
    """Frames are centred on every 160th sample, with silence before the first sample and after the last."""
    return 1 + samples // _SHIFT


class Ecapa(CardEncoder):
    """The `Encoder` around SpeechBrain's ECAPA-TDNN."""

    def __init__(self, state: State, weight_hash: str, device: torch.device) -> None:
        """`state` is a state dict of `ECAPA_TDNN`; its shapes tell the channels, the kernels and the dimension.

        Raises:
            KeyError, AttributeError, RuntimeError: it is the state of something else.
        """
        options = options_of(state)
        super().__init__(CARD, weight_hash, int(options["lin_neurons"]))
        self._device = device
        with torch.device("meta"):  # no memory and no random numbers for weights about to be replaced
            network = ECAPA_TDNN(**options)
        network.load_state_dict(state, strict=True, assign=True)
        self._network = network.to(device).eval().requires_grad_(False)
        self._features = Fbank(n_mels=options["input_size"], sample_rate=self.sample_rate).to(device).eval()
        self._centre = InputNormalization(norm_type="sentence", std_norm=False)
        self._batcher = Batcher(self.dimension, self.minimum_samples, None if device.type == "cpu" else frame_count)

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`. On a GPU, notes with equally many frames share a batch."""
        return self._batcher.embed(waveforms, self._forward)

    @torch.inference_mode()
    def _forward(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """One pass for waveforms of equally many frames."""
        # To the length of the longest with zeros: less than one step of them, and what the last frame sees anyway.
        batch = np.zeros((len(waveforms), max(map(len, waveforms))), dtype=np.float32)
        for row, waveform in zip(batch, waveforms, strict=True):
            row[: len(waveform)] = waveform
        whole = torch.ones(len(batch), device=self._device)
        features = self._centre(self._features(torch.from_numpy(batch).to(self._device)), whole)
        embeddings = self._network(features, whole).squeeze(1)
        result: Embeddings = torch.nn.functional.normalize(embeddings, dim=-1).cpu().numpy()
        return result


def load(path: Path, device: str = "auto", threads: int | None = None) -> Ecapa:
    """Read weights and build the encoder.

    Args:
        path: `embedding_model.ckpt` of a SpeechBrain folder.
        device: "auto", "cpu" or "cuda".
        threads: torch's CPU threads, for the whole process; None leaves them alone.

    Raises:
        ModelError: the file cannot be read or holds something else, or the device is unknown.
    """
    chosen = choose(device)  # after SpeechBrain's import, which allows TF32: this forbids it again
    if threads is not None:
        torch.set_num_threads(threads)
    return build(
        path,
        lambda state, digest: Ecapa(state, digest, chosen),
        CARD.expected,
    )


def options_of(state: State) -> dict[str, Any]:
    """The arguments of `ECAPA_TDNN` that make a network of these shapes."""
    channels, mels, first_kernel = state["blocks.0.conv.conv.weight"].shape
    widths, kernels = [channels], [first_kernel]
    depth = 1
    while (entry := f"blocks.{depth}.tdnn1.conv.conv.weight") in state:
        widths.append(state[entry].shape[0])
        kernels.append(state[f"blocks.{depth}.res2net_block.blocks.0.conv.conv.weight"].shape[2])
        depth += 1
    width, _, kernel = state["mfa.conv.conv.weight"].shape
    attention, seen, _ = state["asp.tdnn.conv.conv.weight"].shape
    return {
        "input_size": mels,
        "channels": [*widths, width],
        "kernel_sizes": [*kernels, kernel],
        # No shape tells a dilation; these are the paper's.
        "dilations": [*range(1, depth + 1), 1],
        "attention_channels": attention,
        "global_context": seen == 3 * width,
        "res2net_scale": 1 + sum(name.startswith("blocks.1.res2net") and name.endswith("conv.bias") for name in state),
        "se_channels": state["blocks.1.se_block.conv1.conv.weight"].shape[0],
        "lin_neurons": state["fc.conv.weight"].shape[0],
    }
