"""The network that tells who speaks when, as an ONNX graph: learned band-passes, four LSTMs, and sets of speakers.

Sources: Bredin, Laurent, "End-to-end speaker segmentation for overlap-aware resegmentation", Interspeech 2021,
https://arxiv.org/abs/2104.04045; the filters: Ravanelli, Bengio, "Speaker recognition from raw waveform with SincNet",
SLT 2018, https://arxiv.org/abs/1808.00158; the output: Plaquet, Bredin, "Powerset multi-class cross entropy loss for
neural speaker diarization", Interspeech 2023, https://arxiv.org/abs/2310.13025.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.onnx.graph import Array, Graph

_RATE: Final = 16_000
_LOWEST_HZ: Final = 50.0
"""No filter begins lower, and none is narrower."""
_STRIDE: Final = 10
_POOLED: Final = 3
_SLOPE: Final = 0.01
_EPSILON: Final = 1e-5

State = Mapping[str, Array]


def build(state: State, *, even: bool = False) -> bytes:  # noqa: ARG001 (every graph's signature)
    """The model file.

    Input: ``samples`` [1, 1, n] at 16 kHz. Output: ``sets`` [frames, classes], the probability of each set of speakers
    at a time, in the order of `models.segmentation`; a frame every 270 samples.

    Args:
        state: the state dict, as numpy arrays.
        even: changes nothing: there is no version in eight bits.

    Raises:
        KeyError: it is the state of something else.
    """
    graph = Graph()
    x = _normalised(graph, "samples", state, "sincnet.wav_norm1d")
    x = graph.node("Abs", graph.conv(x, filters(state), stride=[_STRIDE]))
    x = _narrowed(graph, x, state, 0)
    for number in (1, 2):
        weight, bias = state[f"sincnet.conv1d.{number}.weight"], state[f"sincnet.conv1d.{number}.bias"]
        x = _narrowed(graph, graph.conv(x, weight, bias), state, number)
    x = graph.node("Transpose", x, perm=[2, 0, 1])
    layer = 0
    while f"lstm.weight_ih_l{layer}" in state:
        x = _lstm(graph, x, state, layer)
        layer += 1
    x = graph.node("Squeeze", x, graph.constant(np.array([1])))
    for name in ("linear.0", "linear.1", "classifier"):
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        x = graph.node("Add", graph.node("MatMul", x, graph.constant(weight.T)), graph.constant(bias))
        if name != "classifier":
            x = graph.node("LeakyRelu", x, alpha=_SLOPE)
    x = graph.node("Softmax", x, axis=-1)
    return graph.serialised({"samples": [1, 1, "samples"]}, {"sets": (x, ["frames", len(bias)])})


def filters(state: State) -> Array:
    """The learned band-passes as one convolution: [2 · bands, 1, taps], all even ones and then all odd ones.

    Each is the difference of two ideal low-passes (or their Hilbert transforms), under a Hamming window, brought to a
    height of one.
    """
    name = "sincnet.conv1d.0.filterbank"
    low = _LOWEST_HZ + np.abs(state[f"{name}.low_hz_"].astype(np.float64))
    high = np.clip(low + _LOWEST_HZ + np.abs(state[f"{name}.band_hz_"].astype(np.float64)), _LOWEST_HZ, _RATE / 2)
    window = state[f"{name}.window_"].astype(np.float64)
    half = len(window)
    angle = 2 * np.pi * np.arange(-half, 0) / _RATE
    width = 2 * (high - low)
    even = (np.sin(high * angle) - np.sin(low * angle)) / (angle / 2) * window / width
    odd = (np.cos(low * angle) - np.cos(high * angle)) / (angle / 2) * window / width
    middle = np.ones_like(low)
    both = np.concatenate([
        np.concatenate([even, middle, even[:, ::-1]], axis=1),
        np.concatenate([odd, 0 * middle, -odd[:, ::-1]], axis=1),
    ])  # fmt: skip
    return both.astype(np.float32)[:, None]


def _normalised(graph: Graph, x: str, state: State, name: str) -> str:
    """Every channel to mean zero and variance one over the note."""
    scale, shift = graph.constant(state[f"{name}.weight"]), graph.constant(state[f"{name}.bias"])
    return graph.node("InstanceNormalization", x, scale, shift, epsilon=_EPSILON)


def _narrowed(graph: Graph, x: str, state: State, number: int) -> str:
    x = graph.node("MaxPool", x, kernel_shape=[_POOLED], strides=[_POOLED])
    return graph.node("LeakyRelu", _normalised(graph, x, state, f"sincnet.norm1d.{number}"), alpha=_SLOPE)


def _lstm(graph: Graph, x: str, state: State, layer: int) -> str:
    """[frames, 1, channels] → [frames, 1, 2 · hidden]: one forwards and one backwards."""
    ways = ("", "_reverse")

    def stacked(kind: str) -> Array:
        return np.stack([_gates(state[f"lstm.{kind}_l{layer}{way}"]) for way in ways])

    weight, recurrence = stacked("weight_ih"), stacked("weight_hh")
    bias = np.concatenate([stacked("bias_ih"), stacked("bias_hh")], axis=1)
    hidden = recurrence.shape[2]
    inputs = [graph.constant(each) for each in (weight, recurrence, bias)]
    x = graph.node("LSTM", x, *inputs, direction="bidirectional", hidden_size=hidden)
    x = graph.node("Transpose", x, perm=[0, 2, 1, 3])
    return graph.node("Reshape", x, graph.constant(np.array([0, 0, -1])))


def _gates(rows: NDArray[np.float32]) -> Array:
    """torch's order of the gates (in, forget, cell, out) as ONNX has them (in, out, forget, cell)."""
    entrance, forget, cell, exit_ = np.split(rows, 4)
    return np.concatenate([entrance, exit_, forget, cell])
