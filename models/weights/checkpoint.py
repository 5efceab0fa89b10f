"""A PyTorch file with a state dict: the bytes that are hashed are the bytes that are loaded."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from models.errors import ModelError

State = Mapping[str, Tensor]
"""A state dict: parameters and buffers by name."""

Built = TypeVar("Built")


def build(path: Path, make: Callable[[State, str], Built], expected: str) -> Built:
    """Read a file and make something of it.

    Args:
        path: read with `weights_only=True`, so that it cannot run code.
        make: called with the state dict, on the CPU, and the SHA-256 of the file in hexadecimal.
        expected: ends the error message, "<path> does not hold ...".

    Raises:
        ModelError: the file cannot be read, or `make` finds that it holds something else.
    """
    try:
        data = path.read_bytes()
        loaded = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        if not isinstance(loaded, Mapping):
            raise TypeError(f"not a state dict but a {type(loaded).__name__}")
        return make(loaded, hashlib.sha256(data).hexdigest())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except ModelError:
        raise
    except Exception as error:  # a damaged or hostile file has torch raise nearly anything, bare assertions among them
        raise ModelError(f"{path} does not hold {expected}") from error
