"""Single precision or eight bits? Whichever is faster on this processor, measured once and kept beside the graphs."""

from __future__ import annotations

import json
import logging
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from models.encoder import Encoder
from models.onnx.export import PRECISIONS

_log = logging.getLogger(__name__)

_WORTH_IT: Final = 1.1
"""Eight bits move an embedding a little (cosine 0.99), so they must at least save something."""
_ROUNDS: Final = 7
_SECONDS: Final = 3


def faster(make: Callable[[str], Encoder], place: Path) -> str:
    """Which precision to run: ``fp32`` or ``int8``.

    Args:
        make: the encoder in either precision.
        place: where the answer is kept; it holds for this processor and this version of ONNX Runtime.
    """
    import onnxruntime

    here = {"processor": _processor(), "onnxruntime": onnxruntime.__version__}
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        if {key: kept[key] for key in here} == here and kept["precision"] in PRECISIONS:
            return str(kept["precision"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    encoders = {precision: make(precision) for precision in PRECISIONS}
    sound = (np.random.default_rng(0).standard_normal(_SECONDS * 16_000) / 10).astype(np.float32)
    times: dict[str, list[float]] = {precision: [] for precision in encoders}
    for _ in range(_ROUNDS):  # by turns: a busy neighbour slows both alike
        for precision, encoder in encoders.items():
            started = time.perf_counter()
            encoder.embed([sound])
            times[precision].append(time.perf_counter() - started)
    ratio = statistics.median(slow / fast for slow, fast in zip(times["fp32"], times["int8"], strict=True))
    precision = "int8" if ratio >= _WORTH_IT else "fp32"
    _log.info("eight bits run at %.2f of single precision's speed on %s: %s", ratio, here["processor"], precision)
    _keep(json.dumps({**here, "ratio": round(ratio, 2), "precision": precision}), place)
    return precision


def _keep(text: str, place: Path) -> None:
    """Whole or not at all: several workers may find out at once. What cannot be kept is found out again next time."""
    try:
        with tempfile.NamedTemporaryFile("w", dir=place.parent, suffix=".part", delete=False) as file:
            file.write(text)
        Path(file.name).replace(place)
    except OSError as error:
        _log.warning("%s cannot be written (%s)", place, error.strerror)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
