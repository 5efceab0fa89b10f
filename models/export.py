"""An encoder's graph for ONNX Runtime: made of its weights, and kept beside them where it can be told for what it is.

No torch is needed for it: `models.tensors` reads the weights, and the graph is put together from numpy's arrays. A
process of its own does so (``python -m models.export``): what it takes in memory, a worker has no use for afterwards.

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

from models.errors import ModelError
from models.tensors import Arrays, build
from models.weights import make_folder

VERSION: Final = "4"
"""Goes up when a graph changes; older ones are then left alone."""
FOLDER: Final = "onnx"


PRECISIONS: Final = ("fp32", "int8")

_log = logging.getLogger(__name__)


class GraphModule(Protocol):
    """What the module named by `graph` in `weights.toml` provides."""

    EXPECTED: str
    """Ends the error message, "<path> does not hold ..."."""

    def build(self, state: Mapping[str, NDArray[np.float32]], *, even: bool = False) -> bytes:
        """The model file, to the bit the same on every machine.

        Raises KeyError, ValueError, IndexError where the state is of something else.
        """


def place_of(graph: str, weight_hash: str, models_dir: Path, precision: str) -> Path:
    """Where a graph is kept."""
    return models_dir / FOLDER / f"{graph.rpartition('.')[2]}-{weight_hash[:16]}-{VERSION}-{precision}.onnx"


def exported(graph: str, weights: Path, models_dir: Path, precision: str = "fp32", pinned: str = "") -> bytes:
    """The model file: the one in the folder where that has the pinned SHA-256, else made now.

    Args:
        graph: the module that builds it, such as "models.campplus_graph".
        precision: "fp32", or "int8" for weights whose ranges were measured.
        pinned: of the file, in hexadecimal; empty where nobody knows it, as of own weights.

    Raises:
        ModelError: the weights cannot be read or are of something else.
    """
    place = place_of(graph, hash_of(weights), models_dir, precision)
    try:
        found = place.read_bytes()
        if pinned and hashlib.sha256(found).hexdigest() == pinned:
            return found
        _log.warning("%s is not the graph of its weights: it is not used, and made anew", place)
    except OSError:
        pass
    command = [sys.executable, "-m", "models.export", graph, str(weights), precision]
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


def make(graph: str, weights: Path, precision: str) -> bytes:
    """Build the graph.

    Raises:
        ModelError: as `exported`.
    """
    module = cast(GraphModule, importlib.import_module(graph))
    return build(weights, lambda state, digest: _model(module, state, digest, precision), module.EXPECTED)


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


def _model(module: GraphModule, state: Arrays, weight_hash: str, precision: str) -> bytes:
    if precision == "fp32":
        return module.build(state)
    from models.quantize import quantized
    from models.ranges import ranges_of

    ranges = ranges_of(weight_hash)
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
