"""Where in the note is speech? silero-vad's sequence model: one ONNX Runtime call per note."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models import detector
from models.errors import ModelError
from rollcall.config.settings import load_settings
from rollcall.errors import Unavailable
from worker.audio.waveform import SAMPLE_RATE, Waveform

_FRAME = 512
"""Samples the model judges at a time: 32 ms."""
_CONTEXT = 64
_STATE = (1, 1, 128)

# The package's own defaults.
_ON, _OFF = 0.5, 0.35
_SHORTEST_SPEECH, _SHORTEST_PAUSE = 0.25, 0.10

_QUIET_RMS, _USUAL_RMS = 10 ** (-45 / 20), 10 ** (-25 / 20)

_LONG_PAUSE, _KEPT_PAUSE = 0.6, 0.3
"""Seconds: a pause longer than the first is cut to twice the second, at the note's ends to once."""


@dataclass(frozen=True)
class Speech:
    """The speech in a note.

    Attributes:
        probabilities: float32 [frames], one per 32 ms.
        segments: (start, end) in seconds, in order, not touching.
    """

    probabilities: NDArray[np.float32]
    segments: tuple[tuple[float, float], ...]

    @property
    def seconds(self) -> float:
        """Net speech."""
        return sum(end - start for start, end in self.segments)


class SpeechDetector:
    """Holds the model; its session may be used from several threads at once."""

    def __init__(self, model: Path | None = None) -> None:
        """
        Args:
            model: the detector's file; by default that of the models folder in the settings, fetched if need be.

        Raises:
            Unavailable: it cannot be had.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # notes run side by side instead
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(model or _pulled()), options, providers=["CPUExecutionProvider"]
        )

    def detect(self, waveform: Waveform) -> Speech:
        """Find the speech in a note."""
        count = -(-len(waveform.samples) // _FRAME)
        frames = np.zeros((count, _CONTEXT + _FRAME), np.float32)
        padded = np.zeros(count * _FRAME, np.float32)
        padded[: len(waveform.samples)] = _audible(waveform.samples)
        frames[:, _CONTEXT:] = padded.reshape(count, _FRAME)
        frames[1:, :_CONTEXT] = frames[:-1, -_CONTEXT:]
        state = {"h": np.zeros(_STATE, np.float32), "c": np.zeros(_STATE, np.float32)}
        probabilities = np.asarray(self._session.run(["speech_probs"], {"input": frames, **state})[0], np.float32)
        return Speech(probabilities, _segments(probabilities, waveform.seconds))


def cut(waveform: Waveform, speech: Speech) -> Waveform:
    """The note without its long silences, which an encoder would take for a part of the voice.

    Short pauses stay: cutting every one raised the equal error rate.
    """
    spans: list[tuple[float, float]] = []
    for start, end in speech.segments:
        start, end = max(0.0, start - _KEPT_PAUSE), min(waveform.seconds, end + _KEPT_PAUSE)
        if spans and start - spans[-1][1] < _LONG_PAUSE - 2 * _KEPT_PAUSE + 1e-9:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    if not spans:
        return waveform
    pieces = [waveform.samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] for start, end in spans]
    return Waveform(np.concatenate(pieces))


def _audible(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """A note too quiet for the model, made louder: a whisper far from the microphone must not pass for silence."""
    rms = float(np.sqrt(np.mean(samples**2)))
    return samples if rms >= _QUIET_RMS or rms == 0 else samples * (_USUAL_RMS / rms)


def _segments(probabilities: NDArray[np.float32], seconds: float) -> tuple[tuple[float, float], ...]:
    """Hysteresis over the frames: speech begins above one threshold and ends after a pause below a lower one."""
    step = _FRAME / SAMPLE_RATE
    found: list[tuple[float, float]] = []
    begun: float | None = None
    pause: float | None = None
    for index, probability in enumerate(probabilities.tolist()):
        moment = index * step
        if probability >= _ON:
            begun = moment if begun is None else begun
            pause = None
        elif begun is not None and probability < _OFF:
            pause = moment if pause is None else pause
            if moment - pause >= _SHORTEST_PAUSE:
                found.append((begun, pause))
                begun = pause = None
    if begun is not None:
        found.append((begun, seconds if pause is None else pause))
    return tuple((start, end) for start, end in found if end - start > _SHORTEST_SPEECH)


def _pulled() -> Path:
    try:
        return detector.pull(load_settings().models_dir)
    except ModelError as error:
        raise Unavailable(str(error)) from error
