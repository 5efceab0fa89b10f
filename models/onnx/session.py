"""ONNX Runtime sessions on the CPU."""

from __future__ import annotations

import onnxruntime


def open_session(model: bytes, threads: int | None) -> onnxruntime.InferenceSession:
    """A session for one note at a time.

    Args:
        threads: of one call; None: as many as there are cores. Two processes with one thread each give more notes a
            second than one with two.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    # A thread that spins while it waits takes the core from its neighbour's note.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
