"""The comparison with earlier notes: most of it ahead of the transaction, the rest inside, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from rollcall.domain.copies import same_recording
from rollcall.domain.verdict import Reason, Verdict
from rollcall.queue.job import Result
from rollcall.sealing.seal import Keyring, fingerprint_binding
from rollcall.storage.tables import Attempt
from rollcall.usecases import replays
from rollcall.usecases.replays import Compared, compare_ahead
from rollcall.usecases.settlement import Settled, apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

RECORDING = np.random.default_rng(1).bytes(480)
ANOTHER = np.random.default_rng(2).bytes(480)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """With how many earlier notes each comparison was made."""
    made: list[int] = []

    def counted(one: bytes, others: Sequence[bytes], shapes: bytes) -> int | None:
        made.append(len(others))
        return same_recording(one, others, shapes)

    monkeypatch.setattr(replays, "same_recording", counted)
    return made


async def ahead(school: School, result: Result) -> Compared:
    return await compare_ahead(school.database, school.keyring, result)


async def apply(school: School, result: Result, known: Compared | None = None) -> Settled:
    async with school.database.session() as session:
        settled = await session.run_sync(apply_result, school.keyring, result, NINE, known)
        assert settled is not None
        return settled


async def sent(school: School, who: int, recording: bytes, **facts: Any) -> Result:
    return school.result(await school.note(who), print_=recording, **facts)


async def test_a_copy_that_is_found_ahead_is_refused_without_another_comparison(
    school: School, compared: list[int]
) -> None:
    first = await sent(school, BORIS, RECORDING)
    await apply(school, first)
    copy = await sent(school, ANNA, RECORDING)
    known = await ahead(school, copy)
    assert known == Compared(frozenset({first.job_id}), replayed=True)
    settled = await apply(school, copy, known)
    assert (settled.attempt.verdict, settled.attempt.reason) == (Verdict.REFUSED, Reason.SAME_RECORDING)
    assert compared == [1]


async def test_what_came_in_between_is_compared_inside_and_nothing_else_again(
    school: School, compared: list[int]
) -> None:
    other = await sent(school, BORIS, ANOTHER)
    await apply(school, other)
    copy = await sent(school, ANNA, RECORDING)
    known = await ahead(school, copy)
    assert known == Compared(frozenset({other.job_id}), replayed=False)
    compared.clear()
    await apply(school, await sent(school, BORIS, RECORDING))
    assert compared == [1]
    settled = await apply(school, copy, known)
    assert settled.attempt.reason is Reason.SAME_RECORDING
    assert compared == [1, 1], "with the one that came in between alone"


async def test_an_honest_note_that_was_compared_ahead_is_accepted_without_another_look(
    school: School, compared: list[int]
) -> None:
    await apply(school, await sent(school, BORIS, ANOTHER))
    honest = await sent(school, ANNA, RECORDING)
    settled = await apply(school, honest, await ahead(school, honest))
    assert settled.attempt.verdict is Verdict.ACCEPTED
    assert compared == [1]


async def test_nothing_is_compared_of_a_note_that_is_settled_unknown_or_was_not_judged(
    school: School, compared: list[int]
) -> None:
    await apply(school, await sent(school, BORIS, RECORDING))
    settled = await sent(school, ANNA, ANOTHER)
    await apply(school, settled)
    compared.clear()
    assert await ahead(school, settled) == Compared()
    unknown = settled.model_copy(update={"job_id": "nobody's"})
    assert await ahead(school, unknown) == Compared()
    failed = await sent(school, ANNA, RECORDING, verdict=Verdict.REFUSED, reason=Reason.NO_SPEECH)
    assert await ahead(school, failed) == Compared()
    assert (await apply(school, failed)).attempt.reason is Reason.NO_SPEECH
    assert compared == []


async def test_notes_whose_key_is_gone_hide_no_copy_of_another(school: School) -> None:
    sealed_elsewhere = Keyring([bytes(range(1, 33))])
    notes = [await sent(school, BORIS, recording) for recording in (ANOTHER, RECORDING, RECORDING[::-1])]
    for note in notes:
        await apply(school, note)
    async with school.database.session() as session:
        for note in (notes[0], notes[2]):
            attempt = await session.get_one(Attempt, note.job_id)
            attempt.fingerprint = sealed_elsewhere.seal(ANOTHER, fingerprint_binding(note.job_id, attempt.person_id))
    assert (await ahead(school, await sent(school, ANNA, RECORDING))).replayed
