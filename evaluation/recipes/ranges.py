"""How far the values in an encoder's graph reach on speech, for eight bits.

``python -m evaluation.recipes.ranges DIR WEIGHTS`` writes those of CAM++'s pinned weights into its folder; those of own
weights lie beside them.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import typer
from numpy.typing import NDArray
from rich.progress import track

from evaluation.listening import Ear
from evaluation.recordings import find
from models.card import RANGES, Card, Ranges, encoders
from models.onnx.quantize import tensors
from models.onnx.session import open_session
from models.weights.tensors import build

_MOST_SECONDS = 8


def measure(card: Card, weights: Path, sounds: Iterable[NDArray[np.float32]]) -> Ranges:
    """The least and the greatest value of each tensor whose range `models.onnx.quantize` needs, over all sounds.

    Args:
        card: of an architecture with a graph.
        sounds: speech, float32 [n] at 16 kHz each; the first eight seconds are heard.

    Raises:
        ModelError: the weights cannot be read or are of something else.
    """
    module: Any = importlib.import_module(f"{card.package}.graph")
    runtime: Any = importlib.import_module(f"{card.package}.runtime")
    graph = onnx.load_from_string(
        build(weights, lambda state, _: module.build(state, even=True), card.expected)
    )  # fmt: skip
    given = {entry.name for entry in graph.graph.input}
    names = sorted(set(tensors(graph)))
    graph.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in given)
    session = open_session(graph.SerializeToString(), 1)
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    made = [name for name in names if name not in given]
    for samples in sounds:
        inputs = runtime.inputs(samples[: _MOST_SECONDS * 16_000])
        found = dict(zip(made, session.run(made, inputs), strict=True)) | inputs
        low = np.minimum(low, [found[name].min() for name in names])
        high = np.maximum(high, [found[name].max() for name in names])
    return {name: (round(float(a), 4), round(float(b), 4)) for name, a, b in zip(names, low, high, strict=True)}


def main(
    folder: Annotated[Path, typer.Argument(help="DIR/<speaker>/*: many voices.")],
    weights: Annotated[Path, typer.Argument(help="CAM++'s pinned weights.")],
) -> None:
    """Write models/campplus/ranges.json: the least and the greatest value of each tensor, over all notes."""
    card, ear = encoders()["campplus"], Ear()
    paths = track([path for own in find(folder).values() for path in own], "notes")
    ranges = measure(card, weights, (ear.spoken(ear.hear(path)).samples for path in paths))
    place = Path(str(card.folder / RANGES))
    place.write_text(json.dumps(ranges, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
