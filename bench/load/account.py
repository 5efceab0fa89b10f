"""What came out: every note accounted for, how long it took, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import func, select

from bench.load.crowd import Note, Telltale
from rollcall.domain.attendance import ATTENDED
from rollcall.domain.verdict import Purpose, Verdict
from rollcall.storage.database import Database
from rollcall.storage.tables import Attempt, Attendance
from sandbox.limits import LIMITED

MESSAGES, SIGNS, FILES, OTHERS = "messages", "signs", "files", "others"
_KINDS = {
    MESSAGES: LIMITED,
    SIGNS: frozenset({"setmessagereaction", "sendchataction"}),
    FILES: frozenset({"getfile", "file"}),
}
WORTH_A_WORD = 10.0
"""Seconds after which a student has to be told, if not answered."""


@dataclass(frozen=True)
class Books:
    """What the database says afterwards."""

    recorded: int
    verdicts: dict[str, int]
    pending: int
    owed: int
    dead: int
    stages: dict[str, float] = field(default_factory=dict)
    """Median milliseconds of each stage."""
    refused_for: dict[str, int] = field(default_factory=dict)
    """Check-ins that were not accepted, by their reason. Everybody here is who they say, and speaks clearly."""


@dataclass(frozen=True)
class Account:
    """The whole run. Times and rates are those of the rush; what was sent one by one after it has but ``alone``.

    Attributes:
        offered, served: notes a second: from the first note to the last, and to the last answer.
        waits: seconds to the answer, at percentiles.
        seen: seconds to the first sign that the note was seen, likewise.
        alone: seconds to the answer where nobody else sent.
        order: rank correlation (Spearman) of sending and answering.
        overtaken: for the notes, by how many sent later each was overtaken: median, 95th percentile, most.
        untold: how many had neither an answer nor a word about the wait for `WORTH_A_WORD` seconds.
        untold_longest: seconds that somebody had neither.
        told: how many were told how long it would take.
        told_off_by: seconds between what they were told and what it took, median and 95th percentile of the amounts.
        told_ratio: what it took, by what they were told; the median.
        refused_by_telegram: how often the bot was asked to wait (429), by what it had called: `MESSAGES`, which were
            sent later then, `SIGNS` that a note was seen, `FILES`, or the rest.
    """

    notes: int
    answered: int
    answered_twice: int
    books: Books
    offered: float
    served: float
    waits: dict[str, float]
    seen: dict[str, float]
    alone: dict[str, float]
    order: float
    overtaken: tuple[float, float, int]
    untold: int
    untold_longest: float
    told: int
    told_off_by: tuple[float, float]
    told_ratio: float
    refused_by_telegram: dict[str, int]
    most_in_a_second: int
    edits: int


def read_books(database: Database, dead: int) -> Books:
    """Count what is there."""
    check_in = Attempt.purpose == Purpose.CHECK_IN
    with database.session() as session:
        attended = select(func.count()).select_from(Attendance).where(Attendance.status.in_(sorted(ATTENDED)))
        owed = select(func.count()).where(check_in, Attempt.answered_at.is_(None), Attempt.verdict != Verdict.PENDING)
        verdicts = session.execute(select(Attempt.verdict, func.count()).where(check_in).group_by(Attempt.verdict))
        counted = {str(verdict): int(count) for verdict, count in verdicts}
        reasons = session.execute(
            select(Attempt.reason, func.count())
            .where(check_in, Attempt.reason.is_not(None), Attempt.verdict != Verdict.ACCEPTED)
            .group_by(Attempt.reason)
        )
        refused_for = {str(reason): int(count) for reason, count in reasons}
        timings = session.scalars(select(Attempt.timings).where(check_in)).all()
        recorded, unanswered = session.scalar(attended), session.scalar(owed)
    stages = sorted({stage for own in timings for stage in own})
    return Books(
        recorded=int(recorded or 0),
        verdicts=counted,
        pending=counted.get(Verdict.PENDING, 0),
        owed=int(unanswered or 0),
        dead=dead,
        refused_for=refused_for,
        stages={stage: float(np.median([own[stage] for own in timings if stage in own])) for stage in stages},
    )


def account(
    notes: Sequence[Note], books: Books, limits: Telltale, refusals: Mapping[str, int], edits: int, until: float
) -> Account:
    """Work it out.

    Args:
        notes: in the order of sending; some of them not alone.
        refusals: how often the bot was asked to wait, by method.
        until: when the run was over (``time.monotonic``): so long did they wait who have no answer.
    """
    from scipy.stats import spearmanr  # a second's work, and only an account needs it

    rush = [note for note in notes if not note.alone]
    done = [note for note in rush if note.answers]
    sent = np.array([note.sent for note in done])
    answered = np.array([note.answers[0] for note in done])
    first = rush[0].sent
    overtakers = overtaken(answered)
    promises = [(said, note.answers[0] - at) for note in done if note.promised for said, at in [note.promised]]
    off = [abs(took - said) for said, took in promises]
    silences = [min([*note.answers, until if note.told is None else note.told]) - note.sent for note in notes]
    return Account(
        notes=len(notes),
        answered=sum(1 for note in notes if note.answers),
        answered_twice=sum(1 for note in notes if len(note.answers) > 1),
        books=books,
        offered=len(rush) / (rush[-1].sent - first),
        served=len(done) / float(answered.max() - first),
        waits=percentiles(answered - sent),
        seen=percentiles(np.array([note.seen - note.sent for note in rush if note.seen is not None])),
        alone=percentiles(np.array([note.answers[0] - note.sent for note in notes if note.alone and note.answers])),
        order=float(spearmanr(sent, answered).statistic),
        overtaken=(float(np.median(overtakers)), float(np.percentile(overtakers, 95)), int(overtakers.max())),
        untold=sum(1 for silence in silences if silence > WORTH_A_WORD),
        untold_longest=max(silences),
        told=len(promises),
        told_off_by=(float(np.median(off)), float(np.percentile(off, 95))) if off else (0.0, 0.0),
        told_ratio=float(np.median([took / said for said, took in promises])) if promises else 0.0,
        refused_by_telegram=by_kind(refusals),
        most_in_a_second=limits.most_in_a_second,
        edits=edits,
    )


def by_kind(refusals: Mapping[str, int]) -> dict[str, int]:
    """Refusals by what was called, not by method. Telegram counts each kind for itself."""
    counted = dict.fromkeys((MESSAGES, SIGNS, FILES, OTHERS), 0)
    for method, number in refusals.items():
        counted[next((kind for kind, methods in _KINDS.items() if method in methods), OTHERS)] += number
    return counted


def overtaken(answered: np.ndarray) -> np.ndarray:
    """By how many later notes each was overtaken.

    Args:
        answered: float64 [notes], times of the answers in the order of sending.

    Returns:
        int64 [notes].
    """
    return np.array([int((answered[place + 1 :] < moment).sum()) for place, moment in enumerate(answered)])


def percentiles(values: np.ndarray) -> dict[str, float]:
    """Half, nearly all, and the worst."""
    if not len(values):
        return {}
    found = {f"p{share}": float(np.percentile(values, share)) for share in (50, 95, 99)}
    return {**found, "max": float(values.max())}


def offences(found: Account) -> list[str]:
    """What is wrong with a run, one line each; none where all is well."""
    counted = Counter(found.books.verdicts)
    lines = [
        (found.notes - found.answered, "notes without an answer"),
        (found.answered_twice, "notes answered twice"),
        (found.notes - sum(counted.values()), "notes unknown to the database"),
        (counted[Verdict.ACCEPTED] - found.books.recorded, "accepted notes without a mark"),
        (found.books.pending, "notes still pending"),
        (found.books.owed, "answers still owed"),
        (found.books.dead, "dead letters"),
    ]
    return [f"{count} {what}" for count, what in lines if count]
