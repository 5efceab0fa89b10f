"""Decoded sound, and the refusal to decode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000


@dataclass(frozen=True)
class Waveform:
    """Mono sound at 16 kHz.

    Attributes:
        samples: float32 [n] in [-1, 1].
    """

    samples: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


class AudioRefused(Exception):
    """The bytes give no sound to judge. ``code`` is ``broken_file``, ``too_long`` or ``too_big``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
