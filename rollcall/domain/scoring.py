"""How alike are a note and an enrolled voice? The cosine, seen from the middle of the class instead of from zero.

All voices of a class share something: language, room, the phones in use. Subtracting the class's mean from both sides
removes it, and what is left tells the people apart. Measured on students' own recordings, this halves the equal error
rate at any class size from three on. Normalisation by an outside cohort (AS-norm) was measured too: it hurts the
rejection of strangers.

Where one person's notes differ from each other in known ways, as over telephones, these directions are pressed together
first: within-class covariance normalisation (Hatch, Kajarekar, Stolcke 2006), measured by `evaluation.telephone`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHRINKAGE = 10.0
"""A class of n counts for n / (n + 10) of the mean, the shipped cohort for the rest: few centroids alone make a mean
that points at their owners."""
_NO_LENGTH = np.float32(1e-4)


def class_mean(centroids: NDArray[np.float32], cohort_mean: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """The mean voice of a class, shrunk towards the cohort's.

    Args:
        centroids: float32 [people, dimension], rows L2-normalised; at least one row.
        cohort_mean: float32 [dimension], the mean of many other people's normalised embeddings. None, for an encoder of
            which no cohort was measured, gives zeros and so plain cosines: the class's own mean alone would move the
            scores with the class's size.

    Returns:
        float32 [dimension].
    """
    if cohort_mean is None:
        return np.zeros(centroids.shape[1], np.float32)
    weight = len(centroids) / (len(centroids) + SHRINKAGE)
    mean = weight * centroids.mean(axis=0) + (1.0 - weight) * cohort_mean
    return np.asarray(mean, np.float32)


def seen_from(
    mean: NDArray[np.float32], rows: NDArray[np.float32], whitening: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Embeddings as directions from the mean: float32 [n, dimension], rows L2-normalised, from the same shape.

    Args:
        whitening: float32 [dimension, dimension], symmetric: what takes the differences of one person's notes away.
    """
    around = rows - mean
    if whitening is not None:
        around = around @ whitening
    # Only a voice that is the mean itself has (but for rounding) no length; it is like nobody.
    return np.asarray(around / np.maximum(np.linalg.norm(around, axis=1, keepdims=True), _NO_LENGTH))


def scores(
    embeddings: NDArray[np.float32],
    centroids: NDArray[np.float32],
    cohort_mean: NDArray[np.float32] | None,
    whitening: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Cosines after the class's mean is subtracted from both sides.

    Args:
        embeddings: float32 [notes, dimension], rows L2-normalised.
        centroids: float32 [people, dimension], likewise: the whole class, for its mean is taken from them.
        cohort_mean: see `class_mean`.
        whitening: see `seen_from`.

    Returns:
        float32 [notes, people], each in [-1, 1].
    """
    mean = class_mean(centroids, cohort_mean)
    return np.asarray(seen_from(mean, embeddings, whitening) @ seen_from(mean, centroids, whitening).T)
