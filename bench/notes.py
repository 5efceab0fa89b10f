"""What is raced: real voice notes of about five seconds where there are any, the shipped synthetic ones elsewhere."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from worker.audio.decode import decode

_ROOT = Path(__file__).parents[1]
_REAL, _SYNTHETIC = _ROOT.parent / "shared" / "voices" / "dev", _ROOT / "sandbox" / "voices"
_SECONDS = 5.0


def five_second_notes(count: int = 12) -> tuple[str, list[bytes]]:
    """Where they are from, and those whose length comes nearest."""
    kind, folder = ("real", _REAL) if _REAL.is_dir() else ("synthetic", _SYNTHETIC)
    notes = [path.read_bytes() for path in sorted(folder.glob("*/*.ogg"))]
    nearest = sorted(notes, key=lambda note: abs(decode(note).seconds - _SECONDS))[:count]
    seconds = sum(decode(note).seconds for note in nearest) / len(nearest)
    return f"{len(nearest)} {kind} notes, {seconds:.1f} s on average", nearest


def as_voice_note(samples: NDArray[np.float32]) -> bytes:
    """Ogg/Opus of mono samples at 16 kHz, as Telegram's clients record it."""
    sent = io.BytesIO()
    with av.open(sent, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=16_000, layout="mono", options={"application": "voip"})
        stream.bit_rate = 24_000
        whole = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return sent.getvalue()
