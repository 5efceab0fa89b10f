"""A PyTorch file as numpy arrays, without torch: a zip of raw numbers, and a pickle that says what they are.

The pickle is read by an unpickler that knows the few names of a state dict and nothing else, so that it cannot run
code; a tensor that claims more numbers than its storage has is refused. The format is that of `torch.save` since 1.6;
for an older file torch itself is asked, where there is one.
"""

from __future__ import annotations

import hashlib
import io
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

Arrays = Mapping[str, NDArray[Any]]
"""A state dict: parameters and buffers by name."""
Built = TypeVar("Built")

_KINDS: Final[dict[str, np.dtype[Any]]] = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("<i1"),
    "ByteStorage": np.dtype("<u1"),
    "BoolStorage": np.dtype("?"),
}
_LARGEST: Final = 4 << 30
_ZIP: Final = b"PK"


def build(path: Path, make: Callable[[Arrays, str], Built], expected: str) -> Built:
    """Read a file and make something of it.

    Args:
        make: called with the state dict and the SHA-256 of the file in hexadecimal.
        expected: ends the error message, "<path> does not hold ...".

    Raises:
        ModelError: the file cannot be read, or `make` finds that it holds something else.
    """
    try:
        data = path.read_bytes()
        state = _state(data) if data.startswith(_ZIP) else _by_torch(data)
        return make(state, hashlib.sha256(data).hexdigest())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except ModelError:
        raise
    except Exception as error:  # a damaged or hostile pickle raises nearly anything
        raise ModelError(f"{path} does not hold {expected}") from error


def _state(data: bytes) -> Arrays:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        folder = index.removesuffix("data.pkl")
        if f"{folder}byteorder" in archive.namelist() and archive.read(f"{folder}byteorder") != b"little":
            raise ValueError("numbers of a big-endian machine")
        if sum(member.file_size for member in archive.infolist()) > _LARGEST:
            raise ValueError("larger than any model of ours")
        loaded = _Unpickler(archive, folder, archive.read(index)).load()
    # Some wrap it up with what it was made for.
    loaded = loaded.get("state_dict", loaded) if isinstance(loaded, Mapping) else loaded
    if not isinstance(loaded, Mapping):
        raise TypeError(f"not a state dict but a {type(loaded).__name__}")
    return {name: value for name, value in loaded.items() if isinstance(value, np.ndarray)}


def _by_torch(data: bytes) -> Arrays:
    try:
        import torch
    except ModuleNotFoundError as error:
        raise ValueError("no zip file") from error
    loaded = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    return {name: value.numpy() for name, value in loaded.items()}


@dataclass(frozen=True)
class _Kind:
    """Stands for one of torch's storage classes."""

    dtype: np.dtype[Any]


class _Names(OrderedDict[str, Any]):
    """An ordered dict that takes the attribute `_metadata`, which modules leave on their state dicts."""


class _Unpickler(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, folder: str, index: bytes) -> None:
        super().__init__(io.BytesIO(index))
        self._archive = archive
        self._folder = folder
        self._storages: dict[str, NDArray[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return _Names
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _parameter
        if module == "torch" and name in _KINDS:
            return _Kind(_KINDS[name])
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a state dict")

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        _, kind, key, _, _ = pid
        if key not in self._storages:
            self._storages[key] = np.frombuffer(self._archive.read(f"{self._folder}data/{key}"), kind.dtype)
        return self._storages[key]


def _tensor(storage: NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> Any:
    """A view of a storage, in torch's words; never beyond its ends."""
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or not all(isinstance(each, int) and each >= 0 for each in numbers):
        raise ValueError("no shape")
    if math.prod(shape) == 0:
        return np.zeros(shape, storage.dtype)
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if last >= len(storage) or math.prod(shape) > len(storage):
        raise ValueError("a tensor reaches beyond its storage")
    bytes_each = storage.dtype.itemsize
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, [each * bytes_each for each in strides])


def _parameter(data: Any, *_: Any) -> Any:
    return data
