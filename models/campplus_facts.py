"""What holds for CAM++ whatever computes it."""

from __future__ import annotations

from typing import Final

from models.fbank_filters import SAMPLE_RATE, SHIFT

NAME: Final = "campplus"

MINIMUM_SAMPLES: Final = SAMPLE_RATE // 4
"""The network itself runs from 720 on, but what it says of less than a syllable means nothing."""

ONE_VOICE_FROM: Final = 0.46
"""See `models.coherence`."""

FRAME_RATE: Final = SAMPLE_RATE / SHIFT / 2
"""A second, of what is pooled: the network halves the filterbank's."""

LEVEL: Final = 10 ** (-25 / 20)
"""Every note is brought to about the level of read speech (RMS -25 dBFS).

The floor under the filterbank's logarithm is absolute, so a quiet microphone would otherwise sound like another voice:
40 dB down, the cosine to one's own centroid falls from 0.78 to 0.72 on the dev voices; brought to level it stays 0.78.
Scaling to 16-bit integers (Kaldi's habit) would do that too, but then digital silence weighs too much: notes with gated
pauses fall to 0.44, here to 0.70.
"""
