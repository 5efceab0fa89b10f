"""What is known of each model, and cards of own encoders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.card import card_of, encoders, own_card, read_own
from models.errors import ModelError

OWN = """
architecture = "campplus"
file = "own.pt"
sha256 = "55"
[judgement]
slope = 30.0
offset = -8
lead = 0.05
"""


def test_the_shipped_facts_are_what_was_measured() -> None:
    facts = {
        name: (card.sample_rate, card.minimum_samples, card.one_voice_from, card.dimension)
        for name, card in encoders().items()
    }
    assert facts == {
        "campplus": (16_000, 4_000, 0.46, 192),
        "ecapa": (16_000, 4_000, 0.30, 192),
        "rescnn": (16_000, 4_000, 0.35, 512),
        "dummy": (16_000, 4_000, -1.0, 64),
    }
    assert card_of("models.recogniser").words == {"within": 5.0, "floor": -9.0, "other": 9.0}
    campplus, segmentation = encoders()["campplus"], card_of("models.segmentation")
    assert campplus.level_dbfs == -25
    assert campplus.one_person == {"mean": [0.391, 0.185], "spread": [-2.299, -0.384]}
    assert campplus.weighing == {"offset": 4.31, "together": 1.61, "turns": 1.44, "most": 4.5, "most_of_three": 0.55}
    assert segmentation.weighing == {
        "offset": 0.0, "together": 1.0, "turns": 0.0, "most": -0.72, "most_of_three": -1.3,
    }  # fmt: skip


def test_the_pinned_hashes_are_those_of_the_published_files() -> None:
    pinned = {card.name: card for card in [*encoders().values(), card_of("models.segmentation")] if card.sha256}
    assert {name: (card.sha256[:16], {p: h[:16] for p, h in card.graphs.items()}) for name, card in pinned.items()} == {
        "campplus": ("92f29b94e6948786", {"fp32": "916465410546a574", "int8": "88b9b9ae44f98022"}),
        "ecapa": ("0575cb64845e6b9a", {"fp32": "40d1025a1cad28b5"}),
        "the segmentation of speakers": ("640c3975c5b38aa0", {"fp32": "7c5a277405921409"}),
    }
    assert card_of("models.detector").sha256.startswith("9ccdacc4719d8aa7")
    recogniser = card_of("models.recogniser")
    assert [card.sha256[:16] for card in (recogniser, *recogniser.beside)] == [
        "d01c3014881c9c6f", "56a6d8110d311f19", "34ce3fe1c5041027",
    ]  # fmt: skip
    assert all(len(card.sha256) == 64 for card in (*pinned.values(), recogniser, *recogniser.beside))
    ranges = encoders()["campplus"].ranges(encoders()["campplus"].sha256)
    assert ranges is not None
    assert ranges["add_111"] == (-6.9673, 10.8145)
    assert len(ranges) == 301


def test_what_an_encoder_is_made_of_is_seen_by_its_modules() -> None:
    assert [name for name, card in encoders().items() if card.has("graph")] == ["campplus", "ecapa", "rescnn"]
    assert [name for name, card in encoders().items() if card.has("importer")] == ["rescnn"]


def test_an_own_card_belongs_to_the_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(OWN, encoding="utf-8")
    assert own_card(tmp_path / "other.pt") is None
    found = own_card(tmp_path / "own.pt")
    assert found is not None
    assert (found.judgement.slope, found.judgement.offset, found.judgement.lead) == (30.0, -8.0, 0.05)
    assert found.judgement.cohort_mean is None
    np.save(tmp_path / "cohort.npy", np.full(192, 0.01, np.float32))
    mean = read_own(tmp_path).judgement.cohort_mean
    assert mean is not None
    assert mean.shape == (192,)


def test_an_own_card_may_say_where_one_voice_ends(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text("one_voice_from = 0.31\n" + OWN, encoding="utf-8")
    assert read_own(tmp_path).judgement.one_voice_from == 0.31
    (tmp_path / "card.toml").write_text("one_voice_from = 31\n" + OWN, encoding="utf-8")
    with pytest.raises(ModelError, match="no encoder's card"):
        read_own(tmp_path)


def test_ranges_beside_own_weights_are_theirs_alone(tmp_path: Path) -> None:
    card, weights, file = encoders()["ecapa"], tmp_path / "own.ckpt", tmp_path / "ranges.json"
    assert card.ranges("ab" * 32, weights) is None
    file.write_text(json.dumps({"sha256": "ab" * 32, "tensors": {"conv_1": [-1, 2.5]}}))
    assert card.ranges("ab" * 32, weights) == {"conv_1": (-1.0, 2.5)}
    assert card.ranges("cd" * 32, weights) is None
    assert card.ranges("ab" * 32) is None
    for nonsense in ("{", "[]", '{"sha256": "' + "ab" * 32 + '", "tensors": {"conv_1": [1]}}'):
        file.write_text(nonsense)
        with pytest.raises(ModelError, match=r"ranges\.json holds no ranges: remove it"):
            card.ranges("ab" * 32, weights)


@pytest.mark.parametrize(
    ("before", "after"),
    [("slope = 30.0", ""), ("slope = 30.0", "slope = -30.0"), ("slope = 30.0", "slope = nan"), ('"own.pt"', "["),
     ("slope = 30.0", 'slope = "steep"'), ("lead = 0.05", "lead = -1"), ("[judgement]", "[plain]")],
)  # fmt: skip
def test_a_card_that_says_nonsense_is_one_clear_error(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "card.toml").write_text(OWN.replace(before, after), encoding="utf-8")
    with pytest.raises(ModelError, match=r"card\.toml is no encoder's card: remove it, or put it right"):
        read_own(tmp_path)


@pytest.mark.parametrize("mean", [np.zeros((2, 2), np.float32), np.full(3, np.nan, np.float32), np.zeros(3), None])
def test_a_mean_voice_that_is_none_is_one_clear_error(tmp_path: Path, mean: np.ndarray | None) -> None:
    (tmp_path / "card.toml").write_text(OWN, encoding="utf-8")
    if mean is None:
        (tmp_path / "cohort.npy").write_bytes(b"\x93NUMPY")
    else:
        np.save(tmp_path / "cohort.npy", mean)
    with pytest.raises(ModelError, match="no encoder's card"):
        read_own(tmp_path)
