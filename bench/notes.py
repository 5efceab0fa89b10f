"""What is raced: real voice notes of about five seconds where there are any, the shipped synthetic ones elsewhere."""

from __future__ import annotations

from pathlib import Path

from worker.decode import decode

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
