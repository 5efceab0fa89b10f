"""What CAM++ hears of a note, whatever computes it: its whole frames, at one level."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.card import encoder_card
from models.encoder import Waveform
from models.fbank_filters import FRAME, SAMPLE_RATE, SHIFT, frame_count

CARD: Final = encoder_card("models.campplus")

FRAME_RATE: Final = SAMPLE_RATE / SHIFT / 2
"""A second, of what is pooled: the network halves the filterbank's."""

_LEVEL: Final = 10 ** ((CARD.level_dbfs or 0) / 20)


def levelled(waveform: Waveform) -> Waveform:
    """The samples up to the end of the last whole frame, brought to the card's level; the rest is not heard."""
    used = waveform[: FRAME + SHIFT * (frame_count(len(waveform)) - 1)]
    return np.asarray(used * (_LEVEL / used.std(ddof=1, dtype=np.float64)), np.float32)
