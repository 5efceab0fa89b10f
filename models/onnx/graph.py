"""Writes ONNX graphs node by node: an encoder's network with everything folded that can be folded beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 18
_IR_VERSION: Final = 10
"""The newest that every ONNX Runtime from 1.18 on reads."""

Array = NDArray[np.float32]


def product(weight: Array, vector: Array) -> Array:
    """weight @ vector, float32 [rows], the same to the bit on every machine.

    In single precision each processor adds up in an order of its own; rounded from double, that is no longer seen.
    """
    return (weight.astype(np.float64) @ vector.astype(np.float64)).astype(np.float32)


class Graph:
    """A graph being written. A method that adds a node returns the name of its output."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Any operator of ONNX with one output."""
        name = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Weights or a shape."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def conv(
        self,
        x: str,
        weight: Array,
        bias: Array | None = None,
        *,
        stride: Sequence[int] = (1,),
        padding: Sequence[int] = (0,),
        dilation: int = 1,
    ) -> str:
        """A convolution over one or two axes; weight [out, in, *kernel], bias [out]."""
        inputs = [x, self.constant(weight)] + ([] if bias is None else [self.constant(bias)])
        axes = weight.ndim - 2
        return self.node(
            "Conv", *inputs, strides=list(stride), pads=[*padding, *padding], dilations=[dilation] * axes,
            kernel_shape=list(weight.shape[2:]),
        )  # fmt: skip

    def scaled(self, x: str, scale: Array, shift: Array) -> str:
        """scale * x + shift for each channel of [batch, channels, time]."""
        return self.node("Add", self.node("Mul", x, self.constant(scale[:, None])), self.constant(shift[:, None]))

    def serialised(
        self, inputs: Mapping[str, Sequence[str | int]], outputs: Mapping[str, tuple[str, Sequence[str | int]]]
    ) -> bytes:
        """The model file.

        Args:
            inputs: shapes of the float32 inputs by name; a word is a free dimension.
            outputs: by the name they shall have: the name in the graph, and the shape.

        Raises:
            onnx.checker.ValidationError: the nodes do not fit together.
        """
        names = [self._named(name, inner) for name, (inner, _) in outputs.items()]
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in inputs.items()],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
                for name, (_, shape) in zip(names, outputs.values(), strict=True)
            ],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        written: bytes = model.SerializeToString()
        return written

    def _named(self, name: str, inner: str) -> str:
        self._nodes.append(helper.make_node("Identity", [inner], [name], name=name))
        return name
