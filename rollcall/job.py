"""The contract between bot and worker: a job goes in, a result comes back under the same id."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from rollcall.verdict import Purpose, Reason, Verdict


class EarlierTry(BaseModel):
    """An unsure note that came before, for averaging."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    attempt_id: str
    weight_hash: str
    embedding: bytes
    """Sealed float32 [dimension]."""
    speech_seconds: float


class Job(BaseModel):
    """One voice note to be judged. The audio travels beside it, sealed."""

    model_config = ConfigDict(frozen=True)

    id: str
    purpose: Purpose
    person_id: int
    """The account that sent the note, and so the identity it claims."""
    class_id: int | None = None
    """Whose centroids the voice is compared with; none while enrolling."""
    earlier: tuple[EarlierTry, ...] = ()
    """The sender's unsure tries in the same lesson."""
    queued_at: datetime


class Result(BaseModel):
    """The worker's answer. Scores and facts explain the verdict; the sealed parts are for the database only."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    job_id: str
    verdict: Verdict
    reason: Reason
    model: str = ""
    weight_hash: str = ""
    decoder: str = ""
    score: float | None = None
    threshold: float | None = None
    runner_up: float | None = None
    confidence: float | None = None
    """Posterior probability in [0, 1] that the account's owner speaks."""
    speech_seconds: float | None = None
    quality: dict[str, float] = {}
    timings: dict[str, float] = {}
    """Milliseconds by stage: queue, decode, speech, embed, match; work: the worker's time for its batch, by notes."""
    embedding: bytes | None = None
    """Sealed float32 [dimension]: of a good enrolment note, and of an unsure check-in."""
    fingerprint: bytes | None = None
    """Sealed audio fingerprint, for telling a replay."""
