"""What a network begins with."""

from __future__ import annotations

import torch

from models.deep_speaker.network import Residual
from training import architectures


def test_a_new_rescnns_residual_blocks_begin_with_what_they_are_added_to() -> None:
    network = architectures.find("rescnn").network(None, 16).eval()
    blocks = [module for module in network.modules() if isinstance(module, Residual)]
    assert len(blocks) == 12
    for block in blocks:
        maps = 20 * torch.rand(1, block.norm1.num_features, 4, 4)
        assert torch.equal(block(maps), maps)


def test_given_weights_keep_what_their_blocks_add() -> None:
    architecture = architectures.find("rescnn")
    state = architecture.network(None, 16).state_dict()
    for name in state:
        if name.endswith("norm2.weight"):
            state[name] = torch.full_like(state[name], 0.5)
    found = architecture.network(state, None).state_dict()
    assert all(torch.equal(value, state[name]) for name, value in found.items())
