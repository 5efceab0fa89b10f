"""CAM++, tuned from given weights: AAM-softmax and a small learning rate. Its own project trains it from nothing."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.campplus.encoder import CamPlusPlus
from models.campplus.features import CARD
from models.campplus.network import CamPlusPlusNetwork
from models.fbank import Fbank
from models.fbank_filters import FRAME, SHIFT
from training.architectures import Architecture, Features, Stage

_FRAMES = 200
_LAST = "xvector.dense.linear.weight"
_LEVEL = 10 ** ((CARD.level_dbfs or 0) / 20)
_SILENCE = 1e-8


def _network(state: Mapping[str, Tensor] | None, width: int | None) -> nn.Module:
    if state is None:
        return CamPlusPlusNetwork(dimension=width or 192)
    network = CamPlusPlusNetwork(dimension=len(state[_LAST]))
    network.load_state_dict(dict(state), strict=True)
    return network


def _features(device: torch.device) -> Features:
    """The filterbank at the card's level, as the encoder hears a note."""
    fbank = Fbank(device)

    def features(waveforms: Tensor) -> Tensor:
        return fbank(waveforms * (_LEVEL / waveforms.std(dim=-1, keepdim=True).clamp_min(_SILENCE)))

    return features


ARCHITECTURE = Architecture(
    name="campplus",
    file="campplus.pt",
    samples=FRAME + SHIFT * (_FRAMES - 1),
    last=_LAST,
    network=_network,
    features=_features,
    encoder=CamPlusPlus,
    scratch=(),
    tuning=(Stage("aam", 2, 2e-5, 32, 1),),
)
