"""Writing a training's files: whole or not at all, and a full or forbidden disk is one line that says what to do."""

from __future__ import annotations

import errno
import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from rollcall.errors import Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT)
_OF_TORCH = ("PytorchStreamWriter", "inline_container")
"""What its writer names, instead of having an error of its own."""


@contextmanager
def writing(place: Path, otherwise: str = "choose another --out") -> Iterator[None]:
    """Whatever fails in here fails to write `place`.

    Args:
        otherwise: the cure, unless the disk is full.

    Raises:
        Unavailable: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        cure = "make room on that disk" if error.errno in _FULL else otherwise
        raise Unavailable(f"{place} cannot be written ({error.strerror or type(error).__name__}): {cure}") from error
    except RuntimeError as error:
        if not any(name in str(error) for name in _OF_TORCH):
            raise
        raise Unavailable(f"{place} cannot be written: make room on that disk") from error


def keep(place: Path, content: bytes) -> None:
    """Write a file, in the place of one that was there.

    Raises:
        Unavailable: it cannot be written.
    """
    beside = place.with_name(f".{place.name}.part")
    with writing(place):
        beside.write_bytes(content)
        beside.replace(place)


def keep_json(place: Path, document: object) -> None:
    """`keep` for what JSON can say."""
    keep(place, json.dumps(document, indent=1).encode())


def keep_weights(place: Path, state: Mapping[str, Tensor]) -> None:
    """`keep` for a state dict. By way of memory: of a full disk torch would speak in its own words."""
    content = io.BytesIO()
    torch.save(dict(state), content)
    keep(place, content.getvalue())


def has_room(folder: Path, size: int) -> None:
    """See that so many bytes can be written.

    Raises:
        Unavailable: they cannot.
    """
    with writing(folder):
        free = shutil.disk_usage(folder).free
    if free < size:
        raise Unavailable(
            f"{folder} has {free >> 20} MB left, and this training keeps {size >> 20} MB: make room on that disk, or "
            "choose another --out"
        )
