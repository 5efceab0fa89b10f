"""Crops are drawn from a seed: the same, whoever loads them and wherever a run goes on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training.augment import NONE, Chances
from training.crops import Batches, Crops, loader
from training.people import split
from training.shelf import Shelf

SIZE = 16_000


@pytest.fixture
def trained(shelf: Shelf) -> dict[str, list[int]]:
    everybody = shelf.of(piece.person for piece in shelf.pieces)
    return shelf.of(split(everybody, 0.2, seed=0).trained)


def _batches(shelf: Shelf, trained: dict[str, list[int]], steps: int = 3, **more: int) -> Batches:
    return Batches(shelf, trained, **({"people": 4, "crops": 2, "steps": steps, "seed": 5} | more))


def test_the_same_round_is_the_same_with_and_without_workers_and_another_is_another(
    shelf: Shelf, trained: dict[str, list[int]]
) -> None:
    crops = Crops(shelf, trained, SIZE, Chances())

    def loaded(workers: int, number: int) -> list[torch.Tensor]:
        batches = _batches(shelf, trained)
        batches.round = number
        return [batch.waveforms for batch in loader(crops, batches, workers, pinned=False)]

    here, there = loaded(0, 2), loaded(1, 2)
    assert len(here) == 3
    assert here[0].shape == (8, SIZE)
    assert all(torch.equal(one, other) for one, other in zip(here, there, strict=True))
    assert not torch.equal(here[0], loaded(0, 3)[0])


def test_a_batch_has_different_people_with_different_recordings_each(
    shelf: Shelf, trained: dict[str, list[int]]
) -> None:
    for batch in _batches(shelf, trained, steps=10):
        labels = [place.label for place in batch]
        assert len(set(labels)) == 4
        assert all(labels.count(label) == 2 for label in labels)
        assert len({place.piece for place in batch}) == 8
        assert len({place.seed for place in batch}) == 8


def test_several_processes_share_a_round_and_no_batch_is_anothers(shelf: Shelf, trained: dict[str, list[int]]) -> None:
    alone = list(_batches(shelf, trained, steps=6))
    parts = [list(_batches(shelf, trained, steps=3, part=part, parts=2)) for part in (0, 1)]
    assert [place for pair in zip(*parts, strict=True) for place in pair] == alone


def test_a_crop_is_speech_of_its_person_and_as_it_was_recorded_where_nothing_happens(
    shelf: Shelf, trained: dict[str, list[int]]
) -> None:
    crops = Crops(shelf, trained, SIZE, NONE)
    place = next(iter(_batches(shelf, trained)))[0]
    crop, label, _ = crops[place]
    assert list(trained)[label] == shelf.pieces[place.piece].person
    whole = shelf.samples(place.piece)
    starts = np.flatnonzero(whole == crop[0])
    assert any(np.array_equal(whole[start : start + SIZE], crop) for start in starts)
