"""What holds for ECAPA-TDNN whatever computes it."""

from __future__ import annotations

from typing import Final

NAME: Final = "ecapa"

SAMPLE_RATE: Final = 16_000

MINIMUM_SAMPLES: Final = SAMPLE_RATE // 4
"""What a network says of less than a syllable means nothing."""

ONE_VOICE_FROM: Final = 0.30
"""See `models.coherence`. Measured: of 90 joined notes 95 % lie below, of 80 notes by one speaker 1.4 %."""
