"""Whose cuts: the shipped ones to the last digit, an own encoder's from its card, and never another encoder's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from models.card import Judgement, encoders
from rollcall.domain import operating
from rollcall.domain.operating import Figures, learn, narrow_point, operating_point, point_of, said_of
from rollcall.errors import UnknownEncoder

CAMPPLUS, ECAPA = (encoders()[name].sha256 for name in ("campplus", "ecapa"))
OWN = "5" * 64


@dataclass
class Encoder:
    """As far as its scores are concerned."""

    name: str
    weight_hash: str
    fitted: Figures | None = None


@pytest.fixture(autouse=True)
def _nothing_learnt() -> Iterator[None]:
    yield
    learn(b"")


@pytest.mark.parametrize(
    ("model", "weight_hash", "figures", "cohort"),
    [
        ("campplus", CAMPPLUS, (36.5, -9.5, 0.05, 0.44952754188992156, 0.2602739726027397), "55d14f429c7c6d7b"),
        ("ecapa", ECAPA, (28.0, -5.1, 0.05, 0.42884840282079056, 0.18214285714285713), "ed8c9872d3b23f25"),
        ("campplus", OWN, (38.4, -14.4, 0.05, 0.5548894603901598, 0.375), None),
        ("ecapa", OWN, (30.0, -8.0, 0.05, 0.4969251759660712, 0.26666666666666666), None),
        ("rescnn", OWN, (27.0, -12.0, 0.05, 0.700287232554894, 0.4444444444444444), None),
        ("dummy", OWN, (40.0, -34.0, 0.0, 0.90, 0.80), None),
    ],
)
def test_the_shipped_points_are_what_was_measured(
    model: str, weight_hash: str, figures: tuple[float, ...], cohort: str | None
) -> None:
    point = operating_point(model, weight_hash)
    assert (point.slope, point.offset, point.lead, point.accept, point.unsure) == figures
    assert point.measured is (cohort is not None)
    if cohort is None:
        assert point.cohort_mean is None
    else:
        assert point.cohort_mean is not None
        assert point.cohort_mean.shape == (192,)
        assert point.cohort_mean.dtype == np.dtype(np.float32)
        assert hashlib.sha256(point.cohort_mean.tobytes()).hexdigest().startswith(cohort)


def test_telephone_notes_have_cuts_and_a_view_of_their_own_where_they_were_measured() -> None:
    point = narrow_point(CAMPPLUS)
    assert point is not None
    assert (point.slope, point.offset, point.lead, point.accept, point.unsure) == (26.4, -8.4, 0.05, 0.49, 0.31)
    assert point.cohort_mean is not None
    wide = operating_point("campplus", CAMPPLUS).cohort_mean
    assert wide is not None
    assert point.cohort_mean.shape == wide.shape
    assert not np.allclose(point.cohort_mean, wide, atol=0.01)
    assert point.shift is not None
    assert point.shift.shape == wide.shape
    assert 0.1 < np.linalg.norm(point.shift) < 1
    assert point.whitening is not None
    assert np.allclose(point.whitening, point.whitening.T, atol=2e-3)
    assert np.linalg.eigvalsh(point.whitening).min() > 0.3, "no direction is lost"
    assert narrow_point(ECAPA) is None
    assert narrow_point(OWN) is None


def test_an_architecture_that_nobody_measured_is_told_how_to() -> None:
    with pytest.raises(UnknownEncoder, match="'wavlm' mean yes: run rollcall models fit"):
        operating_point("wavlm", OWN)
    with pytest.raises(UnknownEncoder, match="'wavlm' mean yes: run rollcall models fit"):
        point_of(Encoder("wavlm", OWN))


def test_an_own_card_is_judged_by_where_the_encoder_is_and_where_it_was_told_of() -> None:
    mean = np.linspace(-0.1, 0.1, 192, dtype=np.float32)
    own = Encoder("campplus", OWN, Judgement(25.0, -6.0, 0.02, mean))
    here = point_of(own)
    assert (here.slope, here.offset, here.lead, here.measured) == (25.0, -6.0, 0.02, True)
    assert here.score_at(np.log(1 / operating.FALSE_ACCEPTS)) == pytest.approx(here.accept)
    assert operating_point("campplus", OWN).slope == 38.4

    learn(said_of(own))
    there = operating_point("campplus", OWN)
    assert there == here
    assert there.cohort_mean is not None
    np.testing.assert_array_equal(there.cohort_mean, mean)
    assert operating_point("campplus", CAMPPLUS).slope == 36.5
    assert operating_point("campplus", "6" * 64).slope == 38.4

    learn(said_of(Encoder("wavlm", "6" * 64, Judgement(9.0, -1.0, 0.0))))
    assert operating_point("wavlm", "6" * 64).cohort_mean is None
    assert operating_point("campplus", OWN).slope == 38.4, "no worker has that one any more"
    learn(b"")
    with pytest.raises(UnknownEncoder):
        operating_point("wavlm", "6" * 64)


def test_of_an_encoder_without_a_card_of_its_own_there_is_nothing_to_tell() -> None:
    assert said_of(Encoder("campplus", CAMPPLUS)) == b""
