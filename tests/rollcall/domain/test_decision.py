from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rollcall.domain.decision import decide
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import operating_point
from rollcall.domain.verdict import Reason, Verdict

POINT = operating_point("campplus", "own weights")  # plain cosines
ANNA, BORIS = 1, 2


def unit(*parts: float) -> NDArray[np.float32]:
    vector = np.array(parts, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


GALLERY = Gallery((ANNA, BORIS), np.stack([unit(1, 0, 0), unit(0, 1, 0)]))


def at_cosine(cosine: float) -> NDArray[np.float32]:
    """A voice that scores this against Anna and nothing against Boris."""
    return np.array([cosine, 0, (1 - cosine**2) ** 0.5], np.float32)


def test_the_own_voice_is_accepted() -> None:
    decision = decide(at_cosine(0.8), GALLERY, ANNA, 4.0, POINT)
    assert (decision.verdict, decision.reason) == (Verdict.ACCEPTED, Reason.MATCH)
    assert decision.confidence > 0.99
    assert decision.score == pytest.approx(0.8)


def test_a_classmate_speaking_from_the_account_is_another_voice() -> None:
    assert decide(unit(0.1, 1, 0), GALLERY, ANNA, 4.0, POINT).verdict is Verdict.ANOTHER_VOICE


def test_a_voice_that_nobody_enrolled_is_unknown() -> None:
    assert decide(at_cosine(0.1), GALLERY, ANNA, 4.0, POINT).verdict is Verdict.UNKNOWN


def test_between_the_cuts_another_note_is_asked_for() -> None:
    assert decide(at_cosine(0.47), GALLERY, ANNA, 4.0, POINT).verdict is Verdict.UNSURE


def test_a_short_note_must_score_more() -> None:
    assert decide(at_cosine(0.58), GALLERY, ANNA, 4.0, POINT).verdict is Verdict.ACCEPTED
    assert decide(at_cosine(0.58), GALLERY, ANNA, 1.5, POINT).verdict is Verdict.UNSURE
    assert decide(at_cosine(0.65), GALLERY, ANNA, 1.5, POINT).verdict is Verdict.ACCEPTED


def test_a_match_that_a_classmate_nearly_shares_is_not_accepted() -> None:
    assert decide(unit(1, 0.99, 0), GALLERY, ANNA, 4.0, POINT).verdict is Verdict.UNSURE


def test_alone_in_the_class_one_is_recognised_and_a_stranger_is_not() -> None:
    alone = Gallery((ANNA,), GALLERY.centroids[:1])
    assert decide(at_cosine(0.8), alone, ANNA, 4.0, POINT).verdict is Verdict.ACCEPTED
    assert decide(at_cosine(0.2), alone, ANNA, 4.0, POINT).verdict is Verdict.UNKNOWN


def test_someone_who_is_not_in_the_gallery_cannot_be_judged() -> None:
    with pytest.raises(KeyError):
        decide(at_cosine(0.8), GALLERY, 3, 4.0, POINT)


HALF = np.full(4, 0.5, np.float32)
"""Scores exactly 1/2 against an axis, and exactly 0 against what has as many minuses as pluses."""
AXIS = (1, 0, 0, 0)
NOTHING = (0.5, -0.5, 0.5, -0.5)


def on_the_cut(own: tuple[float, ...], other: tuple[float, ...], accept: float, unsure: float, lead: float) -> Verdict:
    gallery = Gallery((ANNA, BORIS), np.array([own, other], np.float32))
    return decide(HALF, gallery, ANNA, 2.0, replace(POINT, accept=accept, unsure=unsure, lead=lead)).verdict


def test_a_score_on_a_cut_has_reached_it() -> None:
    assert on_the_cut(AXIS, NOTHING, accept=0.5, unsure=0.1, lead=0.5) is Verdict.ACCEPTED
    assert on_the_cut(AXIS, NOTHING, accept=0.75, unsure=0.5, lead=0.1) is Verdict.UNSURE
    assert on_the_cut(NOTHING, AXIS, accept=0.5, unsure=0.1, lead=0.1) is Verdict.ANOTHER_VOICE


def test_a_lead_on_its_limit_is_none() -> None:
    assert on_the_cut(AXIS, AXIS, accept=0.5, unsure=0.1, lead=0.1) is Verdict.UNSURE, "nobody is ahead"
    assert on_the_cut(NOTHING, AXIS, accept=0.9, unsure=0.0, lead=0.5) is Verdict.UNKNOWN


def test_the_raise_of_the_class_moves_every_cut() -> None:
    raised = Gallery((ANNA, BORIS), GALLERY.centroids, raised=0.1)
    for score, speech, verdict in (
        (0.60, 2.0, Verdict.UNSURE), (0.67, 2.0, Verdict.ACCEPTED), (0.67, 1.9, Verdict.UNSURE),
        (0.45, 2.0, Verdict.UNKNOWN),
    ):  # fmt: skip
        assert decide(at_cosine(score), raised, ANNA, speech, POINT).verdict is verdict


def test_a_decision_says_by_which_cut_it_was_made_and_who_came_next() -> None:
    assert decide(at_cosine(0.8), GALLERY, ANNA, 2.0, POINT).threshold == POINT.accept
    assert decide(at_cosine(0.8), GALLERY, ANNA, 1.99, POINT).threshold == pytest.approx(POINT.accept + 0.05)
    assert decide(unit(1, 0.5, 0), GALLERY, ANNA, 2.0, POINT).runner_up == pytest.approx(0.447, abs=0.001)
    alone = Gallery((ANNA,), GALLERY.centroids[:1])
    assert decide(at_cosine(0.8), alone, ANNA, 2.0, POINT).runner_up is None


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 60))
def test_nobody_is_accepted_unless_theirs_is_the_best_match_above_the_cut(
    own: float, other: float, speech: float
) -> None:
    rows = [[score, (1 - score**2) ** 0.5] for score in (own, other)]
    gallery = Gallery((ANNA, BORIS), np.array(rows, np.float32))
    decision = decide(np.array([1, 0], np.float32), gallery, ANNA, speech, POINT)
    if decision.verdict is Verdict.ACCEPTED:
        assert own >= POINT.accept - 1e-6
        assert own - other >= POINT.lead - 1e-6
    assert 0.0 <= decision.confidence <= 1.0


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_confidence_grows_with_the_score(low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert POINT.confidence(low) <= POINT.confidence(high)


def test_a_decision_is_made_under_the_points_whitening() -> None:
    point = replace(POINT, cohort_mean=np.zeros(3, np.float32), whitening=np.diag([1, 1, 0.1]).astype(np.float32))
    apart = Gallery((ANNA, BORIS), np.stack([unit(1, -1, 0), unit(-1, 1, 0)]))
    note = unit(1, -1, 2.4)
    assert decide(note, apart, ANNA, 4.0, replace(point, whitening=None)).verdict is Verdict.UNSURE
    assert decide(note, apart, ANNA, 4.0, point).verdict is Verdict.ACCEPTED
