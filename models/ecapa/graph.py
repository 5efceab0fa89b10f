"""SpeechBrain's ECAPA-TDNN as an ONNX graph, from samples to the embedding; see `models.ecapa.encoder` for the sources.

Exact, but for rounding, and leaner in three places: window and Fourier transform are one strided convolution; the last
normalisation before the pooling is applied to the pooled statistics, not to every frame; and what the attention hears
of the whole note's mean and deviation, which is the same for every frame, is computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.onnx.graph import Array, Graph, product

SAMPLE_RATE: Final = 16_000
SHIFT: Final = 160
_FRAME: Final = 400
_LEAST_POWER: Final = 1e-10
_LEAST_VARIANCE: Final = 1e-12
_TOP_DECIBELS: Final = 80.0
_EPSILON: Final = 1e-5

State = Mapping[str, Array]


def build(state: State, *, even: bool = False) -> bytes:  # noqa: ARG001 (every graph's signature)
    """The model file.

    Input: ``samples`` [1, samples] in [-1, 1] at 16 kHz. Output: ``embedding`` [1, dimension], of any length.

    Args:
        state: the state dict of SpeechBrain's `ECAPA_TDNN`, as numpy arrays.
        even: makes no difference here.

    Raises:
        KeyError, ValueError: it is the state of something else.
    """
    graph = Graph()
    mels = state["blocks.0.conv.conv.weight"].shape[1]
    x = _tdnn(graph, _features(graph, "samples", mels), state, "blocks.0")
    blocks: list[str] = []
    while f"blocks.{len(blocks) + 1}.tdnn1.conv.conv.weight" in state:
        number = len(blocks) + 1
        # No shape tells a dilation; these are the paper's.
        x = _residual(graph, x, state, f"blocks.{number}", dilation=number + 1)
        blocks.append(x)
    pooled = _pool(graph, graph.node("Concat", *blocks, axis=1), state)
    scale, shift = _affine(state, "asp_bn.norm")
    weight, bias = state["fc.conv.weight"][:, :, 0], state["fc.conv.bias"]
    embedding = graph.node(
        "Add",
        graph.node("MatMul", pooled, graph.constant((weight * scale).T)),
        graph.constant(product(weight, shift) + bias),
    )
    return graph.serialised({"samples": [1, "samples"]}, {"embedding": (embedding, [1, len(bias)])})


def mel_filters(mels: int) -> NDArray[np.float32]:
    """[201, mels]: SpeechBrain's triangles, as wide on the right as on the left."""
    scale = np.linspace(0.0, 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700), mels + 2)
    hertz = 700 * (10 ** (scale / 2595) - 1)
    slope = (np.linspace(0, SAMPLE_RATE / 2, _FRAME // 2 + 1)[:, None] - hertz[1:-1]) / np.diff(hertz)[:-1]
    return np.maximum(0, np.minimum(slope + 1, 1 - slope)).astype(np.float32)


def _features(graph: Graph, samples: str, mels: int) -> str:
    """[1, samples] → [1, mels, frames]: decibels, at most 80 below the loudest, each band's mean taken out."""
    window = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)
    transform = np.fft.rfft(np.diag(window), axis=0)
    weight = np.concatenate([transform.real, transform.imag]).astype(np.float32)[:, None]
    spectrum = graph.conv(
        graph.node("Unsqueeze", samples, graph.constant(np.array([1]))), weight, stride=[SHIFT], padding=[_FRAME // 2]
    )
    filters = mel_filters(mels)
    power = graph.conv(graph.node("Mul", spectrum, spectrum), np.concatenate([filters, filters]).T[:, :, None])
    log = graph.node("Log", graph.node("Max", power, _number(graph, _LEAST_POWER)))
    decibels = graph.node("Mul", log, _number(graph, 10 / np.log(10)))
    loudest = graph.node("ReduceMax", decibels, graph.constant(np.array([1, 2])))
    heard = graph.node("Max", decibels, graph.node("Sub", loudest, _number(graph, _TOP_DECIBELS)))
    return graph.node("Sub", heard, graph.node("ReduceMean", heard, graph.constant(np.array([2]))))


def _conv(graph: Graph, x: str, state: State, name: str, dilation: int = 1) -> str:
    """A convolution that keeps the length by mirroring the ends, and its ReLU."""
    weight = state[f"{name}.conv.conv.weight"]
    width = dilation * (weight.shape[2] - 1) // 2
    if width:
        pads = graph.constant(np.array([0, 0, width, 0, 0, width]))
        x = graph.node("Pad", x, pads, mode="reflect")
    return graph.node("Relu", graph.conv(x, weight, state[f"{name}.conv.conv.bias"], dilation=dilation))


def _wide_conv(graph: Graph, x: str, weight: Array, bias: Array) -> str:
    """A convolution of one frame and its ReLU, as a product: ONNX Runtime lays a product's weights out beforehand, and
    those of 3,072 by 3,072 channels, half of all the work, then run half as fast again.
    """
    if weight.shape[2] != 1:
        raise ValueError("the aggregation looks at one frame")
    frames = graph.node("Transpose", x, perm=[0, 2, 1])
    wide = graph.node("Add", graph.node("MatMul", frames, graph.constant(weight[:, :, 0].T)), graph.constant(bias))
    return graph.node("Transpose", graph.node("Relu", wide), perm=[0, 2, 1])


def _tdnn(graph: Graph, x: str, state: State, name: str, dilation: int = 1) -> str:
    """Convolution, ReLU, normalisation."""
    return graph.scaled(_conv(graph, x, state, name, dilation), *_affine(state, f"{name}.norm.norm"))


def _residual(graph: Graph, x: str, state: State, name: str, dilation: int) -> str:
    shortcut = x
    if f"{name}.shortcut.conv.weight" in state:
        shortcut = graph.conv(x, state[f"{name}.shortcut.conv.weight"], state[f"{name}.shortcut.conv.bias"])
    x = _res2net(graph, _tdnn(graph, x, state, f"{name}.tdnn1"), state, f"{name}.res2net_block", dilation)
    x = _tdnn(graph, x, state, f"{name}.tdnn2")
    gate = graph.node("ReduceMean", x, graph.constant(np.array([2])))
    for conv, then in (("conv1", "Relu"), ("conv2", "Sigmoid")):
        weight = state[f"{name}.se_block.{conv}.conv.weight"]
        gate = graph.node(then, graph.conv(gate, weight, state[f"{name}.se_block.{conv}.conv.bias"]))
    return graph.node("Add", graph.node("Mul", x, gate), shortcut)


def _res2net(graph: Graph, x: str, state: State, name: str, dilation: int) -> str:
    width = state[f"{name}.blocks.0.conv.conv.weight"].shape[1]
    scale = 1 + sum(key.startswith(f"{name}.blocks.") and key.endswith("conv.conv.bias") for key in state)
    parts: list[str] = []
    for number in range(scale):
        ends = (graph.constant(np.array([number * width])), graph.constant(np.array([(number + 1) * width])))
        part = graph.node("Slice", x, *ends, graph.constant(np.array([1])))
        if number > 1:
            part = graph.node("Add", part, parts[-1])
        parts.append(_tdnn(graph, part, state, f"{name}.blocks.{number - 1}", dilation) if number else part)
    return graph.node("Concat", *parts, axis=1)


def _pool(graph: Graph, x: str, state: State) -> str:
    """Attentive statistics: [1, channels, frames] → [1, 2 · channels]."""
    x = _wide_conv(graph, x, state["mfa.conv.conv.weight"], state["mfa.conv.conv.bias"])
    scale, shift = _affine(state, "mfa.norm.norm")
    width = len(scale)
    weight = state["asp.tdnn.conv.conv.weight"]
    own = graph.conv(x, weight[:, :width] * scale[:, None])
    bias = (state["asp.tdnn.conv.conv.bias"] + product(weight[:, :width, 0], shift))[:, None]
    if weight.shape[1] == 3 * width:
        frames = graph.node("ReduceMean", x, graph.constant(np.array([2])))
        squares = graph.node("ReduceMean", graph.node("Mul", x, x), graph.constant(np.array([2])))
        whole = graph.node("Concat", *_statistics(graph, frames, squares, scale, shift), axis=1)
        heard = graph.node("Add", graph.conv(whole, weight[:, width:]), graph.constant(bias))
    else:
        heard = graph.constant(bias[None])
    attention = graph.node("Relu", graph.node("Add", own, heard))
    attention = graph.node("Tanh", graph.scaled(attention, *_affine(state, "asp.tdnn.norm.norm")))
    # The bias of the last convolution is the same for every frame, and so nothing to a softmax over frames.
    weights = graph.node("Softmax", graph.conv(attention, state["asp.conv.conv.weight"]), axis=2)
    weighted = graph.node("Mul", weights, x)
    mean = graph.node("ReduceSum", weighted, graph.constant(np.array([2])))
    squares = graph.node("ReduceSum", graph.node("Mul", weighted, x), graph.constant(np.array([2])))
    pooled = graph.node("Concat", *_statistics(graph, mean, squares, scale, shift), axis=1)
    return graph.node("Squeeze", pooled, graph.constant(np.array([2])))


def _statistics(graph: Graph, mean: str, squares: str, scale: Array, shift: Array) -> tuple[str, str]:
    """Mean and deviation of scale * x + shift, given the means of x and of its square: [1, channels, 1] each."""
    variance = graph.node("Sub", squares, graph.node("Mul", mean, mean))
    variance = graph.node("Mul", variance, graph.constant(np.square(scale)[:, None]))
    deviation = graph.node("Sqrt", graph.node("Max", variance, _number(graph, _LEAST_VARIANCE)))
    return graph.scaled(mean, scale, shift), deviation


def _affine(state: State, norm: str) -> tuple[Array, Array]:
    """A batch normalisation as scale and shift, [channels] each."""
    scale = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"].astype(np.float64) + _EPSILON)
    shift = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
    return scale.astype(np.float32), shift.astype(np.float32)


def _number(graph: Graph, value: float) -> str:
    return graph.constant(np.array(value, np.float32))
