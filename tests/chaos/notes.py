"""As many different recordings of a voice as a test wants: the shipped ones, cut into syllables and shuffled."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.dummy.encoder import Dummy
from rollcall.domain.voiceprint import centroid
from tests.end_to_end.product import synthetic
from tests.sounds import RATE, sound_of, voice_note
from worker.audio.blend import Chaperon
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut

VOICES = ("AnxiousAndy", "Demonic", "Gene2", "klatt2", "steph2", "zac")
"""Whispering is not taken for speech once it is cut up; shelby, cut up, is too seldom like itself."""
_SURE = 0.95
"""The dummy encoder accepts from 0.90, and a class may raise that a little: what is below only adds tries."""
_ALONE = 0.08
"""The most of a note's speech that may sound like two speakers' at once."""
_PIECES = (0.18, 0.32)
_SPEED = (0.97, 1.03)
_FADE = round(0.01 * RATE)
_SECONDS = 6.0
_PAUSE = np.zeros(round(0.4 * RATE), np.float32)


class Speaker:
    """One voice: three notes to enrol with, then as many to check in with as are asked for.

    Args:
        first: number of its first note; two speakers of one voice need notes of their own.
    """

    def __init__(self, voice: str, encoder: Dummy | None = None, first: int = 0) -> None:
        self.voice = voice
        self._encoder = encoder or Dummy()
        self._detector = SpeechDetector()
        self._next = first
        self.enrolment = [self._alone() for _ in range(3)]
        self._centroid = centroid([self._embedding(one) for one in self.enrolment])

    def check_in(self) -> bytes:
        """A recording that was not there before and that the dummy encoder takes for this voice."""
        while True:
            made = note(self.voice, self._next)
            self._next += 1
            if float(self._embedding(made) @ self._centroid) > _SURE:
                return made

    def _alone(self) -> bytes:
        """A recording to enrol with: some of what is cut up sounds like two people, and is not taken."""
        while True:
            made = note(self.voice, self._next)
            self._next += 1
            waveform = decode(made)
            if _chaperon().together(cut(waveform, self._detector.detect(waveform))) < _ALONE:
                return made

    def _embedding(self, made: bytes) -> NDArray[np.float32]:
        waveform = decode(made)
        speech = self._detector.detect(waveform)
        embedding: NDArray[np.float32] = self._encoder.embed([cut(waveform, speech).samples])[0]
        return embedding


def note(voice: str, number: int, seconds: float = _SECONDS) -> bytes:
    """A recording that no other number gives: the same timbre, other sounds in another order (Ogg/Opus)."""
    random = np.random.default_rng([number, VOICES.index(voice)])
    source = _speech(voice)
    pieces: list[NDArray[np.float32]] = []
    while sum(map(len, pieces)) < seconds * RATE:
        length = round(random.uniform(*_PIECES) * RATE)
        start = int(random.integers(0, len(source) - 2 * length))
        # Another speed for each piece: no stretch of two recordings runs in step.
        places = start + np.arange(length) * random.uniform(*_SPEED)
        piece = np.interp(places, np.arange(len(source)), source).astype(np.float32)
        fade = np.linspace(0, 1, _FADE, dtype=np.float32)
        piece[:_FADE] *= fade
        piece[-_FADE:] *= fade[::-1]
        pieces.append(piece)
    middle = len(pieces) // 2
    return voice_note(np.concatenate([_PAUSE, *pieces[:middle], _PAUSE, *pieces[middle:], _PAUSE]))


@cache
def _chaperon() -> Chaperon:
    return Chaperon(Dummy())


@cache
def _speech(voice: str) -> NDArray[np.float32]:
    """All shipped notes of a voice in a row, their pauses left out."""
    sound = np.concatenate([sound_of(synthetic(voice, number)) for number in range(1, 7)])
    frame = RATE // 50
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    level = np.sqrt((frames**2).mean(axis=1))
    return np.ascontiguousarray(frames[level > 0.15 * np.quantile(level, 0.95)].reshape(-1))
