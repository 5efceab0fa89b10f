"""Deep Speaker's ResCNN: crops of 160 frames, softmax first, triplets with hardest negatives then (Li et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from models.deep_speaker.encoder import ResCnn
from models.deep_speaker.features import MelShapes
from models.deep_speaker.filters import FRAME, SHIFT, WINDOW
from models.deep_speaker.network import ResCnnNetwork, Residual
from training.architectures import Architecture, Stage


def _network(state: Mapping[str, Tensor] | None, width: int | None) -> nn.Module:
    if state is None:
        return _quiet(ResCnnNetwork(width or 512))
    network = ResCnnNetwork(len(state["affine.weight"]))
    network.load_state_dict(dict(state), strict=True)
    return network


def _quiet(network: ResCnnNetwork) -> ResCnnNetwork:
    """Random weights whose residual blocks add nothing yet (Goyal et al. 2017: gamma 0 at the end of each).

    Each block adds what is never negative to what is never negative: with random blocks what all voices have in common
    grows from block to block, and of some hundred people little is learnt in an hour.
    """
    for module in network.modules():
        if isinstance(module, Residual):
            nn.init.zeros_(module.norm2.weight)
    return network


ARCHITECTURE = Architecture(
    name="rescnn",
    file="network.rescnn.pt",
    samples=FRAME + SHIFT * (WINDOW - 1),
    last="affine.weight",
    network=_network,
    features=MelShapes,
    encoder=ResCnn,
    scratch=(Stage("softmax", 4, 1e-3, 16, 1), Stage("triplet", 1.5, 2e-4, 8, 4)),
    tuning=(Stage("triplet", 2, 1e-4, 8, 4),),
)
