from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.campplus.encoder import CamPlusPlus
from models.campplus.network import CamPlusPlusNetwork
from models.fbank import Fbank
from models.fbank_filters import BINS, FRAME, SHIFT, frame_count
from tests.models.conftest import Voice


def test_agrees_with_kaldi_as_torchaudio_has_it(voice: Voice) -> None:
    waveform = torch.from_numpy(voice(seconds=4.0))
    assert (Fbank().log_mel(waveform) - kaldi(waveform)).abs().max() <= 2e-3


def test_agrees_with_kaldi_on_noise_silence_and_full_scale() -> None:
    rng = np.random.default_rng(1)
    noise = rng.uniform(-1, 1, 16_000).astype(np.float32)
    for waveform in (noise, noise * np.float32(1e-4), np.zeros(16_000, np.float32), np.ones(16_000, np.float32)):
        samples = torch.from_numpy(waveform)
        assert (Fbank().log_mel(samples) - kaldi(samples)).abs().max() <= 2e-3


def test_its_embedding_is_the_one_of_kaldi_features(campplus_encoder: CamPlusPlus, voice: Voice) -> None:
    waveform = torch.from_numpy(voice(seconds=4.0))
    theirs = kaldi(waveform)
    features = torch.stack([Fbank()(waveform), theirs - theirs.mean(dim=0)])
    embeddings = network_of(campplus_encoder)(features)
    assert torch.cosine_similarity(embeddings[0], embeddings[1], dim=0) >= 0.9999


def test_the_mean_over_time_is_taken_out(voice: Voice) -> None:
    features = Fbank()(torch.from_numpy(voice(seconds=2.0)))
    assert features.shape == (frame_count(32_000), BINS)
    assert features.mean(dim=0).abs().max() < 1e-4


def test_a_batch_gives_what_each_gives_alone(voice: Voice) -> None:
    waveforms = torch.from_numpy(np.stack([voice(pitch=110.0), voice(pitch=210.0)]))
    together = Fbank()(waveforms)
    for alone, row in zip(waveforms, together, strict=True):
        torch.testing.assert_close(Fbank()(alone), row, atol=1e-4, rtol=0)


@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (399, 0), (400, 1), (559, 1), (560, 2), (16_000, 98)])
def test_a_frame_counts_only_where_it_fits_whole(samples: int, frames: int) -> None:
    assert frame_count(samples) == frames
    if frames:
        assert Fbank().log_mel(torch.rand(samples)).shape == (frames, BINS)


def test_less_than_a_frame_is_an_error() -> None:
    with pytest.raises(ValueError, match=f"less than one frame of {FRAME}"):
        Fbank()(torch.zeros(FRAME - SHIFT))


def kaldi(waveform: Tensor) -> Tensor:
    from torchaudio.compliance.kaldi import fbank

    features: Tensor = fbank(waveform[None], num_mel_bins=BINS, sample_frequency=16_000, dither=0.0)
    return features


def network_of(encoder: CamPlusPlus) -> CamPlusPlusNetwork:
    return encoder._network
