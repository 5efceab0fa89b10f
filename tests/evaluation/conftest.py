"""Synthetic voices as folders of recordings, and settings that hear them with the test encoder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rollcall.config.settings import Settings

VOICES = Path(__file__).parents[2] / "sandbox" / "voices"
SPEAKERS = ("Gene2", "klatt2", "shelby", "zac")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(speaker_model="dummy", device="cpu", models_dir=tmp_path / "models")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Four speakers with five recordings each."""
    folder = tmp_path / "people"
    for speaker in SPEAKERS:
        (folder / speaker).mkdir(parents=True)
        for note in sorted((VOICES / speaker).glob("*.ogg"))[:5]:
            shutil.copy(note, folder / speaker)
    return folder
