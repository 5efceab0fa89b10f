"""What all encoders here share: the facts of their card, and a coherence by windows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from models.card import EncoderCard, Judgement
from models.coherence import of_windows
from models.encoder import Embeddings, Hearing, Waveform


class CardEncoder(ABC):
    """An `Encoder` but for the embedding itself."""

    def __init__(self, card: EncoderCard, weight_hash: str, dimension: int, precision: str = "fp32") -> None:
        self.card = card
        self.weight_hash = weight_hash
        self.dimension = dimension
        self.precision = precision
        self.fitted: Judgement | None = None
        """Set by `models.registry` where the weights have a card of their own."""

    @property
    def name(self) -> str:
        """See `Encoder.name`."""
        return self.card.name

    @property
    def sample_rate(self) -> int:
        """See `Encoder.sample_rate`."""
        return self.card.sample_rate

    @property
    def minimum_samples(self) -> int:
        """See `Encoder.minimum_samples`."""
        return self.card.minimum_samples

    @property
    def one_voice_from(self) -> float:
        """See `Encoder.one_voice_from`."""
        own = self.fitted.one_voice_from if self.fitted else None
        return self.card.one_voice_from if own is None else own

    @abstractmethod
    def embed(self, waveforms: Sequence[Waveform]) -> Embeddings:
        """See `Encoder.embed`."""

    def hear(self, waveforms: Sequence[Waveform]) -> Hearing:
        """See `Encoder.hear`; the coherence is that of windows."""
        return Hearing(self.embed(waveforms), of_windows(waveforms, self.sample_rate, self.embed))
