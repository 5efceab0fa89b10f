"""Real weights, real voices, and synthetic ones for everything that needs neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from models import registry
from models.campplus import encoder as campplus
from models.encoder import Waveform
from models.errors import WeightsUnavailable
from tests.conftest import absent

VOICES = Path(__file__).resolve().parents[3] / "shared" / "voices"
SECONDS = 4.0

Voice = Callable[..., Waveform]


@pytest.fixture(scope="session")
def real_ecapa_weights(models_dir: Path) -> Path:
    """The pinned ECAPA-TDNN weights, fetched on a machine's first run."""
    try:
        return registry.pull("ecapa", models_dir)
    except WeightsUnavailable as error:
        absent(str(error))


@pytest.fixture(scope="session")
def campplus_encoder(real_weights: Path) -> campplus.CamPlusPlus:
    # One thread: two that wait for each other on a busy machine are slower by far.
    return campplus.load(real_weights, "cpu", threads=1)


@pytest.fixture(scope="session")
def dev_embeddings(campplus_encoder: campplus.CamPlusPlus) -> Mapping[str, NDArray[np.float32]]:
    """Speaker → [6, 192]: the first seconds of six notes of each speaker of `shared/voices/dev`."""
    folders = sorted(path for path in (VOICES / "dev").glob("*") if path.is_dir())
    if not folders:
        absent(f"no voices at {VOICES / 'dev'}")
    return {
        folder.name: campplus_encoder.embed([decode(path) for path in sorted(folder.glob("*.ogg"))[:6]])
        for folder in folders
    }


@pytest.fixture(scope="session")
def four_people() -> list[list[Waveform]]:
    """Four notes of each of four speakers of `shared/voices/dev`."""
    folders = sorted(path for path in (VOICES / "dev").glob("*") if path.is_dir())
    if not folders:
        absent(f"no voices at {VOICES / 'dev'}")
    return [[decode(path) for path in sorted(folder.glob("*.ogg"))[:4]] for folder in folders[:4]]


@pytest.fixture
def voice() -> Voice:
    """Makes a synthetic voice: harmonics of `pitch` under formants at `timbre`, a syllable four times a second."""

    def make(pitch: float = 120.0, timbre: float = 1.0, seconds: float = 3.0, take: int = 0) -> Waveform:
        rng = np.random.default_rng(take)
        time = np.arange(round(seconds * 16_000)) / 16_000
        bend = 1 + 0.02 * np.sin(2 * np.pi * 3 * time + rng.uniform(0, 6))
        phase = 2 * np.pi * np.cumsum(pitch * bend) / 16_000
        sound = np.zeros_like(time)
        for harmonic in range(1, int(7000 / pitch)):
            hertz = harmonic * pitch
            gain = sum(1 / (1 + ((hertz - formant * timbre) / 120) ** 2) for formant in (600, 1300, 2600))
            sound += (gain + 0.01) * np.sin(harmonic * phase + rng.uniform(0, 6))
        sound *= 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time + rng.uniform(0, 6))
        noisy = 0.1 * sound / np.abs(sound).max() + rng.normal(0, 1e-4, len(time))
        return np.asarray(noisy, dtype=np.float32)

    return make


def decode(path: Path) -> Waveform:
    """The first seconds of a note at 16 kHz; for tests only, the worker has a decoder of its own."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return np.ascontiguousarray(samples[: round(SECONDS * 16_000)], dtype=np.float32)
