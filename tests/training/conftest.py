"""Made-up people: the shipped synthetic voices, and each of them at other speeds, which makes others of them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from filelock import FileLock

from evaluation.degrade import opus_file
from evaluation.rates import Samples, speed
from rollcall.config.settings import Settings
from tests.conftest import made_once
from tests.evaluation.conftest import VOICES
from training.layouts import plain
from training.shelf import Shelf, fill

SPEEDS = (0.85, 1.0, 1.18)


def heard(path: Path) -> Samples:
    """A file at 16 kHz."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


@pytest.fixture(scope="session")
def crowd(common: Path) -> Path:
    """Twenty-four made-up people with five notes each."""
    return made_once(common / "crowd", _speak)


def _speak(folder: Path) -> None:
    for voice in sorted(path.parent for path in VOICES.glob("*/01.ogg")):
        for times in SPEEDS:
            own = folder / f"{voice.name}-{times}"
            own.mkdir()
            for path in sorted(voice.glob("*.ogg"))[:5]:
                (own / path.name).write_bytes(opus_file(speed(heard(path), times), 24))


@pytest.fixture(scope="session")
def heard_before(common: Path) -> Path:
    """What is heard of the crowd by any test, in place of the user's own cache."""
    return common / "heard"


@pytest.fixture(scope="session")
def shelf(crowd: Path, heard_before: Path) -> Shelf:
    """Where a training looks for the crowd's."""
    people = plain(crowd)
    assert people is not None
    with FileLock(f"{heard_before}.lock"):
        return fill(people, heard_before / "rollcall" / "training", 1)


@pytest.fixture
def settings(tmp_path: Path, models_dir: Path) -> Settings:
    return Settings(_env_file=None, models_dir=models_dir, device="cpu", data_dir=tmp_path / "data")
