from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from models.segmentation import SETS, Segmentation, pull
from models.segmentation.graph import filters
from models.weights.tensors import build
from tests.end_to_end.product import synthetic
from worker.audio.decode import decode

RATE = 16_000


@pytest.fixture(scope="module")
def segmentation(models_dir: Path) -> Segmentation:
    return Segmentation(models_dir)


def test_the_graph_computes_what_torch_computes(segmentation: Segmentation, models_dir: Path) -> None:
    state = build(
        pull(models_dir), lambda state, _: {k: torch.tensor(np.array(v)) for k, v in state.items()}, "weights"
    )
    samples = decode(synthetic("zac", 1)).samples[: 2 * RATE]

    def normalised(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.instance_norm(x, weight=state[f"{name}.weight"], bias=state[f"{name}.bias"])

    x = normalised(torch.from_numpy(samples)[None, None], "sincnet.wav_norm1d")
    band_passes = torch.from_numpy(filters({name: value.numpy() for name, value in state.items()}))
    x = functional.conv1d(x, band_passes, stride=10).abs()
    for number in range(3):
        if number:
            x = functional.conv1d(x, state[f"sincnet.conv1d.{number}.weight"], state[f"sincnet.conv1d.{number}.bias"])
        x = functional.leaky_relu(normalised(functional.max_pool1d(x, 3), f"sincnet.norm1d.{number}"))
    lstm = torch.nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
    lstm.load_state_dict(
        {name.removeprefix("lstm."): value for name, value in state.items() if name.startswith("lstm.")}
    )
    x, _ = lstm(x.transpose(1, 2))
    for name in ("linear.0", "linear.1"):
        x = functional.leaky_relu(functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"]))
    wanted = functional.linear(x, state["classifier.weight"], state["classifier.bias"]).softmax(dim=-1)[0]
    found = segmentation.sets(samples)
    assert found.shape == (len(wanted), len(SETS))
    assert np.allclose(found, wanted.detach().numpy(), atol=1e-3)


def test_a_filter_lets_its_band_pass_and_no_other(models_dir: Path) -> None:
    state = build(pull(models_dir), lambda state, _: state, "weights")
    found = filters(state)[:, 0]
    name = "sincnet.conv1d.0.filterbank"
    low = 50 + np.abs(state[f"{name}.low_hz_"][:, 0])
    high = np.minimum(low + 50 + np.abs(state[f"{name}.band_hz_"][:, 0]), RATE / 2)
    loudest = np.abs(np.fft.rfft(found, 4096)).argmax(axis=1) * RATE / 4096
    for place, hertz in enumerate(loudest):
        assert low[place % 40] - 100 < hertz < high[place % 40] + 100


def test_two_at_once_are_heard_also_behind_ten_seconds_of_one(segmentation: Segmentation) -> None:
    one, other = decode(synthetic("zac", 1)).samples, decode(synthetic("steph2", 1)).samples
    size = min(len(one), len(other))
    both = one[:size] + other[:size]
    alone = segmentation.together(one)
    assert alone < 0.2
    assert segmentation.together(both) > 2 * alone
    assert segmentation.together(both) > 0.3
    long = np.concatenate([one, one])[: 10 * RATE]
    assert segmentation.together(np.concatenate([long, both])) > 0.25


def test_of_next_to_nothing_nothing_is_said(segmentation: Segmentation) -> None:
    assert segmentation.together(np.zeros(1000, np.float32)) == 0
