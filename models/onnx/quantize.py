"""Convolutions in whole numbers: eight bits for weights and for what goes in and out; everything else stays as it was.

Only convolutions, each output channel with a scale of its own: with every operator in eight bits the equal error rate
doubles. How far values reach is measured beforehand on speech and shipped (`ranges`), so that the same weights give the
same graph everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import onnx

from models.card import Ranges

_QUANTIZED: Final = ["Conv", "Relu"]


def quantized(model: bytes, ranges: Ranges) -> bytes:
    """The same network with its convolutions in eight bits.

    Args:
        ranges: of every tensor that `tensors` names.

    Raises:
        ValueError: a range is missing: the graph has changed since they were measured.
    """
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.calibrate import CalibrationMethod, TensorData, TensorsData
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    graph = onnx.load_from_string(model)
    missing = set(tensors(graph)) - set(ranges)
    if missing:
        raise ValueError(f"no range of {', '.join(sorted(missing))}: run python -m evaluation.recipes.ranges")
    measured = {
        name: TensorData(lowest=np.float32(low), highest=np.float32(high)) for name, (low, high) in ranges.items()
    }
    quantizer = QDQQuantizer(
        graph, per_channel=True, reduce_range=False, weight_qType=QuantType.QInt8, activation_qType=QuantType.QUInt8,
        tensors_range=TensorsData(CalibrationMethod.MinMax, measured), nodes_to_quantize=[],
        nodes_to_exclude=[], op_types_to_quantize=_QUANTIZED, extra_options={},
    )  # fmt: skip
    quantizer.quantize_model()
    written: bytes = quantizer.model.model.SerializeToString()
    return written


def tensors(graph: onnx.ModelProto) -> Iterator[str]:
    """The names of the tensors whose range is needed: what goes into and comes out of each quantised node."""
    for node in graph.graph.node:
        if node.op_type in _QUANTIZED:
            yield from (node.input[0], node.output[0])
