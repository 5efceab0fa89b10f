"""Where a torch model runs."""

from __future__ import annotations

import logging

import torch

from models.errors import ModelError

_log = logging.getLogger(__name__)


def choose(device: str) -> torch.device:
    """The device for "auto" (a GPU where there is one), "cpu" or "cuda".

    "cuda" without a GPU gives the CPU and a warning: a slow roll call is better than none.

    Raises:
        ModelError: any other word.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise ModelError(f"no device is called {device!r}: choose auto, cpu or cuda")
    if device == "cpu" or (device == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        _log.warning("cuda was asked for, but torch sees no GPU here: running on the CPU")
        return torch.device("cpu")
    # TF32 keeps ten bits of mantissa: enough to move a score past a threshold between a GPU and a CPU worker.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda")
