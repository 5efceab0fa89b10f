"""CAM++ as an ONNX graph, from features to the frames that are pooled, with all that can be computed beforehand done.

Exact, but for rounding. A normalisation after a convolution is folded into it. One before a convolution, with the ReLU
between them, becomes a maximum: relu(s x + b) = s max(x, -b / s) + b; the rest is the convolution's. The context mask
is computed once for a segment, by products with two small matrices that the caller gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from models.fbank_filters import BINS as MELS
from models.onnx.graph import Array, Graph, product

BLOCKS: Final = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block."""
EPSILON: Final = 1e-5

State = Mapping[str, Array]


def build(state: State, *, even: bool = False) -> bytes:
    """The model file.

    Inputs: ``features`` [1, 80, frames]; ``pool`` [frames / 2, segments] and ``spread`` [segments, frames / 2] of
    `models.campplus.runtime.segments`. Outputs: ``frames`` [1, channels, frames / 2]; ``projection_weight`` and
    ``projection_bias``, see `projection`.

    Args:
        state: the state dict of `models.campplus.network.CamPlusPlusNetwork`, as numpy arrays.
        even: leave every normalisation before a convolution as it is. Slower, but all channels then reach equally far,
            and that is what eight bits need.

    Raises:
        KeyError: it is the state of something else.
    """
    graph = Graph()
    x = _front_end(graph, graph.node("Unsqueeze", "features", graph.constant(np.array([1]))), state)
    weight, bias = _folded(state, "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm")
    x = graph.node("Relu", graph.conv(x, weight, bias, stride=[2], padding=[2]))
    for number, (depth, dilation) in enumerate(BLOCKS, start=1):
        for layer in range(1, depth + 1):
            x = graph.node("Concat", x, _dense(graph, x, state, f"block{number}.tdnnd{layer}", dilation, even), axis=1)
        x = _normalised_conv(graph, x, state, f"transit{number}.nonlinear", f"transit{number}.linear", even)
    scale, shift = _affine(state, "xvector.out_nonlinear.batchnorm")
    x = graph.node("Relu", graph.scaled(x, scale, shift))
    weight, bias = projection(state)
    return graph.serialised(
        {"features": [1, MELS, "frames"], "pool": ["half", "segments"], "spread": ["segments", "half"]},
        {
            "frames": (x, [1, len(scale), "half"]),
            "projection_weight": (graph.constant(weight), weight.shape),
            "projection_bias": (graph.constant(bias), bias.shape),
        },
    )


def projection(state: State) -> tuple[Array, Array]:
    """What makes an embedding of mean and standard deviation: [dimension, 2 · channels] and [dimension]."""
    scale, shift = _affine(state, "xvector.dense.nonlinear.batchnorm")
    return scale[:, None] * state["xvector.dense.linear.weight"][:, :, 0], shift


def _front_end(graph: Graph, x: str, state: State) -> str:
    """[1, 1, 80, frames] → [1, 320, frames]."""

    def conv(x: str, conv: str, norm: str, stride: int) -> str:
        weight, bias = _folded(state, f"head.{conv}", f"head.{norm}")
        return graph.conv(x, weight, bias, stride=[stride, 1], padding=[weight.shape[2] // 2] * 2)

    x = graph.node("Relu", conv(x, "conv1", "bn1", 1))
    for layer in ("layer1", "layer2"):
        for number, stride in ((0, 2), (1, 1)):
            block = f"{layer}.{number}"
            y = graph.node("Relu", conv(x, f"{block}.conv1", f"{block}.bn1", stride))
            y = conv(y, f"{block}.conv2", f"{block}.bn2", 1)
            shortcut = conv(x, f"{block}.shortcut.0", f"{block}.shortcut.1", stride) if stride > 1 else x
            x = graph.node("Relu", graph.node("Add", y, shortcut))
    x = graph.node("Relu", conv(x, "conv2", "bn2", 2))
    return graph.node("Reshape", x, graph.constant(np.array([1, 320, -1])))


def _dense(graph: Graph, x: str, state: State, layer: str, dilation: int, even: bool) -> str:
    """What a dense layer adds: [1, 32, frames / 2]."""
    x = _normalised_conv(graph, x, state, f"{layer}.nonlinear1", f"{layer}.linear1", even, f"{layer}.nonlinear2")
    x = graph.node("Relu", x)
    cam = f"xvector.{layer}.cam_layer"
    context = graph.node("MatMul", x, "pool")
    # Products, not convolutions: three columns are no work, and `models.onnx.quantize` leaves products as they are.
    for linear in ("linear1", "linear2"):
        weight, bias = state[f"{cam}.{linear}.weight"][:, :, 0], state[f"{cam}.{linear}.bias"]
        context = graph.node(
            "Add", graph.node("MatMul", graph.constant(weight), context), graph.constant(bias[:, None])
        )
        if linear == "linear1":
            context = graph.node("Max", context, graph.constant(np.zeros(1, np.float32)))
    context = graph.node("Sigmoid", context)
    local = graph.conv(x, state[f"{cam}.linear_local.weight"], padding=[dilation], dilation=dilation)
    return graph.node("Mul", local, graph.node("MatMul", context, "spread"))


def _normalised_conv(
    graph: Graph, x: str, state: State, before: str, conv: str, even: bool, after: str | None = None
) -> str:
    """Normalisation, ReLU, convolution of one frame, and perhaps another normalisation."""
    scale, shift = _affine(state, f"xvector.{before}.batchnorm")
    weight = state[f"xvector.{conv}.weight"]
    if (scale > 0).all() and not even:
        x = graph.node("Max", x, graph.constant((-shift / scale)[:, None]))
        bias = product(weight[:, :, 0], shift)
        weight = weight * scale[:, None]
    else:
        x = graph.node("Relu", graph.scaled(x, scale, shift))
        bias = np.zeros(len(weight), np.float32)
    if after is not None:
        scale, shift = _affine(state, f"xvector.{after}.batchnorm")
        weight, bias = weight * scale[:, None, None], bias * scale + shift
    return graph.conv(x, weight.astype(np.float32), bias.astype(np.float32))


def _folded(state: State, conv: str, norm: str) -> tuple[Array, Array]:
    """Weight and bias of a convolution with the normalisation after it."""
    scale, shift = _affine(state, norm)
    weight = state[f"{conv}.weight"]
    return weight * scale.reshape(-1, *(1 for _ in weight.shape[1:])), shift


def _affine(state: State, norm: str) -> tuple[Array, Array]:
    """A batch normalisation as scale and shift, [channels] each."""
    mean, variance = (state[f"{norm}.running_{name}"].astype(np.float64) for name in ("mean", "var"))
    scale = 1 / np.sqrt(variance + EPSILON)
    if f"{norm}.weight" in state:
        scale = scale * state[f"{norm}.weight"]
    shift = -mean * scale + state.get(f"{norm}.bias", np.float32(0))
    return scale.astype(np.float32), shift.astype(np.float32)
