"""Voices enough for a class: the shipped ones at several speeds, each with a timbre of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.notes import as_voice_note
from models import registry
from models.encoder import Encoder
from rollcall.config.settings import Settings
from rollcall.domain.decision import decide
from rollcall.domain.enrolment import differs_from_before
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import point_of
from rollcall.domain.recalibration import outlook
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.domain.voiceprint import NOTES, centroid, pack_embedding
from rollcall.errors import Unavailable
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.job import Job, Result
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import Keyring, embedding_binding, fingerprint_binding
from worker.audio.decode import decode
from worker.audio.opus import decoder_name
from worker.audio.waveform import SAMPLE_RATE
from worker.judge import Judge

_SHIPPED = Path(__file__).parents[2] / "sandbox" / "voices"
_VOICES = ("AnxiousAndy", "Demonic", "Gene2", "klatt2", "shelby", "steph2", "zac")
"""The eighth voice whispers: at other speeds it is not taken for speech."""
_TAKES = 6
_SPEEDS = (0.94, 1.03, 0.86, 1.13, 0.78, 1.24, 0.71, 1.36)
"""A tenth apart: to an encoder, as to the ear, another speaker."""
_COLOUR_DB, _COLOUR_BANDS = 8.0, 24
_SURE = 0.02
"""A note is given to a student only if it scores so much above the cut: what is measured is load, not accuracy."""


@dataclass(frozen=True)
class Recording:
    """A note, and what a worker hears in it.

    Attributes:
        data: Ogg/Opus.
        embedding: float32 [dimension], L2-normalised.
        fingerprint: see `worker.audio.fingerprint`.
    """

    data: bytes
    embedding: NDArray[np.float32]
    fingerprint: bytes
    speech_seconds: float

    def copy(self, number: int) -> bytes:
        """The same sound in a file of its own, as another telephone would number the stream."""
        made = io.BytesIO()
        with (
            av.open(io.BytesIO(self.data), "r") as source,
            av.open(made, "w", format="ogg", options={"serial_offset": str(number)}) as sink,
        ):
            stream = sink.add_stream_from_template(source.streams.audio[0])
            for packet in source.demux(source.streams.audio[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    sink.mux(packet)
        return made.getvalue()


@dataclass(frozen=True)
class Voice:
    """Three notes to enrol with and one to check in with."""

    enrolment: tuple[Recording, ...]
    check_in: Recording


class Cast:
    """Voices that the encoder tells apart."""

    def __init__(self, settings: Settings, keyring: Keyring) -> None:
        self._keyring = keyring
        self.encoder: Encoder = registry.load(
            settings.speaker_model, settings.models_dir, settings.device, threads=1, backend=settings.backend
        )
        unused = GalleryReader(connect("unix:///dev/null"), keyring, self.encoder.name, self.encoder.weight_hash)
        self._judge = Judge(self.encoder, unused, keyring)
        self._point = point_of(self.encoder)
        self.voices: list[Voice] = []

    def assemble(self, size: int, tell: Callable[[int], None]) -> None:
        """Find so many voices.

        Raises:
            Unavailable: there are fewer; the classes must be smaller.
        """
        found: dict[int, list[Recording]] = {}
        for number, (name, speed) in enumerate((name, speed) for speed in _SPEEDS for name in _VOICES):
            takes = self._takes(name, speed, number)
            if len(takes) > NOTES:
                found[number] = takes
            if len(found) >= size:
                self.voices = self._told_apart(found, size)
            tell(len(found))
            if len(self.voices) == size:
                return
        raise Unavailable(
            f"{self.encoder.name} tells only {len(self.voices)} of the shipped voices apart: "
            "have more classes, or fewer students"
        )

    def result(self, recording: Recording, attempt_id: str, person_id: int) -> Result:
        """What a worker would say of an enrolment note."""
        model, weight_hash = self.encoder.name, self.encoder.weight_hash
        embedding, print_ = pack_embedding(recording.embedding), recording.fingerprint
        return Result(
            job_id=attempt_id,
            verdict=Verdict.ACCEPTED,
            reason=Reason.GOOD_NOTE,
            model=model,
            weight_hash=weight_hash,
            decoder=decoder_name(),
            speech_seconds=recording.speech_seconds,
            embedding=self._keyring.seal(embedding, embedding_binding(attempt_id, person_id, model, weight_hash)),
            fingerprint=self._keyring.seal(print_, fingerprint_binding(attempt_id, person_id)),
        )

    def _takes(self, name: str, speed: float, number: int) -> list[Recording]:
        """Three notes that enrol, and one more; fewer where the recordings do not give so many."""
        found: list[Recording] = []
        for take in range(1, _TAKES + 1):
            sound = decode((_SHIPPED / name / f"{take:02}.ogg").read_bytes()).samples
            heard = self._hear(as_voice_note(_coloured(_at_speed(sound, speed), number)))
            if heard is not None and not differs_from_before(
                heard.embedding, [one.embedding for one in found], self._point
            ):
                found.append(heard)
            if len(found) > NOTES:
                break
        return found

    def _hear(self, data: bytes) -> Recording | None:
        job = Job(id="load", purpose=Purpose.ENROL, person_id=0, queued_at=datetime.now(UTC))
        heard = self._judge.listen(job, data)
        if heard.refusal is not None or heard.waveform is None or heard.speech is None or heard.prints is None:
            return None
        embeddings, coherence = self.encoder.hear([heard.waveform.samples])
        if coherence[0] < self.encoder.one_voice_from:
            return None
        return Recording(data, embeddings[0], heard.prints.result()[0], heard.speech.seconds)

    def _told_apart(self, found: Mapping[int, list[Recording]], size: int) -> list[Voice]:
        """So many that a class of all, or of all but the last, knows each; fewer where there are not."""
        left = dict(found)
        while left:
            people = list(left)[:size]
            hard = self._mistaken(left, people) | self._mistaken(left, people[:-1])
            if not hard:
                break
            left = {number: takes for number, takes in left.items() if number not in hard}
        return [Voice(tuple(takes[:NOTES]), takes[NOTES]) for takes in list(left.values())[:size]]

    def _mistaken(self, found: Mapping[int, list[Recording]], people: Sequence[int]) -> set[int]:
        """Whose last note would not surely be accepted in a class of these people."""
        if not people:
            return set()
        prints = {number: np.stack([take.embedding for take in found[number][:NOTES]]) for number in people}
        expected = outlook(prints, self._point)
        centroids = np.stack([centroid(list(own)) for own in prints.values()])
        gallery = Gallery(tuple(people), centroids, raised=expected.raised if expected else 0.0)
        point = replace(self._point.stricter(_SURE), lead=self._point.lead + _SURE)
        last = {number: found[number][NOTES] for number in people}
        return {
            number
            for number, note in last.items()
            if decide(note.embedding, gallery, number, note.speech_seconds, point).verdict is not Verdict.ACCEPTED
        }


def _at_speed(sound: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
    places = np.arange(0, len(sound) - 1, speed)
    return np.asarray(np.interp(places, np.arange(len(sound)), sound), np.float32)


def _coloured(sound: NDArray[np.float32], number: int) -> NDArray[np.float32]:
    """Louder and softer by some decibels from band to band: what the dummy encoder goes by."""
    frequencies = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    mel = np.log1p(frequencies / 700)
    decibels = np.random.default_rng(number).normal(0, _COLOUR_DB, _COLOUR_BANDS)
    gain = 10 ** (np.interp(mel, np.linspace(0, mel[-1], _COLOUR_BANDS), decibels) / 20)
    made = np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))
    made *= np.sqrt(np.mean(sound**2) / np.mean(made**2))
    return np.asarray(made * min(1.0, 0.9 / np.abs(made).max()), np.float32)
