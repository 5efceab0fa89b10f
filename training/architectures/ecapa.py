"""ECAPA-TDNN with AAM-softmax, as SpeechBrain's VoxCeleb recipe trains it (Desplanques et al. 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from speechbrain.lobes.features import Fbank
from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN
from speechbrain.processing.features import InputNormalization
from torch import Tensor, nn

from models.ecapa.encoder import Ecapa, options_of
from training.architectures import Architecture, Features, Stage

_BANDS = 80


def _network(state: Mapping[str, Tensor] | None, width: int | None) -> nn.Module:
    if state is None:
        channels = width or 1024
        made: nn.Module = ECAPA_TDNN(
            _BANDS, channels=[channels] * 4 + [3 * channels], kernel_sizes=[5, 3, 3, 3, 1],
            dilations=[1, 2, 3, 4, 1], attention_channels=128, lin_neurons=192,
        )  # fmt: skip
        return made
    network: Any = ECAPA_TDNN(**options_of(state))
    network.load_state_dict(dict(state), strict=True)
    return network  # type: ignore[no-any-return]


def _features(device: torch.device) -> Features:
    """Decibels in 80 bands, each band's own mean over the crop taken out."""
    bands = Fbank(n_mels=_BANDS, sample_rate=16_000).to(device).eval()
    centre = InputNormalization(norm_type="sentence", std_norm=False)

    def features(waveforms: Tensor) -> Tensor:
        found: Tensor = centre(bands(waveforms), torch.ones(len(waveforms), device=device))
        return found

    return features


ARCHITECTURE = Architecture(
    name="ecapa",
    file="embedding_model.ckpt",
    samples=32_000,
    last="fc.conv.weight",
    network=_network,
    features=_features,
    encoder=Ecapa,
    scratch=(Stage("aam", 8, 1e-3, 32, 1),),
    tuning=(Stage("aam", 2, 2e-5, 32, 1),),
)
