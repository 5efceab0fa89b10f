"""Crops of speech for a network to learn from: which ones, in which batch, and what has happened to each.

All is drawn from the seed, the round and the place in it, so that a run that was cut off goes on with what it would
have seen, however many processes load it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from training.augment import FASTEST, Chances, spoilt
from training.shelf import Shelf


class Place(NamedTuple):
    """A crop to make: of which piece, with which label, from which seed."""

    piece: int
    label: int
    seed: int


class Batch(NamedTuple):
    """Crops, float32 [batch, samples] at 16 kHz; whose, int64 [batch]; a seed for what is done to their features."""

    waveforms: Tensor
    labels: Tensor
    seeds: list[int]


class Crops(Dataset[Any]):
    """The crops at places."""

    def __init__(self, shelf: Shelf, trained: Mapping[str, Sequence[int]], size: int, chances: Chances) -> None:
        self._shelf = shelf
        self._size = size
        self._chances = chances
        self._pieces = [number for own in trained.values() for number in own]

    def __getitem__(self, place: Place) -> tuple[NDArray[np.float32], int, int]:
        rng = np.random.default_rng(place.seed)
        crop = self._crop(place.piece, rng, round(self._size * FASTEST) + 1)
        person = self._shelf.pieces[place.piece].person

        def others(rng: np.random.Generator, count: int) -> list[NDArray[np.float32]]:
            chosen = (self._pieces[at] for at in rng.integers(len(self._pieces), size=count))
            return [
                self._crop(piece, rng, self._size) for piece in chosen if self._shelf.pieces[piece].person != person
            ]

        return spoilt(crop, self._size, rng, others, self._chances), place.label, place.seed

    def _crop(self, piece: int, rng: np.random.Generator, size: int) -> NDArray[np.float32]:
        length = self._shelf.pieces[piece].size
        return self._shelf.samples(piece, int(rng.integers(max(1, length - size + 1))), size)


class Batches(Sampler[list[Place]]):
    """The batches of a round.

    Each holds `people` people with `crops` crops each. A person is drawn as often as the square root of the length of
    his speech: who has an hour shall not drown who has a minute, nor be heard as seldom. The crops are of different
    recordings while there are some, each as likely as it is long.
    """

    def __init__(
        self,
        shelf: Shelf,
        trained: Mapping[str, Sequence[int]],
        *,
        people: int,
        crops: int,
        steps: int,
        seed: int,
        part: int = 0,
        parts: int = 1,
    ) -> None:
        """`part` of `parts` is this process's share of each batch's successors, where several train together."""
        self.round = 1
        self._own = [np.array(own) for own in trained.values()]
        self._lengths = [np.array([shelf.pieces[number].size for number in own], np.float64) for own in self._own]
        weight = np.sqrt([lengths.sum() for lengths in self._lengths])
        self._weight = weight / weight.sum()
        self._people = min(people, len(self._own))
        self._crops = crops
        self._steps = steps
        self._seed = seed
        self._part, self._parts = part, parts

    def __len__(self) -> int:
        return self._steps

    def __iter__(self) -> Iterator[list[Place]]:
        for step in range(self._part, self._steps * self._parts, self._parts):
            yield self._batch(np.random.default_rng([self._seed, self.round, step]))

    def _batch(self, rng: np.random.Generator) -> list[Place]:
        found = []
        for label in rng.choice(len(self._own), self._people, replace=False, p=self._weight).tolist():
            lengths = self._lengths[label]
            chosen = rng.choice(
                self._own[label], self._crops, replace=self._crops > len(lengths), p=lengths / lengths.sum()
            )
            found += [Place(int(piece), label, int(rng.integers(2**62))) for piece in chosen]
        return found


def loader(crops: Crops, batches: Batches, workers: int, *, pinned: bool) -> DataLoader[Batch]:
    """Loads the batches, by so many processes beside this one; none gives the same."""
    return DataLoader(
        crops, batch_sampler=batches, num_workers=workers, collate_fn=_together, pin_memory=pinned,
        multiprocessing_context="fork" if workers else None,
    )  # fmt: skip


def _together(crops: Sequence[tuple[NDArray[np.float32], int, int]]) -> Batch:
    waveforms, labels, seeds = zip(*crops, strict=True)
    return Batch(torch.from_numpy(np.stack(waveforms)), torch.tensor(labels), list(seeds))
