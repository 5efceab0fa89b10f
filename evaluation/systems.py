"""What is compared: the encoders as the product uses them, and classical baselines beside them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models import registry
from models.encoder import Encoder
from rollcall.config.settings import Settings
from rollcall.domain.operating import Operating, point_of
from rollcall.domain.scoring import scores
from rollcall.domain.voiceprint import centroid
from rollcall.errors import WrongUse

Represented = NDArray[np.float32]
"""Whatever a system keeps of a note: an embedding [dimension], or features [frames, coefficients]."""


class System(Protocol):
    """A way to tell speakers apart."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    @property
    def fingerprint(self) -> str:
        """Tells representations apart that must not be mixed in a cache; empty where none is worth keeping."""

    @property
    def point(self) -> Operating | None:
        """The shipped operating point; None for a system whose scores have no shipped cuts."""

    def represent(self, samples: NDArray[np.float32]) -> Represented:
        """Speech, float32 [n] at 16 kHz, as what the system keeps; NaN where there is too little of it."""

    def learn(self, background: Sequence[Represented]) -> None:
        """Take in other people's notes, where the system needs a world to compare with."""

    def score(self, enrolled: Sequence[Sequence[Represented]], tests: Sequence[Represented]) -> NDArray[np.float64]:
        """Every test note against every enrolled speaker: float64 [tests, speakers], higher is more alike."""


class EncoderSystem:
    """An encoder with the product's scoring: centroids, seen from the middle of the class."""

    def __init__(self, encoder: Encoder, point: Operating | None = None) -> None:
        """``point`` takes the place of the shipped one, to try another."""
        self._encoder = encoder
        self.name = encoder.name
        self.fingerprint = f"{encoder.name}-{encoder.weight_hash[:16]}"
        if encoder.precision != "fp32":
            self.name = f"{encoder.name}, {encoder.precision}"
            self.fingerprint += f"-{encoder.precision}"
        self.point: Operating | None = point or point_of(encoder)

    def represent(self, samples: NDArray[np.float32]) -> Represented:
        """See `System.represent`."""
        embedding: Represented = self._encoder.embed([samples])[0]
        return embedding

    def learn(self, background: Sequence[Represented]) -> None:
        """The cohort's mean is shipped: nothing to learn here."""

    def score(self, enrolled: Sequence[Sequence[Represented]], tests: Sequence[Represented]) -> NDArray[np.float64]:
        """See `System.score`."""
        mean, whitening = (self.point.cohort_mean, self.point.whitening) if self.point else (None, None)
        centroids = np.stack([centroid(notes) for notes in enrolled])
        return scores(np.stack(tests), centroids, mean, whitening).astype(np.float64)


def with_cuts(model: str, settings: Settings) -> tuple[EncoderSystem, Operating]:
    """An encoder, and the cuts by which it judges.

    Raises:
        WrongUse: it has none.
    """
    system = EncoderSystem(registry.load(model, settings.models_dir, settings.device, None, 1, settings.backend))
    if system.point is None:
        raise WrongUse(f"{model} has no cuts: fit them with rollcall models fit")
    return system, system.point


class PlainCosine(EncoderSystem):
    """The same encoder with plain cosines, to show what the class's mean brings."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self.name = f"{encoder.name}, plain cosine"
        self.point = None


class MeanMfcc:
    """The mean of mel-frequency cepstral coefficients: what the origin project's notes began with."""

    fingerprint = ""
    point: Operating | None = None

    def __init__(self, distance: str) -> None:
        self.name = f"mfcc, {distance}"
        self._compare = _COMPARISONS[distance]

    def represent(self, samples: NDArray[np.float32]) -> Represented:
        """Float32 [20]."""
        return np.asarray(mfcc(samples).mean(axis=0))

    def learn(self, background: Sequence[Represented]) -> None:
        """Centre on the world's mean: the level of each coefficient is common to all voices."""
        self._mean = np.mean(np.stack(background), axis=0)

    def score(self, enrolled: Sequence[Sequence[Represented]], tests: Sequence[Represented]) -> NDArray[np.float64]:
        """See `System.score`."""
        means = np.stack([np.mean(np.stack(notes), axis=0) for notes in enrolled]) - self._mean
        return self._compare((np.stack(tests) - self._mean).astype(np.float64), means.astype(np.float64))


class GmmUbm:
    """Gaussian mixtures adapted from a background model (Reynolds, Quatieri, Dunn 2000, "Speaker Verification Using
    Adapted Gaussian Mixture Models"): means only, relevance factor 16, the score a mean log-likelihood ratio.
    """

    name = "gmm-ubm"
    fingerprint = ""
    point: Operating | None = None
    _COMPONENTS = 64
    _RELEVANCE = 16.0
    _MOST_FRAMES = 60_000

    def represent(self, samples: NDArray[np.float32]) -> Represented:
        """Float32 [frames, 39]: coefficients without the level, and their first differences, mean and scale removed."""
        static = mfcc(samples)[:, 1:]
        features = np.hstack([static, np.gradient(static, axis=0)]) if len(static) > 1 else np.hstack([static, static])
        return np.asarray((features - features.mean(axis=0)) / (features.std(axis=0) + 1e-3), np.float32)

    def learn(self, background: Sequence[Represented]) -> None:
        """Train the background model, on a sample of the frames where there are very many."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        frames = np.concatenate(list(background))
        if len(frames) > self._MOST_FRAMES:
            frames = np.random.default_rng(0).choice(frames, self._MOST_FRAMES, replace=False)
        # Fifty steps are enough for a background, whether or not the likelihood still rises a little.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._world = GaussianMixture(
                min(self._COMPONENTS, max(1, len(frames) // 50)), covariance_type="diag", random_state=0, max_iter=50
            ).fit(frames)

    def score(self, enrolled: Sequence[Sequence[Represented]], tests: Sequence[Represented]) -> NDArray[np.float64]:
        """See `System.score`."""
        from copy import copy

        adapted = []
        for notes in enrolled:
            frames = np.concatenate(list(notes))
            shares = self._world.predict_proba(frames)
            count = shares.sum(axis=0)[:, None]
            trust = count / (count + self._RELEVANCE)
            speaker = copy(self._world)
            speaker.means_ = trust * (shares.T @ frames) / np.maximum(count, 1e-9) + (1 - trust) * self._world.means_
            adapted.append(speaker)
        rows = []
        for frames in tests:
            world = self._world.score(frames)
            rows.append([speaker.score(frames) - world for speaker in adapted])
        return np.array(rows, np.float64)


def mfcc(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Float32 [frames, 20], 25 ms every 10 ms."""
    import torch
    from torchaudio.transforms import MFCC

    transform = MFCC(16_000, n_mfcc=20, melkwargs={"n_fft": 400, "hop_length": 160, "n_mels": 40})
    found: NDArray[np.float32] = transform(torch.from_numpy(samples.copy())).T.numpy()
    return found


def _cosine(tests: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(_unit(tests) @ _unit(means).T)


def _euclidean(tests: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-np.linalg.norm(tests[:, None] - means, axis=2))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


_COMPARISONS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    "cosine": _cosine,
    "Euclidean": _euclidean,
}
