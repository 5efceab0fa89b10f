"""An encoder's graph for ONNX Runtime: written once from its weights, kept beside them.

No torch is needed for it: `models.tensors` reads the weights, and the graph is put together from numpy's arrays. A
process of its own does so (``python -m models.export``): what it takes in memory, a worker has no use for afterwards.
"""

from __future__ import annotations

import hashlib
import importlib
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

VERSION: Final = "3"
"""Goes up when a graph changes; older ones are then left alone."""
FOLDER: Final = "onnx"


PRECISIONS: Final = ("fp32", "int8")


class GraphModule(Protocol):
    """What the module named by `graph` in `weights.toml` provides."""

    EXPECTED: str
    """Ends the error message, "<path> does not hold ..."."""

    def build(self, state: Mapping[str, NDArray[np.float32]], *, even: bool = False) -> bytes:
        """The model file. Raises KeyError, ValueError, IndexError where the state is of something else."""


def exported(graph: str, weights: Path, models_dir: Path, precision: str = "fp32") -> tuple[Path, str]:
    """The graph's file, written now where it is not there yet, and the SHA-256 of the weights.

    Args:
        graph: the module that builds it, such as "models.campplus_graph".
        precision: "fp32", or "int8" for weights whose ranges were measured.

    Raises:
        ModelError: the weights cannot be read or are of something else, or the folder cannot be written.
    """
    try:
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{weights} cannot be read: {error.strerror}") from error
    place = models_dir / FOLDER / f"{graph.rpartition('.')[2]}-{digest[:16]}-{VERSION}-{precision}.onnx"
    if not place.is_file():
        command = [sys.executable, "-m", "models.export", graph, str(weights), str(place), precision]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["the export died"]
            raise ModelError(lines[-1])
    return place, digest


def write(graph: str, weights: Path, place: Path, precision: str) -> None:
    """Build the graph and put it into its place, whole or not at all.

    Raises:
        ModelError: as `exported`.
    """
    module = cast(GraphModule, importlib.import_module(graph))
    model = build(weights, lambda state, digest: _model(module, state, digest, precision), module.EXPECTED)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=place.stem, suffix=".part", delete=False) as file:
            file.write(model)
            # Whoever reads the weights reads the graph; a temporary file is its owner's alone.
            Path(file.name).chmod(0o644)
        Path(file.name).replace(place)
    except OSError as error:
        raise ModelError(f"{place.parent} cannot be written ({error.strerror}): set ROLLCALL_MODELS_DIR") from error


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
        write(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    except ModelError as error:
        sys.exit(str(error))
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed: pip install 'rollcall[worker]'")
