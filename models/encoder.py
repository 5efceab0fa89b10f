"""What every model promises, whatever is inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.card import EncoderCard, Judgement

Waveform = NDArray[np.float32]
"""Mono samples in [-1, 1], shape [samples], at the encoder's sample rate."""

Embeddings = NDArray[np.float32]
"""One L2-normalised row per waveform, shape [waveforms, dimension]."""


class Hearing(NamedTuple):
    """What there is to hear in some notes.

    Attributes:
        embeddings: as from `Encoder.embed`.
        coherence: float32 [waveforms], the lowest cosine between a stretch of the note and the rest; NaN for a note
            that has no embedding or is too short to be divided.
    """

    embeddings: Embeddings
    coherence: NDArray[np.float32]


class Encoder(Protocol):
    """Turns speech into speaker embeddings that are compared by cosine.

    Embeddings of different encoders never mix: keep `name` and `weight_hash` with every embedding that is stored.
    """

    @property
    def card(self) -> EncoderCard:
        """What is known of the architecture and of its pinned weights."""

    @property
    def fitted(self) -> Judgement | None:
        """Where the scores of own weights mean yes, as their own card says; None where they have none."""

    @property
    def name(self) -> str:
        """The architecture, e.g. "campplus"."""

    @property
    def weight_hash(self) -> str:
        """SHA-256 of the weights file, hexadecimal."""

    @property
    def precision(self) -> str:
        """Of the computation: "fp32", or "int8", whose embeddings are a little off (cosine 0.99)."""

    @property
    def sample_rate(self) -> int:
        """Hertz."""

    @property
    def dimension(self) -> int:
        """Length of an embedding."""

    @property
    def minimum_samples(self) -> int:
        """A shorter waveform has no embedding."""

    @property
    def one_voice_from(self) -> float:
        """The coherence from which on a note is one person's; see `models.coherence`."""

    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """Embed waveforms of any mix of lengths.

        On the CPU a waveform's embedding is the same to the bit, whatever else is in the batch.

        Returns:
            Shape [len(waveforms), dimension], rows in order and of unit length. The row of a waveform that has no
            embedding (too short, constant, or not finite; see `embeddable`) is NaN.

        Raises:
            ValueError: a waveform is not one-dimensional.
        """

    def hear(self, waveforms: Sequence[Waveform]) -> Hearing:
        """The same embeddings, and whether one person speaks in each note.

        Raises:
            ValueError: a waveform is not one-dimensional.
        """


@runtime_checkable
class HearsTurns(Protocol):
    """An encoder whose frames tell whether two people take turns."""

    def turns(self, waveform: Waveform) -> float:
        """The lowest cosine between every other turn and the turns in between, however long they are: `models.turns`.

        NaN for a note that has no embedding or is too short to be divided.

        Raises:
            ValueError: the waveform is not one-dimensional.
        """


def embeddable(waveform: Waveform, minimum_samples: int) -> bool:
    """Whether the waveform is long enough, finite, and anything but a constant.

    Digital silence is refused because it does have an embedding, always the same one: two silent notes would be a
    perfect match.

    Raises:
        ValueError: it is not one-dimensional.
    """
    if waveform.ndim != 1:
        raise ValueError(f"a waveform has shape [samples], not {list(waveform.shape)}")
    if len(waveform) < max(1, minimum_samples) or not np.isfinite(waveform).all():
        return False
    return bool(waveform.min() < waveform.max())
