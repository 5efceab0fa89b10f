"""Deep Speaker's ResCNN as an ONNX graph, from the features of windows to an embedding of each.

Every normalisation is folded into the convolution before it. See `models.deep_speaker.network` for the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from models.deep_speaker.filters import BINS, WINDOW
from models.onnx.graph import Array, Graph

_EPSILON: Final = 1e-3
_CEILING: Final = 20.0
_STRIDED_PADS: Final = [1, 1, 2, 2]
"""Before and after, on both axes: where a stride of two leaves an odd number to pad, the odd one goes to the end."""

State = Mapping[str, Array]


def build(state: State, *, even: bool = False) -> bytes:  # noqa: ARG001 (every graph's signature)
    """The model file.

    Input: ``features`` [windows, 160, 64]. Output: ``embedding`` [windows, dimension], of any length.

    Args:
        state: the state dict of a `ResCnnNetwork`, as numpy arrays.
        even: makes no difference here.

    Raises:
        KeyError, ValueError: it is the state of something else.
    """
    graph = Graph()
    limits = graph.constant(np.array(0.0, np.float32)), graph.constant(np.array(_CEILING, np.float32))
    x = graph.node("Unsqueeze", "features", graph.constant(np.array([1])))
    stage = 0
    while f"stages.{stage}.conv.weight" in state:
        x = graph.node("Clip", _conv(graph, x, state, f"stages.{stage}", "", _STRIDED_PADS, 2), *limits)
        block = 0
        while f"stages.{stage}.blocks.{block}.conv1.weight" in state:
            name = f"stages.{stage}.blocks.{block}"
            y = graph.node("Clip", _conv(graph, x, state, name, "1", [1] * 4), *limits)
            y = graph.node("Clip", _conv(graph, y, state, name, "2", [1] * 4), *limits)
            x = graph.node("Clip", graph.node("Add", y, x), *limits)
            block += 1
        stage += 1
    # Mean over time → frequency before channel, as Keras lays it out.
    pooled = graph.node("ReduceMean", x, graph.constant(np.array([2])), keepdims=0)
    flat = graph.node("Flatten", graph.node("Transpose", pooled, perm=[0, 2, 1]), axis=1)
    weight, bias = state["affine.weight"], state["affine.bias"]
    embedding = graph.node("Add", graph.node("MatMul", flat, graph.constant(weight.T)), graph.constant(bias))
    return graph.serialised({"features": ["windows", WINDOW, BINS]}, {"embedding": (embedding, ["windows", len(bias)])})


def _conv(graph: Graph, x: str, state: State, name: str, number: str, pads: list[int], stride: int = 1) -> str:
    """A convolution and the normalisation after it, as one."""
    weight, bias = state[f"{name}.conv{number}.weight"], state[f"{name}.conv{number}.bias"].astype(np.float64)
    norm = {
        part: state[f"{name}.norm{number}.{part}"].astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    }
    scale = norm["weight"] / np.sqrt(norm["running_var"] + _EPSILON)
    folded = (weight * scale[:, None, None, None]).astype(np.float32)
    shift = ((bias - norm["running_mean"]) * scale + norm["bias"]).astype(np.float32)
    return graph.node(
        "Conv", x, graph.constant(folded), graph.constant(shift),
        kernel_shape=list(weight.shape[2:]), pads=pads, strides=[stride, stride],
    )  # fmt: skip
