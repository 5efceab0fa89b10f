"""The file of the speech detector: silero-vad's sequence model, pinned as the encoders' weights are.

Its package asks for torch and half a gigabyte beside it, and one file of it is all that is used: it is taken from the
installed package where there is one, else out of the wheel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from models import weights
from models.card import InstalledSource, PinnedFile, WheelSource
from models.sources import Progress

_MEMBER: Final = "silero_vad/data/silero_vad_16k_sequence.onnx"

DETECTOR: Final = PinnedFile(
    name="the speech detector",
    file="silero_vad_16k_sequence.onnx",
    size=1_246_165,
    sha256="9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
    sources=(
        InstalledSource(_MEMBER),
        WheelSource(
            requirement="silero-vad==6.2.3",
            member=_MEMBER,
            size=11_317_527,
            python_version="3.11",
            implementation="py",
            abi="none",
            platform="any",
        ),
    ),
)


def locate(models_dir: Path) -> Path | None:
    """The file in the models folder, or None where it must be fetched first."""
    return weights.locate(DETECTOR, models_dir)


def pull(models_dir: Path, progress: Progress | None = None) -> Path:
    """The same, fetched if it is not here.

    Raises:
        WeightsUnavailable: no source could give it.
    """
    return weights.fetch(DETECTOR, models_dir, progress)
