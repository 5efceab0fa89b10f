"""``python -m evaluation.recipes.ranges DIR``: how far the values in CAM++'s graph reach on speech, for eight bits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import typer
from rich.progress import track

from evaluation.listening import Ear
from evaluation.recordings import find
from models.campplus import graph as campplus_graph
from models.campplus.runtime import inputs
from models.card import encoders
from models.onnx.quantize import tensors
from models.onnx.session import open_session
from models.weights.tensors import build

_MOST_SECONDS = 8


def main(
    folder: Annotated[Path, typer.Argument(help="DIR/<speaker>/*: many voices.")],
    weights: Annotated[Path, typer.Argument(help="CAM++'s pinned weights.")],
) -> None:
    """Write models/campplus/ranges.json: the least and the greatest value of each tensor, over all notes."""
    model = build(
        weights,
        lambda state, _: campplus_graph.build(state, even=True),
        encoders()["campplus"].expected,
    )
    graph = onnx.load_from_string(model)
    names = sorted(set(tensors(graph)))
    graph.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name != "features")
    session, ear = open_session(graph.SerializeToString(), None), Ear()
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    for path in track([path for own in find(folder).values() for path in own], "notes"):
        samples = ear.spoken(ear.hear(path)).samples[: _MOST_SECONDS * 16_000]
        found = session.run(names, inputs(samples))
        low = np.minimum(low, [each.min() for each in found])
        high = np.maximum(high, [each.max() for each in found])
    ranges = {name: [round(float(a), 4), round(float(b), 4)] for name, a, b in zip(names, low, high, strict=True)}
    place = Path(campplus_graph.__file__).with_name("ranges.json")
    place.write_text(json.dumps(ranges, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
