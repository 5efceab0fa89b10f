"""What a visitor of the sandbox's page is told about a verdict: what the record says, beside the cuts."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import models
from rollcall.domain.band import HIGH_BAND
from rollcall.domain.decision import SHORT_MARGIN
from rollcall.domain.operating import narrow_point, operating_point
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.usecases.explaining import Explanation, explain
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, NINE, School

POINT = operating_point("campplus", "w1")
CAMPPLUS = tomllib.loads((Path(models.__file__).parent / "campplus" / "card.toml").read_text())["sha256"]


async def settled(
    school: School,
    *,
    score: float,
    threshold: float,
    speech: float = 4.0,
    weights: str = "w1",
    high_band: float = -20.0,
) -> Explanation:
    attempt_id = await school.note(ANNA)
    facts = {"score": score, "threshold": threshold, "runner_up": 0.2, "quality": {HIGH_BAND: high_band}}
    result = school.result(attempt_id, speech=speech, weights=weights).model_copy(update=facts)
    with school.database.session() as session:
        apply_result(session, school.keyring, result, NINE)
    with school.database.reading() as session:
        found = explain(session, ANNA, school.sent)
    assert found is not None
    return found


async def test_a_note_is_explained_once_it_is_settled(school: School) -> None:
    await school.note(ANNA)
    with school.database.reading() as session:
        assert explain(session, ANNA, school.sent) is None
        assert explain(session, ANNA, school.sent + 1) is None
    found = await settled(school, score=0.8, threshold=POINT.accept)
    assert (found.purpose, found.verdict, found.reason) == (Purpose.CHECK_IN, Verdict.ACCEPTED, Reason.MATCH)
    assert found.confidence == 97
    assert found.timings == {"embed": 50.0}
    assert found.scale is not None
    assert (found.scale.score, found.scale.runner_up, found.scale.lead) == (0.8, 0.2, POINT.lead)


async def test_the_cuts_are_those_that_the_note_was_held_against(school: School) -> None:
    usual = (await settled(school, score=0.8, threshold=POINT.accept)).scale
    brief = (await settled(school, score=0.8, threshold=POINT.accept + SHORT_MARGIN, speech=1.2)).scale
    raised = (await settled(school, score=0.8, threshold=POINT.accept + 0.1)).scale
    assert usual
    assert brief
    assert raised
    assert usual.unsure == pytest.approx(POINT.unsure)
    assert brief.unsure == pytest.approx(POINT.unsure)
    assert raised.unsure == pytest.approx(POINT.unsure + 0.1)


async def test_a_telephone_note_is_explained_by_the_cuts_for_telephones(school: School) -> None:
    narrow = narrow_point(CAMPPLUS)
    assert narrow
    for moved in (0.0, 0.1):  # by a class of voices that are alike, or by an upgrade since
        cut = narrow.accept + moved
        scale = (await settled(school, score=0.8, threshold=cut, weights=CAMPPLUS, high_band=-50.0)).scale
        assert scale
        assert scale.unsure == pytest.approx(narrow.unsure + moved)
        assert scale.lead == narrow.lead


async def test_what_was_refused_at_sight_was_compared_with_nobody(school: School) -> None:
    attempt_id = await school.note(ANNA)
    refused = school.result(attempt_id, Verdict.REFUSED, Reason.SILENCE)
    with school.database.session() as session:
        apply_result(session, school.keyring, refused, NINE)
    with school.database.reading() as session:
        found = explain(session, ANNA, school.sent)
    assert found is not None
    assert found.scale is None
