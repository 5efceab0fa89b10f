"""Decoded sound, and the refusal to decode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
MOST_LOST = 0.35
"""Share of a recording that may be missing: a page in three, and no more. With more, what is left may say anything."""


@dataclass(frozen=True)
class Waveform:
    """Mono sound at 16 kHz.

    Attributes:
        samples: float32 [n] in [-1, 1].
        lost: seconds missing within it, as far as a damaged file tells.
        cut_off: the file ends before its sound does.
    """

    samples: NDArray[np.float32]
    lost: float = 0.0
    cut_off: bool = False

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


class AudioRefused(Exception):
    """The bytes give no sound to judge.

    Attributes:
        code: a reason (`rollcall.domain.verdict.Reason`): ``unreadable``, no sound file at all; ``no_sound``, a video
        without;
            ``broken_file``, nothing comes out of it; ``damaged``, too little does; ``too_short``, ``too_long``,
            ``too_big``.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
