"""Where a model runs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelError

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)
_DRIVERS = ("/proc/driver/nvidia", "/dev/dxg")
"""What a machine with an NVIDIA GPU has, at home and under WSL."""


def wants_gpu(device: str) -> bool:
    """Whether "auto" (a GPU where there is one), "cpu" or "cuda" means a GPU here. Without a driver, torch stays out.

    "cuda" without a GPU gives the CPU and a warning: a slow roll call is better than none.

    Raises:
        ModelError: any other word.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise ModelError(f"no device is called {device!r}: choose auto, cpu or cuda")
    if device == "cpu" or (device == "auto" and not any(Path(driver).exists() for driver in _DRIVERS)):
        return False
    try:
        import torch
    except ModuleNotFoundError as error:
        if device == "auto":
            return False
        raise ModelError("cuda needs torch, which is not installed: pip install 'rollcall[torch]'") from error
    if torch.cuda.is_available():
        return True
    if device == "cuda":
        _log.warning("cuda was asked for, but torch sees no GPU here: running on the CPU")
    return False


def choose(device: str) -> torch.device:
    """torch's device for the same words.

    Raises:
        ModelError: any other word.
    """
    import torch

    if not wants_gpu(device):
        return torch.device("cpu")
    # TF32 keeps ten bits of mantissa: enough to move a score past a threshold between a GPU and a CPU worker.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda")
