"""Power spectra of zero-padded frames by matrix products: what a CPU does fastest, with numpy alone.

The first step of Cooley and Tukey's algorithm ("An Algorithm for the Machine Calculation of Complex Fourier Series",
1965, https://doi.org/10.1090/S0025-5718-1965-0178586-1) splits 512 points into 16 times 32; both halves are then plain
products, where numpy's own transform goes frame by frame. A real frame's spectrum is its own mirror image, so of the 16
only 9 are needed.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.fbank_filters import FFT, FRAME

_ROWS: Final = 16
_COLUMNS: Final = FFT // _ROWS
_KEPT: Final = _ROWS // 2 + 1
PADDED: Final = -(-FRAME // _COLUMNS) * _COLUMNS
"""Samples of a frame, with as many zeros behind them as the products want."""

Array = NDArray[np.float32]


def banded_power(frames: Array, filters: Array) -> Array:
    """The energy of each frame in bands.

    Args:
        frames: [frames, `PADDED`].
        filters: `in_order` of filters over the bins 0 to 256.

    Returns:
        [frames, bands].
    """
    first, second = _products()
    columns = first @ frames.reshape(-1, PADDED // _COLUMNS, _COLUMNS)
    parts = columns.reshape(-1, _KEPT, 2 * _COLUMNS).transpose(1, 0, 2) @ second
    parts *= parts
    return np.asarray((parts @ filters).sum(axis=0), np.float32)


def in_order(filters: Array) -> Array:
    """Filters over the bins, [257, bands], as `banded_power` takes them: [9, 64, bands]."""
    bins = np.arange(_KEPT)[:, None] + _ROWS * np.arange(_COLUMNS)
    mirrored = np.minimum(bins, FFT - bins)
    weights = filters[mirrored]
    # The first and the last of the nine are their own mirror images, and hold each bin twice.
    weights[0][bins[0] > FFT // 2] = 0
    weights[-1][bins[-1] > FFT // 2] = 0
    return np.concatenate([weights, weights], axis=1)  # the real parts' squares, and the imaginary ones'


@cache
def _products() -> tuple[Array, Array]:
    """[2 * 9, rows], real and imaginary parts by turns; [9, 2 * columns, 2 * columns]."""
    kept, row, column = np.arange(_KEPT), np.arange(PADDED // _COLUMNS), np.arange(_COLUMNS)
    first = np.exp(-2j * np.pi * np.outer(kept, row) / _ROWS)
    bins = kept[:, None, None] + _ROWS * column
    second = np.exp(-2j * np.pi * column[:, None] * bins / FFT)
    return (
        np.stack([first.real, first.imag], axis=1).reshape(2 * _KEPT, -1).astype(np.float32),
        np.block([[second.real, second.imag], [-second.imag, second.real]]).astype(np.float32),
    )
