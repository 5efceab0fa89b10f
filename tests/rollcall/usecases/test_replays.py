"""The comparison with earlier notes, in the transaction that settles a note."""

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


async def apply(school: School, result: Result) -> Settled:
    with school.database.session() as session:
        settled = apply_result(session, school.keyring, result, NINE)
        assert settled is not None
        return settled


async def sent(school: School, who: int, recording: bytes, **facts: Any) -> Result:
    return school.result(await school.note(who), print_=recording, **facts)


async def test_a_copy_of_a_classmates_note_is_refused(school: School, compared: list[int]) -> None:
    await apply(school, await sent(school, BORIS, ANOTHER))
    await apply(school, await sent(school, BORIS, RECORDING))
    settled = await apply(school, await sent(school, ANNA, RECORDING))
    assert (settled.attempt.verdict, settled.attempt.reason) == (Verdict.REFUSED, Reason.SAME_RECORDING)
    assert compared == [1, 2]


async def test_an_honest_note_is_compared_once_and_accepted(school: School, compared: list[int]) -> None:
    await apply(school, await sent(school, BORIS, ANOTHER))
    honest = await sent(school, ANNA, RECORDING)
    for _ in range(2):
        assert (await apply(school, honest)).attempt.verdict is Verdict.ACCEPTED
    assert compared == [1]


async def test_nothing_is_compared_of_a_note_that_was_not_judged(school: School, compared: list[int]) -> None:
    await apply(school, await sent(school, BORIS, RECORDING))
    failed = await sent(school, ANNA, RECORDING, verdict=Verdict.REFUSED, reason=Reason.NO_SPEECH)
    assert (await apply(school, failed)).attempt.reason is Reason.NO_SPEECH
    assert compared == []


async def test_the_very_bytes_of_an_earlier_note_are_known_before_its_sound(
    school: School, compared: list[int]
) -> None:
    first = (await sent(school, BORIS, RECORDING)).model_copy(update={"content_hash": "ab" * 32})
    await apply(school, first)
    again = (await sent(school, ANNA, ANOTHER)).model_copy(update={"content_hash": "ab" * 32})
    settled = await apply(school, again)
    assert (settled.attempt.verdict, settled.attempt.reason) == (Verdict.REFUSED, Reason.SEEN_BEFORE)
    assert settled.attempt.fingerprint is None
    assert compared == []


async def test_notes_whose_key_is_gone_hide_no_copy_of_another(school: School) -> None:
    sealed_elsewhere = Keyring([bytes(range(1, 33))])
    notes = [await sent(school, BORIS, recording) for recording in (ANOTHER, RECORDING, RECORDING[::-1])]
    for note in notes:
        await apply(school, note)
    with school.database.session() as session:
        for note in (notes[0], notes[2]):
            attempt = session.get_one(Attempt, note.job_id)
            attempt.fingerprint = sealed_elsewhere.seal(ANOTHER, fingerprint_binding(note.job_id, attempt.person_id))
    assert (await apply(school, await sent(school, ANNA, RECORDING))).attempt.reason is Reason.SAME_RECORDING
