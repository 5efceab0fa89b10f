"""Whisper in eight bits through CTranslate2, of a note's last six seconds, in a window of eight at most, not of thirty.

A window costs by its length, and what is asked for is said at a note's end. The silence after it, and the times that it
is made to write down, tell the model that the note is over: without them it repeats itself. Without some before it, the
first word is often missed, and noise is taken for speech; with half a second it repeats itself more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np

from models.recogniser.mel import RATE, log_mel
from models.recogniser.reading import TAIL, Samples
from models.recogniser.tokens import Tokens

_BEFORE, _AFTER = 0.25, 1.75
"""Seconds of silence before it, and at least so many after it."""
_MOST_TOKENS: Final = 36
"""Of a text: six seconds of quick Russian have about as many, and one that repeats itself never ends."""
_LATEST_BEGIN: Final = 50
"""Fiftieths of a second: the note may begin with silence."""
_HOPS_ENCODED: Final = 2
"""Of the spectrogram, in one step of what is encoded."""
_LEVEL: Final = 0.1
"""The RMS to which notes are brought, as far as their peaks allow it."""


class WhisperReading:
    """The `Reading` of a note's last seconds."""

    def __init__(self, model: Any, tokens: Tokens, start: list[int], encoded: Any, read: list[int]) -> None:
        self._model = model
        self._tokens = tokens
        self._start = start
        self._encoded = encoded
        self._read = read
        self.text = tokens.decode(read)

    def likelihoods(self, start: int, continuations: Sequence[str]) -> list[float]:
        """See `Reading.likelihoods`. Tokens before `start` are the reading's own."""
        kept = self._tokens_before(start)
        begun = self._tokens.decode(kept)
        between = self.text[len(begun) : start]
        texts = [[*kept, *self._tokens.encode(between + one)] for one in continuations]
        frames = np.asarray(self._encoded).shape[1] * _HOPS_ENCODED
        # One by one: all at once they take as long, and five times the memory.
        aligned = [self._model.align(self._encoded, self._start, [text], num_frames=frames)[0] for text in texts]
        return [float(np.log(np.maximum(one.text_token_probs[len(kept) :], 1e-12)).sum()) for one in aligned]

    def _tokens_before(self, start: int) -> list[int]:
        """As many of the reading as end before this letter, or the space before it."""
        most = len(self._read)
        while most and len(self._tokens.decode(self._read[:most])) > start:
            most -= 1
        return self._read[:most]


class Whisper:
    """The `Recogniser` for people."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._tokens = Tokens(folder / "vocabulary.txt")
        self._model: Any = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=1
        )

    def read(self, samples: Samples, language: str) -> WhisperReading:
        """See `Recogniser.read`."""
        start = [self._tokens.number(f"<|{each}|>") for each in ("startoftranscript", language, "transcribe")]
        last = np.concatenate([np.zeros(round(_BEFORE * RATE), np.float32), _level(samples[-TAIL * RATE :])])
        features = log_mel(last, math.ceil(len(last) / RATE + _AFTER))
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]), to_cpu=True)
        (found,) = self._model.generate(
            encoded, [start], beam_size=1, max_length=2 * _MOST_TOKENS,  # of which it gives a text half
            max_initial_timestamp_index=_LATEST_BEGIN,
        )  # fmt: skip
        read = [number for number in found.sequences_ids[0] if number < self._tokens.end]
        return WhisperReading(self._model, self._tokens, start, encoded, read)


def _level(samples: Samples) -> Samples:
    peak = float(np.abs(samples).max(initial=0))
    if peak == 0:
        return samples
    rms = float(np.sqrt(np.mean(samples**2)))
    return samples * np.float32(min(_LEVEL / rms, 1 / peak))
