"""The contract between bot and worker: a job goes in, a result comes back under the same id."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rollcall.domain.challenge import Words
from rollcall.domain.verdict import Purpose, Reason, Verdict

_Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,36}$")]
_Number = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_Name = Annotated[str, Field(pattern=r"^[ -~]{0,64}$")]
_MOST_FACTS = 32
_Facts = Annotated[dict[_Name, float], Field(max_length=_MOST_FACTS)]
MOST_MILLISECONDS = 1e8
"""More is not written down, however long a note has waited."""
_Milliseconds = Annotated[float, Field(ge=0, le=MOST_MILLISECONDS)]

# Not a number is no score either, and PostgreSQL takes it in no JSON.
_CONFIG = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64", allow_inf_nan=False)


class EarlierTry(BaseModel):
    """An unsure note that came before, for averaging."""

    model_config = _CONFIG

    attempt_id: _Id
    weight_hash: _Name
    embedding: bytes
    """Sealed float32 [dimension]."""
    speech_seconds: float


class SpokenChallenge(BaseModel):
    """What the note should say: see `rollcall.domain.challenge.Challenge`."""

    model_config = _CONFIG

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    items: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=32)], ...], Field(min_length=1, max_length=16)]


class Job(BaseModel):
    """One voice note to be judged. The audio travels beside it, sealed."""

    model_config = _CONFIG

    id: _Id
    purpose: Purpose
    person_id: _Number
    """The account that sent the note, and so the identity it claims."""
    class_id: _Number | None = None
    """Whose centroids the voice is compared with; none while enrolling."""
    earlier: tuple[EarlierTry, ...] = ()
    """The sender's unsure tries in the same lesson."""
    voice_waits: bool = False
    """The sender's voiceprint has no vote yet: the note is listened to, and compared with nobody's voice."""
    generation: _Number = 0
    """The class's when the job was posted: by an older gallery it is not judged."""
    queued_at: AwareDatetime
    content_hash: _Name = ""
    """SHA-256 of the recording's bytes, hexadecimal."""
    challenge: SpokenChallenge | None = None
    """Listened for once the voice is accepted."""
    follows: bool = False
    """The sender's voiceprint may take a step by it: the embedding of an accepted note is wanted back."""


class Result(BaseModel):
    """The worker's answer. Scores and facts explain the verdict; the sealed parts are for the database only."""

    model_config = _CONFIG

    job_id: _Id
    verdict: Verdict
    reason: Reason
    model: _Name = ""
    weight_hash: _Name = ""
    decoder: _Name = ""
    score: float | None = None
    threshold: float | None = None
    runner_up: float | None = None
    confidence: float | None = None
    """Posterior probability in [0, 1] that the account's owner speaks."""
    speech_seconds: float | None = None
    quality: _Facts = {}
    timings: Annotated[dict[_Name, _Milliseconds], Field(max_length=_MOST_FACTS)] = {}
    """Milliseconds by stage: queue, decode, speech, embed, match; work: the worker's time for its batch, by notes."""
    embedding: bytes | None = None
    """Sealed float32 [dimension]: of a good enrolment note, of an unsure check-in, and of an accepted one where the job
    asks for it."""
    fingerprint: bytes | None = None
    """Sealed audio fingerprint, for telling a replay."""
    content_hash: _Name = ""
    """As in the job."""
    shapes: bytes | None = None
    """Sealed fingerprints of the note with changes of speed, tempo and pitch undone: compared, and not kept."""
    words: Words | None = None
    """What was heard of the job's challenge; none where none was given, the voice was not accepted, or a worker of
    before challenges judged it."""
    words_score: float | None = None
    """How much likelier the challenge was than the best other reading, as a difference of log probabilities."""
    narrow: bytes | None = None
    """Sealed float32 [dimension]: of a good enrolment note as a telephone would pass it, where the encoder has cuts for
    such notes."""


def failure(job: Job) -> Result:
    """The result of a note that could not be judged, by no fault of its sender's."""
    return Result(job_id=job.id, verdict=Verdict.FAILED, reason=Reason.PROCESSING_FAILED, content_hash=job.content_hash)
