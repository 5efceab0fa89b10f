"""Who speaks when in a note, two at a time included: pyannote's segmentation 3.0, pinned as the encoders' weights are.

The network is `models.segmentation.graph`'s; it was trained on ten seconds at a time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.card import card_of
from models.encoder import Waveform
from models.onnx.export import exported
from models.onnx.session import open_session
from models.weights import store
from models.weights.sources import Progress

CARD: Final = card_of("models.segmentation")
SETS: Final = ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
"""The classes of the network: which of three speakers are heard at a time."""
_TWO: Final = np.array([len(speakers) == 2 for speakers in SETS])
_LONGEST: Final = 160_000
_SHORTEST: Final = 4_000


def locate(models_dir: Path) -> Path | None:
    """The weights in the models folder, or None where they must be fetched first."""
    return store.locate(CARD, models_dir)


def pull(models_dir: Path, progress: Progress | None = None) -> Path:
    """The same, fetched if they are not here.

    Raises:
        WeightsUnavailable: no source could give them.
    """
    return store.fetch(CARD, models_dir, progress)


class Segmentation:
    """Holds the network; its session may be used from several threads at once."""

    def __init__(self, models_dir: Path) -> None:
        """The weights are fetched and the graph is written if they are not here.

        Raises:
            ModelError: they cannot be had.
        """
        graph = exported(CARD, pull(models_dir), models_dir)
        self._session = open_session(graph, threads=1)

    def sets(self, samples: Waveform) -> NDArray[np.float32]:
        """The probability of each of `SETS`: float32 [frames, 7], a frame every 270 samples.

        Args:
            samples: float32 [n] at 16 kHz, a quarter of a second to ten.
        """
        found: NDArray[np.float32] = self._session.run(["sets"], {"samples": samples[None, None]})[0]
        return found

    def together(self, samples: Waveform) -> float:
        """The share of the speech in which two speak at once, in [0, 1]; of more than ten seconds, where it is largest.

        Args:
            samples: float32 [n] at 16 kHz; of less than a quarter of a second nothing is said: zero.
        """
        if len(samples) < _SHORTEST:
            return 0.0
        count = -(-len(samples) // _LONGEST)
        starts = np.linspace(0, max(0, len(samples) - _LONGEST), count).astype(int)
        return max(_share(self.sets(samples[start : start + _LONGEST])) for start in starts)


def _share(sets: NDArray[np.float32]) -> float:
    spoken = float((1 - sets[:, 0]).sum())
    return float(sets[:, _TWO].sum()) / max(spoken, 1.0)
