"""Several processes that train one network, a GPU each: as torchrun starts them.

Each has its own crops of a batch, and SpeechBrain's Brain brings their gradients together. Only the first one looks at
people who are not trained on, tells and writes. Nobody has tried it on more than one GPU yet.
"""

from __future__ import annotations

import os

import torch
from speechbrain.utils.distributed import ddp_init_group


def join(device: torch.device) -> torch.device:
    """This process's device. Where torchrun has started several, they find each other first."""
    if "LOCAL_RANK" not in os.environ:
        return device
    ddp_init_group({"distributed_backend": "nccl" if device.type == "cuda" else "gloo"})
    return torch.device("cuda", int(os.environ["LOCAL_RANK"])) if device.type == "cuda" else device


def meet() -> None:
    """Go on once all of them are here."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.barrier()


def share() -> tuple[int, int]:
    """Which of how many processes this is."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def first() -> bool:
    """Whether this process tells and writes."""
    return share()[0] == 0
