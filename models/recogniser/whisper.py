"""Whisper in eight bits through CTranslate2, of a note's last six seconds, in a window of eight instead of its thirty.

A window costs by its length, and what is asked for is said at a note's end. Two seconds of silence after it, and the
times that it is made to write down, tell the model that the note is over: without them it repeats itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np

from models.recogniser.mel import RATE, log_mel
from models.recogniser.reading import Samples
from models.recogniser.tokens import Tokens

WINDOW: Final = 8
"""Seconds."""
TAIL: Final = 6
"""Seconds of the note: four digits that are said slowly take four."""
_MOST_TOKENS: Final = 44
"""Of a text: six seconds of quick speech have fewer, and one that repeats itself never ends."""
_LATEST_BEGIN: Final = 50
"""Fiftieths of a second: the note may begin with silence."""
_HOPS: Final = 100
_LEVEL: Final = 0.1
"""The RMS to which notes are brought, as far as their peaks allow it."""


class WhisperReading:
    """The `Reading` of ten seconds."""

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
        encoded = ctranslate2.StorageView.from_array(np.repeat(np.asarray(self._encoded), len(texts), axis=0))
        aligned = self._model.align(encoded, self._start, texts, num_frames=WINDOW * _HOPS)
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
        features = log_mel(_level(samples[-TAIL * RATE :]), WINDOW)
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]), to_cpu=True)
        (found,) = self._model.generate(
            encoded, [start], beam_size=1, max_length=_MOST_TOKENS, max_initial_timestamp_index=_LATEST_BEGIN
        )
        read = [number for number in found.sequences_ids[0] if number < self._tokens.end]
        return WhisperReading(self._model, self._tokens, start, encoded, read)


def _level(samples: Samples) -> Samples:
    peak = float(np.abs(samples).max(initial=0))
    if peak == 0:
        return samples
    rms = float(np.sqrt(np.mean(samples**2)))
    return samples * np.float32(min(_LEVEL / rms, 1 / peak))
