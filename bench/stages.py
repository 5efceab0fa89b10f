"""One stage after another in this process, each beside what one would use instead; and how cost grows."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.progress import track
from threadpoolctl import threadpool_limits

from bench.contestants import pydub_segment
from models import registry
from rollcall.config.settings import Settings
from rollcall.domain.decision import decide
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import point_of
from worker.audio.decode import decode
from worker.audio.fingerprint import fingerprint
from worker.audio.quality import measure
from worker.audio.speech import SpeechDetector, cut
from worker.audio.waveform import Waveform

_ROUNDS = 5
_LENGTHS = (1, 2, 5, 10, 20, 40, 60)
_CLASSES = (10, 100, 1_000, 10_000, 100_000)
_GFLOP_A_SECOND_OF_SPEECH = 5.61 / 5
"""CAM++, counted by torch's flop counter."""


@dataclass
class Stages:
    """Medians.

    Attributes:
        ours, theirs: milliseconds a note by stage, and by stage and peer.
        lengths: seconds of note → milliseconds of the encoder.
        classes: enrolled people → milliseconds of one decision, megabytes of the gallery.
        peak: GFLOP/s of a large matrix product, one thread.
        reached: share of it that the encoder reaches in single precision.
    """

    ours: dict[str, float] = field(default_factory=dict)
    theirs: dict[str, dict[str, float]] = field(default_factory=dict)
    lengths: dict[int, float] = field(default_factory=dict)
    classes: dict[int, tuple[float, float]] = field(default_factory=dict)
    peak: float = 0.0
    reached: float = 0.0


def stages(notes: Sequence[bytes]) -> Stages:
    """Measure everything on these notes."""
    found = Stages()
    encoder = registry.load("campplus", Settings().models_dir, "cpu", threads=1)
    exact = registry.load("campplus", Settings().models_dir, "cpu", threads=1, backend="onnx")
    detector = SpeechDetector()
    waveforms = [decode(note) for note in notes]
    speeches = [detector.detect(waveform) for waveform in waveforms]
    spoken = [cut(waveform, speech).samples for waveform, speech in zip(waveforms, speeches, strict=True)]
    places = range(len(notes))
    ways: dict[str, dict[str, Callable[[int], Any]]] = {
        "decode": {"": lambda place: decode(notes[place]), **_decoders(notes)},
        "speech detection": {"": lambda place: detector.detect(waveforms[place]), **_detectors(waveforms)},
        "quality": {"": lambda place: measure(waveforms[place], speeches[place])},
        "fingerprint": {"": lambda place: fingerprint(waveforms[place])},
        "embedding": {"": lambda place: encoder.embed([spoken[place]]), "fp32": lambda i: exact.embed([spoken[i]])},
        "embedding and coherence": {"": lambda place: encoder.hear([spoken[place]])},
    }
    for stage, contestants in track(ways.items(), "stages", transient=True):
        medians = _by_turns(contestants, places)
        found.ours[stage] = medians.pop("")
        found.theirs[stage] = medians
    rng = np.random.default_rng(0)
    for seconds in track(_LENGTHS, "lengths", transient=True):
        sound = (rng.standard_normal(seconds * 16_000) / 10).astype(np.float32)
        found.lengths[seconds] = _median(lambda sound=sound: encoder.embed([sound]))  # type: ignore[misc]
    point = point_of(encoder)
    for people in track(_CLASSES, "classes", transient=True):
        gallery = _gallery(people, rng)
        voice = gallery.centroids[0]
        median = _median(lambda gallery=gallery, voice=voice: decide(voice, gallery, 0, 4.0, point))  # type: ignore[misc]
        found.classes[people] = (median, gallery.centroids.nbytes / 1e6)
    found.peak = _peak(rng)
    average = statistics.mean(len(samples) for samples in spoken) / 16_000
    needed = _GFLOP_A_SECOND_OF_SPEECH * average / found.peak * 1000
    found.reached = needed / found.theirs["embedding"]["fp32"]
    return found


def _decoders(notes: Sequence[bytes]) -> dict[str, Callable[[int], Any]]:
    import soundfile
    import soxr

    segment = pydub_segment()

    def pydub(place: int) -> Any:
        sound = segment.from_file(io.BytesIO(notes[place]), format="ogg", codec="libopus")
        return np.array(sound.set_frame_rate(16_000).set_channels(1).get_array_of_samples())

    def soundfile_soxr(place: int) -> Any:
        samples, rate = soundfile.read(io.BytesIO(notes[place]), dtype="float32")
        return soxr.resample(samples, rate, 16_000)

    return {"pydub": pydub, "soundfile + soxr": soundfile_soxr}


def _detectors(waveforms: Sequence[Waveform]) -> dict[str, Callable[[int], Any]]:
    import torch
    from silero_vad import get_speech_timestamps, load_silero_vad

    torch.set_num_threads(1)
    model = load_silero_vad(onnx=False)
    return {
        "silero-vad's own path": lambda place: get_speech_timestamps(torch.from_numpy(waveforms[place].samples), model)
    }


def _by_turns(contestants: dict[str, Callable[[int], Any]], places: range) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for call in contestants.values():
        call(0)
    for _ in range(_ROUNDS):
        for place in places:
            for name, call in contestants.items():
                started = time.perf_counter()
                call(place)
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(own) for name, own in times.items()}


def _median(call: Callable[[], Any]) -> float:
    call()
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _gallery(people: int, rng: np.random.Generator) -> Gallery:
    centroids = rng.standard_normal((people, 192)).astype(np.float32)
    return Gallery(tuple(range(people)), centroids / np.linalg.norm(centroids, axis=1, keepdims=True), 0.0)


def _peak(rng: np.random.Generator) -> float:
    matrix = rng.standard_normal((1024, 1024)).astype(np.float32)
    with threadpool_limits(1):
        return 2 * 1024**3 / (_median(lambda: matrix @ matrix) / 1000) / 1e9
