from __future__ import annotations

import numpy as np
import torch
import torchaudio

from models.recogniser.mel import RATE, log_mel


def test_it_is_the_spectrogram_that_whisper_was_trained_on() -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 3 * RATE).astype(np.float32)
    padded = torch.from_numpy(np.pad(samples, (0, RATE)))
    spectrum = torch.stft(padded, 400, 160, window=torch.hann_window(400), return_complex=True)[:, :-1].abs() ** 2
    filters = torchaudio.functional.melscale_fbanks(201, 0.0, 8000.0, 80, RATE, norm="slaney", mel_scale="slaney")
    bands = (filters.T @ spectrum).clamp(min=1e-10).log10()
    expected = (torch.maximum(bands, bands.max() - 8.0) + 4.0) / 4.0
    np.testing.assert_allclose(log_mel(samples, 4), expected.numpy(), atol=2e-4)


def test_the_window_is_as_long_as_it_is_told_whatever_the_note() -> None:
    for count in (0, 10, RATE, 9 * RATE):
        found = log_mel(np.ones(count, np.float32), 2)
        assert found.shape == (80, 200)
        assert np.isfinite(found).all()
