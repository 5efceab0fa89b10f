"""What is done to crops: each thing is done, and the same seed does the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.augment import FASTEST, NONE, Chances, masks, noisy, spoilt

SIZE = 16_000
TIME = np.arange(round(SIZE * FASTEST) + 1) / 16_000
VOICE = (0.1 * np.sin(2 * np.pi * 200 * TIME) + 0.03 * np.sin(2 * np.pi * 6000 * TIME)).astype(np.float32)


def _others(rng: np.random.Generator, count: int) -> Sequence[NDArray[np.float32]]:
    return [rng.standard_normal(SIZE).astype(np.float32) for _ in range(count)]


def _spoilt(chances: Chances, seed: int = 0) -> NDArray[np.float32]:
    return spoilt(VOICE, SIZE, np.random.default_rng(seed), _others, chances)


@pytest.mark.parametrize("what", ["speed", "reverb", "noise", "babble", "band", "opus"])
def test_each_thing_changes_the_crop_and_the_same_seed_changes_it_alike(what: str) -> None:
    chances = replace(NONE, **{what: 1.0})
    one = _spoilt(chances)
    assert one.shape == (SIZE,)
    assert one.dtype == np.float32
    assert np.isfinite(one).all()
    assert np.abs(one - VOICE[:SIZE]).max() > 0.005
    assert np.array_equal(one, _spoilt(chances))
    assert what == "band" or not np.array_equal(one, _spoilt(chances, seed=1))


def test_nothing_happens_where_nothing_may() -> None:
    assert np.array_equal(_spoilt(NONE), VOICE[:SIZE])


def test_a_band_takes_the_high_tones_and_leaves_the_low_ones() -> None:
    tones = np.asarray(np.sin(2 * np.pi * 1000 * TIME) + np.sin(2 * np.pi * 6000 * TIME), np.float32) * np.float32(0.1)
    heard = spoilt(tones, SIZE, np.random.default_rng(0), _others, replace(NONE, band=1.0))
    before, after = (np.abs(np.fft.rfft(each[:SIZE])) for each in (tones, heard))
    assert after[6000] < 0.01 * before[6000]
    assert after[1000] == pytest.approx(before[1000], rel=0.01)


def test_noise_is_as_loud_as_it_should_be() -> None:
    loud = noisy(VOICE[:SIZE], 10.0, np.random.default_rng(3)) - VOICE[:SIZE]
    assert 10 * np.log10(np.mean(VOICE[:SIZE] ** 2) / np.mean(loud**2)) == pytest.approx(10.0, abs=0.01)


def test_silence_stays_silence() -> None:
    nothing = np.zeros(len(VOICE), np.float32)
    everything = Chances(*([1.0] * 7))
    assert not spoilt(nothing, SIZE, np.random.default_rng(0), _others, everything).any()


def test_masks_hide_frames_and_bands_and_leave_the_rest() -> None:
    features = torch.randn(8, 100, 64, generator=torch.Generator().manual_seed(0))
    seeds = list(range(8))
    hidden = masks(features, seeds, 1.0)
    share = (hidden != features).float().mean(dim=(1, 2))
    assert share.max() > 0.05
    assert share.max() <= 10 / 100 + 8 / 64
    assert torch.equal(hidden, masks(features, seeds, 1.0))
    assert torch.equal(masks(features, seeds, 0.0), features)
    some = (masks(features, list(range(8)), 0.5) != features).flatten(1).any(dim=1)
    assert 0 < int(some.sum()) < 8
