"""From audio to a verdict, in steps that the loop runs: listen (per note, in threads), embed (per batch), decide."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from rollcall.domain.decision import Decision, decide
from rollcall.domain.enrolment import DOUBT, MOST_DOUBT
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import narrow_point, point_of, said_of
from rollcall.domain.repeated_notes import decide_with_tries
from rollcall.domain.verdict import JUDGED, Purpose, Reason, Verdict
from rollcall.domain.voiceprint import pack_embedding, unpack_embedding
from rollcall.errors import SealBroken, Unavailable
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.job import Job, Result
from rollcall.sealing.seal import (
    Binding,
    Keyring,
    embedding_binding,
    fingerprint_binding,
    narrow_embedding_binding,
    shapes_binding,
)
from worker.audio.band import narrowed
from worker.audio.blend import Chaperon
from worker.audio.decode import decode
from worker.audio.fingerprint import fingerprints
from worker.audio.opus import decoder_name
from worker.audio.quality import Quality, complaint, is_narrow, measure
from worker.audio.speech import Speech, SpeechDetector, cut
from worker.audio.waveform import AudioRefused, Waveform

_log = logging.getLogger(__name__)

_TOO_LITTLE = frozenset({Reason.SILENCE, Reason.NO_SPEECH, Reason.TOO_SHORT})
"""What is said of a note with too little speech in it; where a part is lost, that is why."""


@dataclass
class Heard:
    """What listening to one note gave: speech to embed, or a reason not to."""

    job: Job
    refusal: Reason | None = None
    speech: Speech | None = None
    waveform: Waveform | None = None
    """Its long silences left out."""
    sent: Waveform | None = None
    """Of a note that enrols, or has a challenge in it, all of it."""
    quality: Quality | None = None
    prints: Future[tuple[bytes, bytes]] | None = None
    """Of a note that is fit to be judged, its fingerprint and shapes: nothing before its result waits for them."""
    together: float | None = None
    """Of a note that enrols, the share of its speech that is two speakers' at once."""
    narrow: bool = False
    """Of a note for a lesson, whether it came over a telephone; then the waveform is what every telephone passes."""
    through_telephone: Waveform | None = None
    """Of a note that enrols, what a telephone would have passed of it."""
    doubt: float | None = None
    """Of a note that enrols, whether it is one person's: see `rollcall.domain.enrolment`."""
    timings: dict[str, float] = field(default_factory=dict)


class Judge:
    """Holds the encoder and what it needs; one per worker process."""

    def __init__(self, encoder: Encoder, galleries: GalleryReader, keyring: Keyring) -> None:
        self._encoder = encoder
        self._galleries = galleries
        self._keyring = keyring
        self._detector = SpeechDetector()
        self._chaperon = Chaperon(encoder)
        self._printing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="prints")
        self._point = point_of(encoder)
        self._narrow = narrow_point(encoder.weight_hash)
        """For telephone notes; without one they are refused."""

    @property
    def encoder(self) -> tuple[str, str, bytes]:
        """What the bots are told of the encoder: name, weight hash, and what its own card says, where it has one."""
        return self._encoder.name, self._encoder.weight_hash, said_of(self._encoder)

    def listen(self, job: Job, audio: bytes) -> Heard:
        """Decode, find the speech, judge the quality, take the fingerprint. Safe to call from several threads."""
        heard = Heard(job)
        try:
            with _timed(heard.timings, "decode"):
                waveform = decode(audio)
        except AudioRefused as refused:
            heard.refusal = Reason(refused.code)
            return heard
        with _timed(heard.timings, "speech"):
            speech = self._detector.detect(waveform)
        with _timed(heard.timings, "quality"):
            heard.quality = measure(waveform, speech)
        may_be_narrow = self._narrow is not None and job.purpose is Purpose.CHECK_IN and not job.voice_waits
        heard.refusal = complaint(heard.quality, job.purpose, narrow_too=may_be_narrow)
        heard.narrow = may_be_narrow and is_narrow(heard.quality)
        if heard.refusal in _TOO_LITTLE and (waveform.cut_off or waveform.lost > 0):
            heard.refusal = Reason.DAMAGED
        if heard.refusal is None:
            heard.prints = self._printing.submit(_prints, heard.timings, waveform, speech)
        heard.speech = speech
        heard.waveform = cut(waveform, speech)
        if job.challenge is not None and heard.refusal is None:
            heard.sent = waveform
        if heard.narrow and heard.refusal is None:
            heard.waveform = narrowed(heard.waveform)
        if job.purpose is Purpose.ENROL and heard.refusal is None:
            heard.sent = waveform
            if self._narrow is not None:
                heard.through_telephone = narrowed(heard.waveform)
            with _timed(heard.timings, "company"):
                try:
                    heard.together = self._chaperon.together(heard.waveform)
                except Unavailable:
                    heard.refusal = Reason.PROCESSING_FAILED  # told where it was tried
        return heard

    def judge(self, batch: Sequence[Heard]) -> list[Result]:
        """Embed what is fit to be embedded, and decide; one result per note, in order."""
        fit = [heard for heard in batch if heard.refusal is None and heard.waveform is not None]
        started = time.perf_counter()
        embeddings, coherence = self._encoder.hear(
            [heard.waveform.samples for heard in fit if heard.waveform is not None]
        )
        if len(embeddings) != len(fit):
            raise RuntimeError(f"{len(fit)} notes gave {len(embeddings)} embeddings")
        each = (time.perf_counter() - started) * 1000 / max(1, len(fit))
        by_job = {heard.job.id: embedding for heard, embedding in zip(fit, embeddings, strict=True)}
        for heard, embedding, alike in zip(fit, embeddings, coherence, strict=True):
            heard.timings["embed"] = each
            # A note too short to be divided has no coherence, and is not refused for it.
            if alike < self._encoder.one_voice_from or self._blended(heard, embedding):
                heard.refusal = Reason.SEVERAL_SPEAKERS
        narrow = self._through_telephones(batch)
        return [self._result(heard, by_job.get(heard.job.id), narrow.get(heard.job.id)) for heard in batch]

    def _through_telephones(self, batch: Sequence[Heard]) -> dict[str, NDArray[np.float32]]:
        """What the good notes that enrol are as a telephone passes them, by job."""
        heard = [
            (each.job.id, each.through_telephone.samples)
            for each in batch
            if each.refusal is None and each.through_telephone is not None
        ]
        embeddings = self._encoder.embed([samples for _, samples in heard]) if heard else ()
        return {
            job_id: embedding
            for (job_id, _), embedding in zip(heard, embeddings, strict=True)
            if np.isfinite(embedding).all()
        }

    def _blended(self, heard: Heard, embedding: NDArray[np.float32]) -> bool:
        """Whether the note would make a voiceprint of two people."""
        if heard.together is None or heard.waveform is None or heard.sent is None or not np.isfinite(embedding).all():
            return False
        with _timed(heard.timings, "alone"):
            heard.doubt = self._chaperon.doubt(heard.sent, heard.waveform, heard.together)
        return heard.doubt >= MOST_DOUBT

    def _result(
        self, heard: Heard, embedding: NDArray[np.float32] | None, narrow: NDArray[np.float32] | None
    ) -> Result:
        job = heard.job
        if embedding is not None and not np.isfinite(embedding).all():
            heard.refusal, embedding = Reason.TOO_SHORT, None
        if heard.refusal is not None or embedding is None:
            return self._facts(heard, Verdict.REFUSED, heard.refusal or Reason.NO_SPEECH)
        if job.purpose is Purpose.ENROL:
            return self._facts(heard, Verdict.ACCEPTED, Reason.GOOD_NOTE).model_copy(
                update={
                    "embedding": self._sealed(job, embedding),
                    "narrow": None if narrow is None else self._sealed_narrow(job, narrow),
                }
            )
        if job.voice_waits:
            return self._facts(heard, Verdict.UNSURE, Reason.VOICE_WAITS)
        return self._match(heard, embedding)

    def _match(self, heard: Heard, embedding: NDArray[np.float32]) -> Result:
        job = heard.job
        with _timed(heard.timings, "match"):
            gallery = self._galleries.get(job.class_id or 0)
            if gallery.generation < job.generation or job.person_id not in gallery.places:
                # Lost, of before a change, or the print is of another encoder: what is true, the database knows.
                _log.warning("the class's gallery does not know this voice", extra={"job": job.id})
                return self._facts(heard, Verdict.PENDING, Reason.NOT_ENROLLED)
            speech_seconds = heard.speech.seconds if heard.speech else 0.0
            if heard.narrow:
                return self._match_narrow(heard, embedding, gallery.narrow, speech_seconds)
            decision = decide_with_tries(
                embedding, speech_seconds, self._earlier(job), gallery, job.person_id, self._point
            )
        return self._facts(heard, decision.verdict, decision.reason).model_copy(
            update={
                **_scores(decision),
                "embedding": self._sealed(job, embedding) if _is_wanted(job, decision) else None,
            }
        )

    def _match_narrow(
        self, heard: Heard, embedding: NDArray[np.float32], prints: Gallery | None, speech_seconds: float
    ) -> Result:
        """A telephone note against the second prints: unless it is taken, another way to record is asked for.

        Nobody is accused by it: of the owners' own notes up to three in a hundred score as another voice does. Notes of
        another channel than the print's are not averaged with it, so an unsure one is of no use later.
        """
        person_id = heard.job.person_id
        if self._narrow is None or prints is None or person_id not in prints.places:
            return self._facts(heard, Verdict.REFUSED, Reason.NARROW_BAND)
        decision = decide(embedding, prints, person_id, speech_seconds, self._narrow)
        if decision.verdict is not Verdict.ACCEPTED:
            decision = replace(decision, verdict=Verdict.REFUSED, reason=Reason.NARROW_BAND)
        return self._facts(heard, decision.verdict, decision.reason).model_copy(update=_scores(decision))

    def _earlier(self, job: Job) -> list[tuple[NDArray[np.float32], float]]:
        """The unsure tries before this one, as far as they are this model's and can be opened."""
        found = []
        for one in job.earlier:
            if one.weight_hash == self._encoder.weight_hash:
                with suppress(SealBroken):
                    packed = self._keyring.open(one.embedding, self._binding(job, one.attempt_id))
                    found.append((unpack_embedding(packed), one.speech_seconds))
        return found

    def _binding(self, job: Job, attempt_id: str) -> Binding:
        return embedding_binding(attempt_id, job.person_id, self._encoder.name, self._encoder.weight_hash)

    def _sealed(self, job: Job, embedding: NDArray[np.float32]) -> bytes:
        return self._keyring.seal(pack_embedding(embedding), self._binding(job, job.id))

    def _sealed_narrow(self, job: Job, embedding: NDArray[np.float32]) -> bytes:
        binding = narrow_embedding_binding(job.id, job.person_id, self._encoder.name, self._encoder.weight_hash)
        return self._keyring.seal(pack_embedding(embedding), binding)

    def _facts(self, heard: Heard, verdict: Verdict, reason: Reason) -> Result:
        job = heard.job
        print_, changed = heard.prints.result() if heard.prints is not None else (b"", b"")
        if verdict not in JUDGED:  # nothing is kept of it that a later note could be taken for
            print_ = changed = b""
        return Result(
            job_id=job.id,
            content_hash=job.content_hash,
            verdict=verdict,
            reason=reason,
            model=self._encoder.name,
            weight_hash=self._encoder.weight_hash,
            decoder=decoder_name(),
            speech_seconds=heard.speech.seconds if heard.speech else None,
            quality=_quality(heard),
            timings=heard.timings,
            fingerprint=self._keyring.seal(print_, fingerprint_binding(job.id, job.person_id)) if print_ else None,
            shapes=self._keyring.seal(changed, shapes_binding(job.id, job.person_id)) if changed else None,
        )


def _is_wanted(job: Job, decision: Decision) -> bool:
    """Whether the embedding goes back: to be averaged with the next try, or for a step of the voiceprint.

    Together with others a note may pass that would not alone; such a one leads nowhere.
    """
    if decision.verdict is Verdict.ACCEPTED:
        return job.follows and not job.earlier
    return decision.verdict is Verdict.UNSURE


def _scores(decision: Decision) -> dict[str, float | None]:
    return {
        "score": decision.score,
        "threshold": decision.threshold,
        "runner_up": decision.runner_up,
        "confidence": decision.confidence,
    }


def _quality(heard: Heard) -> dict[str, float]:
    facts = asdict(heard.quality) if heard.quality else {}
    if heard.doubt is not None:
        facts[DOUBT] = heard.doubt
    return {key: float(value) for key, value in facts.items()}


def _prints(timings: dict[str, float], waveform: Waveform, speech: Speech) -> tuple[bytes, bytes]:
    with _timed(timings, "fingerprints"):
        return fingerprints(waveform, speech)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    """Add a stage's milliseconds, also when it raises."""
    started = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = (time.perf_counter() - started) * 1000
