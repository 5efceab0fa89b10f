"""Checkpoints of Deep Speaker's Keras implementation, as the state of our `ResCnnNetwork`.

The implementation (philipperemy/deep-speaker) trains with Keras 2, which writes HDF5: one group per layer under the
layer's name, somewhere in it a dataset per weight (`conv64-s/conv64-s/kernel:0`); a whole saved model has these groups
in `model_weights`. Layers that we do not know, such as the classifier of the first phase of training, are left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import torch
from numpy.typing import NDArray

from models.deep_speaker.network import BLOCKS, CHANNELS, ResCnnNetwork
from models.errors import ModelError

_CONVOLUTION: Final = {"kernel": "weight", "bias": "bias"}
_NORM: Final = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def layers() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each layer with weights in the order of the network: Keras' name, our name, Keras' weight → our weight."""
    for stage, channels in enumerate(CHANNELS):
        yield f"conv{channels}-s", f"stages.{stage}.conv", _CONVOLUTION
        yield f"conv{channels}-s_bn", f"stages.{stage}.norm", _NORM
        for block in range(BLOCKS):
            for number, letter in enumerate("ab", start=1):
                keras, ours = f"res{stage + 1}_{block}_branch_2{letter}", f"stages.{stage}.blocks.{block}"
                yield keras, f"{ours}.conv{number}", _CONVOLUTION
                yield f"{keras}_bn", f"{ours}.norm{number}", _NORM
    yield "affine", "affine", _CONVOLUTION


def read(path: Path) -> bytes:
    """A checkpoint (`.h5`) as a PyTorch file with the state dict of a `ResCnnNetwork`.

    The same checkpoint gives the same bytes, and so the same hash, with the same version of torch.

    Raises:
        ModelError: the file cannot be read, is not HDF5, or lacks a weight or has one of another shape.
    """
    try:
        with path.open("rb") as file, h5py.File(file, "r") as archive:
            state = _state(path, _group(archive, "model_weights") or archive)
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        # What HDF5 says of a damaged file is about its own internals.
        strerror = getattr(error, "strerror", None)
        reason = f"cannot be read ({strerror})" if strerror else "is not a sound HDF5 file"
        raise ModelError(f"{path} {reason}: give a Deep Speaker checkpoint (.h5)") from error
    content = io.BytesIO()
    torch.save(state, content)
    return content.getvalue()


def _state(path: Path, archive: Any) -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        shapes = {name: tuple(value.shape) for name, value in ResCnnNetwork().state_dict().items()}
    state: dict[str, torch.Tensor] = {}
    for keras, ours, weights in layers():
        found = _datasets(archive, keras)
        for theirs, name in weights.items():
            if theirs not in found:
                raise ModelError(f"{path} has no {theirs} of layer {keras}: give a Deep Speaker ResCNN checkpoint")
            expected = shapes[f"{ours}.{name}"]
            # Looked at before the values are: a damaged or hostile file may claim any size.
            if _turned(found[theirs].shape) != expected:
                shape = list(found[theirs].shape)
                raise ModelError(f"{path} is of another network: {theirs} of layer {keras} has shape {shape}")
            state[f"{ours}.{name}"] = _tensor(found[theirs][()])
        if weights is _NORM:
            state[f"{ours}.num_batches_tracked"] = torch.tensor(0)
    return state


def _datasets(archive: Any, layer: str) -> dict[str, Any]:
    """Weight → dataset of a layer, wherever below the layer's group it is."""
    found: dict[str, Any] = {}

    def note(name: str, item: object) -> None:
        # Values that lie in other files are not values of this one.
        if isinstance(item, h5py.Dataset) and not item.external and not item.is_virtual:
            found[name.rsplit("/", 1)[-1].removesuffix(":0")] = item

    if group := _group(archive, layer):
        group.visititems(note)
    return found


def _group(archive: Any, name: str) -> Any:
    """The group of this name, or None; a link to another file is no group of this one."""
    if archive.get(name, getclass=True, getlink=True) is not h5py.HardLink:
        return None
    group = archive[name]
    return group if isinstance(group, h5py.Group) else None


def _turned(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Keras' shape in torch's order: of a kernel [height, width, in, out] → [out, in, height, width]."""
    return (*shape[:-3:-1], *shape[:-2]) if len(shape) > 1 else shape


def _tensor(values: NDArray[np.generic]) -> torch.Tensor:
    values = np.asarray(values, dtype=np.float32)
    if values.ndim > 1:
        values = np.moveaxis(values, (-1, -2), (0, 1))
    return torch.from_numpy(np.ascontiguousarray(values))
