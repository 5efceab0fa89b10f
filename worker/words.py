"""What is said in a note, beside whose voice it is: only where a job asks for it, once the voice is accepted."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from models import recogniser
from models.errors import ModelError
from models.recogniser.reading import TAIL, Recogniser, Samples
from rollcall.domain.challenge import Challenge, Words
from rollcall.domain.spoken import Cuts, judged
from rollcall.queue.job import SpokenChallenge
from worker.audio.speech import Speech
from worker.audio.waveform import SAMPLE_RATE, Waveform

_log = logging.getLogger(__name__)

NONE: Final = "none"
Answer = tuple[Words, float | None]
_NOT_CHECKED: Final[Answer] = (Words.NOT_CHECKED, None)


_AFTER: Final = 0.6
"""Seconds after the last speech that are listened to as well: a quiet ending is no speech to the detector."""


def told(waveform: Waveform, speech: Speech | None) -> Samples:
    """What a recogniser reads of a note, the last seconds to the end of its speech: all that is kept while it waits."""
    end = len(waveform.samples)
    if speech is not None and speech.segments:
        end = min(end, round((speech.segments[-1][1] + _AFTER) * SAMPLE_RATE))
    return waveform.samples[max(0, end - TAIL * SAMPLE_RATE) : end].copy()


class Ear:
    """Holds the recogniser once the first note has asked for it: where no class does, it takes no memory."""

    def __init__(self, name: str, models_dir: Path) -> None:
        """`name`: of `models.recogniser`; `NONE`: nothing is listened for."""
        self._name = name
        self._models_dir = models_dir
        self._loading = threading.Lock()
        self._loaded: Recogniser | None = None
        self.able = self._can_be_had()
        """Whether words can be heard here, as far as anybody knows without loading."""

    def hear(self, asked: SpokenChallenge, samples: Samples) -> Answer:
        """Whether the note says what was asked for, and with what score. Never raises: no fault here is the speaker's.

        `samples` are what `told` gives of it.

        What was read is gone when this returns: neither it nor what was expected is told anywhere.
        """
        try:
            ear = self._recogniser()
            if ear is None:
                return _NOT_CHECKED
            challenge = Challenge(asked.language, asked.items)
            reading = ear.read(samples, asked.language)
            return judged(challenge, reading.text, reading.likelihoods, Cuts(**recogniser.CUTS))
        except Exception as error:  # its message and its frames may hold what was said
            _log.error("the words of a note could not be checked (%s)", type(error).__name__)
            return _NOT_CHECKED

    def _can_be_had(self) -> bool:
        if self._name == NONE:
            return False
        try:
            lacks = recogniser.missing(self._name, self._models_dir)
        except ModelError as error:
            _log.warning("words are not listened for: %s", error)
            return False
        if lacks:
            _log.info("words are not listened for: %s; %s", *lacks)
        return lacks is None

    def _recogniser(self) -> Recogniser | None:
        with self._loading:
            if self._loaded is None and self.able:
                try:
                    self._loaded = recogniser.load(self._name, self._models_dir)
                except ModelError as error:
                    self.able = False
                    _log.warning("words are not listened for: %s", error)
            return self._loaded
