"""``rollcall demo``: everything at work on a local Telegram, with a class of synthetic voices or one's own."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from sandbox.cast import CastError, assemble
from sandbox.play import Play
from sandbox.product import UP, Product, ProductError
from sandbox.scene import BrokenOff
from sandbox.server import Server
from sandbox.stage import Stage, open_transcript

OUT = Path("demo-output")
TEACHER_ID = 5_000_001
_PULL = (sys.executable, "-m", "rollcall", "models", "pull", "whisper-base")


def main(voices: Path | None = None, out: Path = OUT, keep: bool = False) -> int:
    """Play the demo; returns the exit code: 0 if every verdict was right, 1 if not, 2 if it could not be played.

    Args:
        voices: a folder ``<speaker>/*.ogg|wav|flac`` to use in place of the synthetic voices.
        out: where the report, the transcript and the product's log go.
        keep: whether the product's data folder stays.
    """
    try:
        return asyncio.run(play(voices, out, keep=keep))
    except CastError as error:
        Console(stderr=True).print(escape(str(error)), style="red")
        return 2
    except KeyboardInterrupt:
        return 130


async def play(
    voices: Path | None,
    out: Path,
    *,
    keep: bool = False,
    command: Sequence[str] = UP,
    terminal: Console | None = None,
) -> int:
    """Start the sandbox and the product (``command``), play every scene, print everything; the exit code.

    Raises:
        CastError: the voices do not suffice.
    """
    cast = assemble(voices)
    # Reading an output folder next to nothing on a local disk: not worth a thread.
    out.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
    data_dir = Path(tempfile.mkdtemp(prefix="rollcall-demo-"))
    began = time.monotonic()
    try:
        with open_transcript(out) as transcript:
            stage = Stage(transcript, terminal)
            async with Server() as server:
                the_play = Play(server.telegram, cast, stage, out, teacher_id=TEACHER_ID)
                product = Product(
                    server, admin=TEACHER_ID, data_dir=data_dir, log=out / "rollcall.log", command=command
                )
                trouble = await _perform(the_play, product, stage)
            return _conclude(the_play, stage, out, trouble, time.monotonic() - began)
    finally:
        if keep:
            print(f"The data folder stays at {data_dir}")
        else:
            shutil.rmtree(data_dir, ignore_errors=True)


async def _perform(the_play: Play, product: Product, stage: Stage) -> str | None:
    """Run the play against the product; what ended it early, if something did."""
    await _fetch_recogniser(stage)
    stage.print("Starting Rollcall on a local Telegram …")
    try:
        async with product:
            await product.ready()
            playing = asyncio.create_task(the_play.run())
            ended = asyncio.create_task(product.ended())
            try:
                await asyncio.wait((playing, ended), return_when=asyncio.FIRST_COMPLETED)
                # A play without a product would only wait: its end is the news.
                (playing if playing.done() else ended).result()
            finally:
                for task in (playing, ended):
                    task.cancel()
                await asyncio.gather(playing, ended, return_exceptions=True)
    except (BrokenOff, ProductError) as error:
        return str(error)
    return None


async def _fetch_recogniser(stage: Stage) -> None:
    """What numbers are heard with, where there is what it runs on; without it the play goes on, and says so."""
    if importlib.util.find_spec("ctranslate2") is None:
        stage.print("Numbers will not be listened to: pip install 'rollcall[words]'")
        return
    stage.print("Fetching what numbers are heard with, if it is not here …")
    pull = await asyncio.create_subprocess_exec(
        *_PULL, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    if await pull.wait():
        stage.print("It could not be fetched: numbers will not be listened to.")


def _conclude(the_play: Play, stage: Stage, out: Path, trouble: str | None, seconds: float) -> int:
    stage.table(the_play.outcomes)
    if the_play.report:
        stage.print("", Panel(Text(the_play.report), title="The report", title_align="left"))
    wrong = [f"{one.who}, {one.what}: {'; '.join(one.wrong)}" for one in the_play.outcomes if not one.ok]
    if trouble:
        wrong.append(trouble)
    for path in (*the_play.written, out / "transcript.txt", out / "rollcall.log"):
        stage.print(Text(f"  {path}"))
    if wrong:
        stage.print("", Text(f"{len(wrong)} wrong, after {seconds:.0f} s:", style="bold red"))
        for line in wrong:
            stage.print(Text(f"  ✗ {line}"))
        return 1
    verdicts = len(the_play.outcomes)
    stage.print("", Text(f"All {verdicts} verdicts were right, in {seconds:.0f} s.", style="bold green"))
    return 0
