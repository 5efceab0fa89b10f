"""``make bench``: one run, everything side by side; a table and a picture into ``bench/results``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from bench.contestants import system_ffmpeg
from bench.notes import five_second_notes
from bench.picture import draw
from bench.race import race
from bench.report import Results, machine, markdown, save
from bench.service import serve
from bench.stages import stages

_RESULTS = Path(__file__).parent / "results"


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Of the race; more are steadier.")] = 7,
    out: Annotated[Path, typer.Option(help="Where the table and the picture go.")] = _RESULTS,
) -> None:
    """Race, stages, service; about ten minutes on two cores."""
    kind, notes = five_second_notes()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, note in enumerate(notes):
            paths.append(Path(folder) / f"{number:02}.ogg")
            paths[-1].write_bytes(note)
        standings, absent = race(paths, rounds)
    ffmpeg = "the system's ffmpeg and ffprobe" if system_ffmpeg() else "a wheel's ffmpeg, without ffprobe"
    results = Results(machine(), ffmpeg, kind, standings, absent, stages(notes), asyncio.run(serve()))
    out.mkdir(parents=True, exist_ok=True)
    save(results, out / "results.json")
    (out / "results.md").write_text(markdown(results), encoding="utf-8")
    draw(results, out / "results.png")
    Console().print(Markdown(markdown(results)))
    Console(stderr=True).print(f"table and picture: {out}")


if __name__ == "__main__":
    typer.run(main)
