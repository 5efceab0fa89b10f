"""The network that a training begins with: by its seed, or by weights that are whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rollcall.errors import Unavailable, WrongUse
from training import architectures
from training.start import begin

ECAPA = architectures.find("ecapa")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An encoder's folder."""
    torch.save(begin("", ECAPA, 8, 0, tmp_path).state_dict(), tmp_path / ECAPA.file)
    return tmp_path


def test_the_same_seed_begins_with_the_same_weights_and_given_ones_are_taken_as_they_are(own: Path) -> None:
    kept = torch.load(own / ECAPA.file, weights_only=True)
    for network, same in ((begin("", ECAPA, 8, 0, own), True), (begin("", ECAPA, 8, 1, own), False)):
        state = network.state_dict()
        assert torch.equal(state[ECAPA.last], kept[ECAPA.last]) == same
    given = begin(str(own), ECAPA, 0, 1, own).state_dict()
    assert given.keys() == kept.keys()
    assert all(torch.equal(value, kept[name]) for name, value in given.items())


def test_weights_that_are_damaged_or_another_encoders_are_one_line(own: Path) -> None:
    whole = (own / ECAPA.file).read_bytes()
    state = torch.load(own / ECAPA.file, weights_only=True)
    (own / ECAPA.file).write_bytes(whole[: len(whole) // 2])
    damaged = "does not hold .*: give --from other weights"
    with pytest.raises(Unavailable, match=damaged):
        begin(str(own), ECAPA, 0, 0, own)
    torch.save({name: value for name, value in state.items() if name != ECAPA.last}, own / ECAPA.file)
    with pytest.raises(Unavailable, match=damaged):
        begin(str(own), ECAPA, 0, 0, own)
    torch.save(state | {ECAPA.last: torch.full_like(state[ECAPA.last], torch.nan)}, own / ECAPA.file)
    with pytest.raises(Unavailable, match="holds weights that are no numbers: give --from other weights"):
        begin(str(own), ECAPA, 0, 0, own)
    with pytest.raises(WrongUse, match="is ecapa: give --model ecapa"):
        begin(str(own), architectures.find("campplus"), 0, 0, own)
    with pytest.raises(Unavailable, match=r"nowhere.*: give --from other weights"):
        begin(str(own / "nowhere"), ECAPA, 0, 0, own)
