"""A model for tests only: no torch, no weights, a millisecond a note.

It hears the long-term average spectrum: enough to tell voices of different pitch and timbre apart in a test and to give
much the same vector for the same voice again. Useless for people: it mistakes one for another all day long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.base import CardEncoder
from models.card import encoder_card
from models.encoder import Embeddings, Waveform, embeddable

CARD: Final = encoder_card("models.dummy")
HASH: Final = hashlib.sha256(b"rollcall dummy 1").hexdigest()
_BANDS: Final = CARD.dimension
_FFT: Final = 1024
_EDGES_HZ: Final = (100.0, 7000.0)


class Dummy(CardEncoder):
    """The `Encoder` that tests use. Embeddings depend on the shape of the spectrum, not on level or length."""

    def __init__(self) -> None:
        super().__init__(CARD, HASH, _BANDS)
        self._window = np.hanning(_FFT).astype(np.float32)
        self._filters = _bands(self.sample_rate)
        # All speech falls off towards high frequencies alike: level, slope and curvature are taken out.
        self._common, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, _BANDS), 3))

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`."""
        rows = np.full((len(waveforms), self.dimension), np.nan, dtype=np.float32)
        for row, waveform in zip(rows, waveforms, strict=True):
            if embeddable(waveform, self.minimum_samples):
                row[:] = self._spectrum(waveform)
        return rows

    def _spectrum(self, waveform: Waveform) -> NDArray[np.float64]:
        frames = np.lib.stride_tricks.sliding_window_view(waveform, _FFT)[:: _FFT // 2] * self._window
        power = (np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0) @ self._filters
        # A floor relative to the loudest band, so that the level of the recording does not matter.
        level = np.log(power / power.max() + 1e-6)
        level -= self._common @ (self._common.T @ level)
        return np.asarray(level / np.linalg.norm(level), dtype=np.float64)


def load(_path: Path, _device: str = "auto", _threads: int | None = None) -> Dummy:
    """The encoder; there is no file to read."""
    return Dummy()


def _bands(sample_rate: int) -> NDArray[np.float64]:
    """[513, 64]: triangles of equal width on the mel scale."""
    lowest, highest = 1127 * np.log1p(np.array(_EDGES_HZ) / 700)
    edges = np.linspace(lowest, highest, _BANDS + 2)
    bins = 1127 * np.log1p(np.arange(_FFT // 2 + 1) * sample_rate / _FFT / 700)[:, None]
    width = edges[1] - edges[0]
    triangles: NDArray[np.float64] = (1 - np.abs(bins - edges[1:-1]) / width).clip(min=0)
    return triangles
