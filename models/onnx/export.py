"""An encoder's graph for ONNX Runtime: made of its weights, and kept beside them where it can be told for what it is.

No torch is needed for it: `models.weights.tensors` reads the weights, and the graph is put together from arrays. A
process of its own does so (``python -m models.onnx.export``): what it takes in memory, a worker has no use for later.

A graph is run only if its SHA-256 is that of the model's card, or if it was made just now. What else lies in the folder
may be anybody's, and would still say that it is of the right weights.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from models.card import Card, Ranges, card_of
from models.errors import ModelError
from models.weights.store import make_folder
from models.weights.tensors import Arrays, build

VERSION: Final = "4"
"""Goes up when a graph changes; older ones are then left alone."""
FOLDER: Final = "onnx"
PRECISIONS: Final = ("fp32", "int8")

_log = logging.getLogger(__name__)


class GraphModule(Protocol):
    """What the module `graph` of a model's folder provides."""

    def build(self, state: Mapping[str, NDArray[np.float32]], *, even: bool = False) -> bytes:
        """The model file, to the bit the same on every machine.

        Raises KeyError, ValueError, IndexError where the state is of something else.
        """


def place_of(card: Card, weight_hash: str, models_dir: Path, precision: str) -> Path:
    """Where a graph is kept."""
    folder = card.package.rpartition(".")[2]
    return models_dir / FOLDER / f"{folder}_graph-{weight_hash[:16]}-{VERSION}-{precision}.onnx"


def exported(card: Card, weights: Path, models_dir: Path, precision: str = "fp32") -> bytes:
    """The model file: the one in the folder where that has the SHA-256 pinned for these weights, else made now.

    Args:
        card: of a model whose folder has a module `graph`.
        precision: "fp32", or "int8" for weights whose ranges were measured.

    Raises:
        ModelError: the weights cannot be read or are of something else.
    """
    weight_hash = hash_of(weights)
    pinned = card.pinned_graph(weight_hash, precision)
    place = place_of(card, weight_hash, models_dir, precision)
    try:
        found = place.read_bytes()
        if pinned and hashlib.sha256(found).hexdigest() == pinned:
            return found
        _log.warning("%s is not the graph of its weights: it is not used, and made anew", place)
    except OSError:
        pass
    command = [sys.executable, "-m", "models.onnx.export", card.package, str(weights), precision]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["the export died"]
        raise ModelError(lines[-1])
    made = done.stdout
    if pinned and hashlib.sha256(made).hexdigest() == pinned:
        _keep(made, place)
    elif pinned:
        _log.info("this machine makes another graph of the weights than ours do: it is made at each start")
    return made


def hash_of(weights: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{weights} cannot be read: {error.strerror}") from error


def make(package: str, weights: Path, precision: str) -> bytes:
    """Build the graph of a model's folder, such as "models.campplus".

    Raises:
        ModelError: as `exported`.
    """
    card = card_of(package)
    module = cast(GraphModule, importlib.import_module(f"{package}.graph"))
    return build(
        weights,
        lambda state, digest: _model(module, card.ranges(digest, weights), state, precision),
        card.expected,
    )


def _keep(made: bytes, place: Path) -> None:
    """Put it into its place, whole or not at all. What cannot be kept is made anew at the next start."""
    try:
        make_folder(place.parent)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=place.stem, suffix=".part", delete=False) as file:
            file.write(made)
            # Whoever reads the weights reads the graph; a temporary file is its owner's alone.
            Path(file.name).chmod(0o644)
        Path(file.name).replace(place)
    except OSError as error:
        _log.warning(
            "%s cannot be written (%s), so that each start takes longer: set ROLLCALL_MODELS_DIR",
            place.parent, error.strerror,
        )  # fmt: skip


def _model(module: GraphModule, ranges: Ranges | None, state: Arrays, precision: str) -> bytes:
    if precision == "fp32":
        return module.build(state)
    from models.onnx.quantize import quantized

    if ranges is None:
        raise ModelError("nobody has measured eight bits with these weights: set ROLLCALL_BACKEND=onnx")
    return quantized(module.build(state, even=True), ranges)


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(make(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
    except ModelError as error:
        sys.exit(str(error))
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed: pip install 'rollcall[worker]'")
